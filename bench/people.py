"""Callers who are ready to be booked, written straight into the tables: what is measured comes after."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Role
from frontdesk.clinic.models import Site
from frontdesk.people.models import ContactPoint, Patient
from frontdesk.triage.models import Kind, Request


def scheduler() -> User:
    """Who books: the demo's first scheduler."""
    return User.objects.filter(role=Role.SCHEDULER, is_active=True).order_by("pk")[0]


def callers(count: int, *, site: Site, by: User, now: datetime) -> list[Request]:
    """Open requests of as many new patients, each with all that a routine booking asks for and an e-mail address."""
    stem = uuid4().hex[:12]
    patients = Patient.objects.bulk_create(
        Patient(
            mrn=f"B{stem}{number}", given=f"Caller{number}", family="Bench", search_name=f"caller{number} bench",
            birth_date=date(1960, 1, 1) + timedelta(days=number), created_at=now, created_by=by, created_how="bench",
        )
        for number in range(count)
    )  # fmt: skip
    ContactPoint.objects.bulk_create(
        ContactPoint(patient=one, kind="email", value=f"{one.mrn.lower()}@mail.example", preferred=True)
        for one in patients
    )
    return Request.objects.bulk_create(
        Request(
            site=site, opened_at=now, opened_by=by, taken_by=by, lane_since=now, patient=patient, matched_at=now,
            matched_by=by, matched_on="name and birth date", callback="212-555-0142", kind=Kind.ROUTINE,
            draft_words="I would like my yearly check-up",
        )
        for patient in patients
    )  # fmt: skip
