"""A small clinic with a standing cast, for every test that needs more than one row.

Alice (scheduler), Bob (nurse) and Carol (provider) work at Main Street; Dan is the manager, Erin the
administrator. Charlie is a scheduler at Harbor and must see nothing of Main Street. Pat is a patient with a
log-in. People, requests, holds and visits come about through actions alone, so that no test stands on a state
that the product cannot reach; what no action makes yet (sites, resources, users) comes from tests/factories.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Role
from frontdesk.book.actions import appointments, holds
from frontdesk.book.actions.days import open_days
from frontdesk.book.actions.holds import Wanted
from frontdesk.book.models import Appointment, Hold
from frontdesk.clinic.choices import Modality
from frontdesk.clinic.models import Interpreter, Provider, Resource, Room, Site, VisitType
from frontdesk.daybook.facts import System
from frontdesk.people.actions import patients
from frontdesk.people.models import Patient
from frontdesk.triage.actions import requests, words
from frontdesk.triage.models import Protocol, Request
from frontdesk.triage.starter import read_starter
from tests.factories import clinic, library, protocol, staff
from tests.factories.protocol import CHECK_UP

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 3, 10, 0, tzinfo=ZONE)  # a Tuesday
TODAY = NOW.date()
SPRING = date(2026, 3, 8)  # a Sunday of 23 hours
AUTUMN = date(2026, 11, 1)  # a Sunday of 25 hours
LAST_OPEN = date(2026, 3, 13)
LONG_AGO = NOW - timedelta(days=60)
OPENER = System("day opener")

_keys = count(1)


def at(hour: int, minute: int = 0, *, day: date = TODAY) -> datetime:
    """A local time of the clinic as an instant."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


@dataclass
class Universe:
    """The clinic and its cast."""

    main: Site
    harbor: Site
    alice: User
    bob: User
    carol: User
    dan: User
    charlie: User
    erin: User
    pat: User
    dr_carol: Provider
    dr_yusuf: Provider
    dr_lena: Provider
    exam_1: Room
    exam_2: Room
    harbor_room: Room
    marisol: Interpreter
    follow_up: VisitType
    same_day: VisitType
    skin_check: VisitType
    phone_call: VisitType
    ana: Patient
    ben: Patient
    chen: Patient
    dora: Patient
    protocol: Protocol

    def request(self, patient: Patient | None = None, *, by: User | None = None) -> Request:
        """An open request; with a patient, one whom name and birth date have found."""
        by = by or self.alice
        request = requests.open_request(site=self.main, by=by, now=NOW)
        if patient is None:
            return request
        born = f"{patient.birth_date:%m/%d/%Y}"
        for field, value in (("said_name", patient.name), ("said_birth_date", born)):
            request = requests.save_field(request=request, field=field, value=value, by=by, now=NOW)
        return request

    def ready(
        self,
        patient: Patient | None = None,
        *,
        said: str = CHECK_UP,
        kind: str = "symptom",
        by: User | None = None,
    ) -> Request:
        """A request with everything that a routine booking asks for, and the words `said` stored."""
        by = by or self.alice
        request = self.request(patient or self.ben, by=by)
        for field, value in (("callback", "212-555-0142"), ("kind", kind)):
            request = requests.save_field(request=request, field=field, value=value, by=by, now=NOW)
        return words.add(request=request, text=said, by=by, now=NOW)

    def wanted(
        self,
        start: datetime,
        *,
        provider: Provider | None = None,
        room: Room | None = None,
        visit_type: VisitType | None = None,
        interpreter: Interpreter | None = None,
    ) -> Wanted:
        """A follow-up (30 minutes) with Dr. Carol in exam room 1, unless told otherwise."""
        return Wanted(
            visit_type or self.follow_up,
            self.main,
            provider or self.dr_carol,
            start,
            room or self.exam_1,
            interpreter,
        )

    def hold(
        self,
        start: datetime,
        *,
        request: Request | None = None,
        wanted: Wanted | None = None,
        now: datetime = NOW,
    ) -> Hold:
        """A hold by Alice for the request's patient (Ben's where no request is named), with an interpreter if needed."""
        request = request or self.ready(self.ben)
        assert request.patient is not None
        helped = self.marisol if request.patient.needs_interpreter else None
        return holds.place(
            wanted=wanted or self.wanted(start, interpreter=helped),
            patient=request.patient,
            request_id=request.pk,
            key=f"key-{next(_keys)}",
            by=self.alice,
            now=now,
        )

    def book(
        self, start: datetime, *, request: Request | None = None, wanted: Wanted | None = None
    ) -> Appointment:
        """A visit booked by Alice."""
        return appointments.book(
            hold=self.hold(start, request=request, wanted=wanted), by=self.alice, now=NOW
        )

    def newcomer(self, given: str, family: str, *, born: date = date(1980, 1, 1), **more: Any) -> Patient:
        """One more patient."""
        return patients.add(given=given, family=family, birth_date=born, by=self.alice, now=NOW, **more)

    def use_starter(self) -> Protocol:
        """Put the protocol that Frontdesk ships in force, approved by Carol, in the place of the small one."""
        self.protocol = protocol.protocol(read_starter(), approved_by=self.carol, at=NOW - timedelta(days=1))
        return self.protocol


