"""Straight bookings beside holds, many at once: real connections, everything committed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import count

import pytest

from frontdesk.book.actions import appointments, holds
from frontdesk.book.actions.days import open_days
from frontdesk.book.actions.holds import PatientBusy, Wanted
from frontdesk.book.actions.time import TimeTaken
from frontdesk.book.models import Appointment, Claim, Hold
from frontdesk.book.queries.check_days import differences
from frontdesk.daybook.models import Entry
from frontdesk.daybook.verify import verify
from frontdesk.outreach.models import Message
from frontdesk.triage.models import Request
from tests.factories.callers import callers
from tests.factories.clinic import provider, sessions
from tests.factories.crowd import Crowd, crowd
from tests.universe import LAST_OPEN, NOW, OPENER, Universe, at

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS = 50
ROUNDS = 20 if os.environ.get("FRONTDESK_FULL_PROOFS") else 2
_keys = count(1)
Outcome = Appointment | Hold | Exception


@dataclass
class Field:
    """The clinic, fifty callers each with a request that may be booked, and a client for each of them."""

    clinic: Universe
    requests: list[Request]
    crowd: Crowd

    def booking(self, request: Request, wanted: Wanted, key: str = "") -> Callable[[], Appointment]:
        assert request.patient is not None
        return partial(
            appointments.book_now, wanted=wanted, patient=request.patient, request_id=request.pk,
            key=key or f"race-{next(_keys)}", by=self.clinic.alice, now=NOW,
        )  # fmt: skip

    def holding(self, request: Request, wanted: Wanted) -> Callable[[], Hold]:
        assert request.patient is not None
        return partial(
            holds.place, wanted=wanted, patient=request.patient, request_id=request.pk,
            key=f"hold-{next(_keys)}", by=self.clinic.alice, now=NOW,
        )  # fmt: skip

    def mixed(self, wanted: Sequence[Wanted]) -> list[Outcome]:
        """Every second caller books straight away, the others hold; all at the same moment."""
        tasks: list[Callable[[], Appointment | Hold]] = [
            (self.holding if place % 2 else self.booking)(request, wanted[place % len(wanted)])
            for place, request in enumerate(self.requests)
        ]
        return self.crowd.run(tasks)


@pytest.fixture(scope="module")
def fifty() -> Iterator[Crowd]:
    with crowd(CLIENTS) as clients:
        yield clients


@pytest.fixture
def field(universe: Universe, fifty: Crowd) -> Iterator[Field]:
    """After each race the days and the daybook must be sound."""
    yield Field(universe, callers(CLIENTS, site=universe.main, by=universe.alice, now=NOW), fifty)
    assert differences(now=NOW) == []
    assert verify().faults == ()


def _won(outcome: Sequence[Outcome]) -> list[Appointment | Hold]:
    """Everybody else must have been told that the time was taken, in those words."""
    for one in outcome:
        assert isinstance(one, Hold | Appointment | TimeTaken), repr(one)
        assert not isinstance(one, TimeTaken) or one.sentence == "This time was just taken."
    return [one for one in outcome if not isinstance(one, Exception)]


def test_one_slot_goes_to_one_of_fifty_bookings_and_holds(field: Field) -> None:
    for turn in range(ROUNDS):
        start = at(8, day=LAST_OPEN) + timedelta(minutes=30 * (turn % 18))
        won = _won(field.mixed([field.clinic.wanted(start)]))
        assert len(won) == 1
        assert Claim.objects.live().between(start, start + timedelta(minutes=30)).count() == 2
        for hold in won:
            if isinstance(hold, Hold):
                holds.let_go(hold=hold, by=field.clinic.alice, now=NOW)


def test_overlapping_slots_go_to_one(field: Field) -> None:
    won = _won(field.mixed([field.clinic.wanted(at(13, minute)) for minute in range(0, 30, 5)]))
    assert len(won) == 1


def test_different_providers_are_all_booked(field: Field) -> None:
    """No spurious refusal: eight at once, each with a provider, a room and a time of their own."""
    clinic = field.clinic
    doctors = [provider(f"Dr. Now {n}", at=clinic.main, in_=clinic.dr_carol.specialty) for n in range(8)]
    for doctor in doctors:
        sessions(doctor, at=clinic.main)
    open_days(resources=doctors, first=LAST_OPEN, last=LAST_OPEN, by=OPENER, now=NOW)
    start = at(9, day=LAST_OPEN)
    calls = [Wanted(clinic.phone_call, clinic.main, doctor, start) for doctor in doctors]
    pairs = zip(field.requests, calls, strict=False)
    outcome = field.crowd.run([field.booking(request, call) for request, call in pairs])
    assert all(isinstance(one, Appointment) for one in outcome), outcome


def test_one_key_sent_by_fifty_makes_one_visit_and_one_message(field: Field) -> None:
    clinic = field.clinic
    same = field.booking(clinic.ready(clinic.ben), clinic.wanted(at(10, 30)), key="sent-fifty-times")
    outcome = field.crowd.run([same] * CLIENTS)
    visit = Appointment.objects.get()
    assert outcome == [visit] * CLIENTS
    assert Message.objects.filter(about_ref=visit.pk).count() == 1
    assert Entry.objects.about("appointment", visit.pk).filter(kind="AppointmentBooked").count() == 1


def test_one_patient_with_six_requests_gets_one_visit_at_a_time(field: Field) -> None:
    clinic = field.clinic
    doctors = [provider(f"Dr. Phone {n}", at=clinic.main, in_=clinic.dr_carol.specialty) for n in range(6)]
    for doctor in doctors:
        sessions(doctor, at=clinic.main)
    open_days(resources=doctors, first=LAST_OPEN, last=LAST_OPEN, by=OPENER, now=NOW)
    patient = clinic.newcomer("Turn", "Double", born=date(1980, 1, 1))
    calls = [Wanted(clinic.phone_call, clinic.main, doctor, at(8, day=LAST_OPEN)) for doctor in doctors]
    outcome = field.crowd.run([field.booking(clinic.ready(patient), call) for call in calls])
    assert sorted(type(one).__name__ for one in outcome) == ["Appointment", *["PatientBusy"] * 5], outcome


def test_booking_beside_the_hold_of_the_same_request_ends_in_words(field: Field) -> None:
    clinic = field.clinic
    for turn in range(ROUNDS):
        request = clinic.ready(clinic.newcomer("Turn", "Beside", born=date(1980, 1, 1) + timedelta(turn)))
        start = at(8, day=LAST_OPEN - timedelta(days=1)) + timedelta(minutes=30 * (turn % 16))
        hold = field.holding(request, clinic.wanted(start))()
        other = clinic.wanted(start, provider=clinic.dr_yusuf, room=clinic.exam_2)
        tasks: list[Callable[[], Appointment]] = [
            partial(appointments.book, hold=hold, by=clinic.alice, now=NOW),
            field.booking(request, other),
        ]
        for one in field.crowd.run(tasks * 2):
            ended = isinstance(one, PatientBusy | appointments.HoldGone)
            assert not isinstance(one, Exception) or ended, repr(one)
