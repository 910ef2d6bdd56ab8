"""Many callers at once, written straight into the tables: through actions fifty of them take seconds."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from frontdesk.accounts.models import User
from frontdesk.clinic.models import Site
from frontdesk.people.models import Patient
from frontdesk.triage.models import Kind, Request


def callers(count: int, *, site: Site, by: User, now: datetime) -> list[Request]:
    """Open requests of `count` different patients, each with all that a routine booking asks for."""
    patients = Patient.objects.bulk_create(
        Patient(
            mrn=f"caller-{number}",
            given=f"Caller{number}",
            family="Quick",
            search_name=f"caller{number} quick",
            birth_date=date(1960, 1, 1) + timedelta(days=number),
            created_at=now,
            created_by=by,
        )
        for number in range(count)
    )
    return Request.objects.bulk_create(
        Request(
            site=site,
            opened_at=now,
            opened_by=by,
            taken_by=by,
            lane_since=now,
            patient=patient,
            matched_at=now,
            matched_by=by,
            matched_on="name and birth date",
            callback="212-555-0142",
            kind=Kind.ROUTINE,
            draft_words="I would like my yearly check-up",
        )
        for patient in patients
    )