def build() -> Universe:
    """Make the whole clinic. Its days are open from today to LAST_OPEN, weekdays 8:00 to 17:00."""
    main, harbor = clinic.site("main", "Main Street"), clinic.site("harbor", "Harbor", phone="+12125550111")
    cast = _cast(main, harbor)
    resources = _resources(main, harbor, cast["carol"])
    _open(resources, main, harbor)
    library.library(approved_by=cast["carol"], at=LONG_AGO)
    in_force = protocol.protocol(protocol.SMALL, approved_by=cast["carol"], at=LONG_AGO)
    parts: dict[str, Any] = {**cast, **resources, **_visit_types(resources), **_patients(cast["alice"])}
    return Universe(main=main, harbor=harbor, protocol=in_force, **parts)


def _cast(main: Site, harbor: Site) -> dict[str, User]:
    here = (main,)
    return {
        "alice": staff.user("alice", Role.SCHEDULER, sites=here),
        "bob": staff.user("bob", Role.NURSE, sites=here, title="RN"),
        "carol": staff.user("carol", Role.PROVIDER, sites=here, title="MD"),
        "dan": staff.user("dan", Role.MANAGER),
        "charlie": staff.user("charlie", Role.SCHEDULER, sites=(harbor,)),
        "erin": staff.user("erin", Role.ADMINISTRATOR),
        "pat": staff.user("pat", Role.PATIENT),
    }


def _resources(main: Site, harbor: Site, carol: User) -> dict[str, Resource]:
    family, skin = clinic.specialty("primary", "Primary care"), clinic.specialty("skin", "Dermatology")
    return {
        "dr_carol": clinic.provider("Dr. Carol Calden", at=main, in_=family, user=carol),
        "dr_yusuf": clinic.provider("Dr. Yusuf Demir", at=main, in_=family),
        "dr_lena": clinic.provider("Dr. Lena Fischer", at=harbor, in_=skin),
        "exam_1": clinic.room("Exam 1", at=main),
        "exam_2": clinic.room("Exam 2", at=main),
        "harbor_room": clinic.room("Harbor exam", at=harbor),
        "marisol": clinic.interpreter("Marisol Vega", at=main, languages=["es"]),
    }


def _open(resources: dict[str, Resource], main: Site, harbor: Site) -> None:
    for resource in resources.values():
        clinic.sessions(resource, at=resource.site)
    # Dr. Fischer also sees patients at Main Street on Tuesdays and Thursdays, after her hours at Harbor.
    clinic.sessions(resources["dr_lena"], at=main, weekdays=[1, 3])
    open_days(resources=resources.values(), first=TODAY, last=LAST_OPEN, by=OPENER, now=LONG_AGO)


def _visit_types(resources: dict[str, Resource]) -> dict[str, VisitType]:
    carol, lena = resources["dr_carol"], resources["dr_lena"]
    assert isinstance(carol, Provider) and isinstance(lena, Provider)
    family = carol.specialty
    return {
        "follow_up": clinic.visit_type("follow-up", "Follow-up", in_=family, minutes=30),
        "same_day": clinic.visit_type("same-day", "Same-day visit", in_=family, minutes=20, same_day=True),
        "skin_check": clinic.visit_type("skin-check", "Skin check", in_=lena.specialty, minutes=15),
        "phone_call": clinic.visit_type(
            "phone-call", "Phone visit", in_=family, minutes=15, room_type="", modality=Modality.PHONE
        ),
    }


def _patients(alice: User) -> dict[str, Patient]:
    def add(given: str, family: str, born: date, **more: Any) -> Patient:
        return patients.add(given=given, family=family, birth_date=born, by=alice, now=LONG_AGO, **more)

    return {
        "ana": add("Ana", "Lucero", date(1979, 3, 14), language="es", needs_interpreter=True,
                   phone="212-555-0101", email="ana@mail.example"),
        "ben": add("Benjamin", "Okafor", date(1952, 11, 30), phone="212-555-0102", email="ben@mail.example"),
        "chen": add("Wei", "Chen", date(1990, 2, 28), language="zh", email="chen@mail.example"),
        "dora": add("Dora", "Nilsson", date(2001, 7, 4), phone="212-555-0104"),
    }  # fmt: skip


__all__ = ["AUTUMN", "LAST_OPEN", "NOW", "SPRING", "TODAY", "ZONE", "Universe", "at", "build"]
