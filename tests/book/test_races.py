"""Many hands on one time. Real PostgreSQL, fifty real connections, everything committed.

Whoever loses hears "This time was just taken." and nothing else: no database error, no deadlock.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import count

import pytest
from django.db import OperationalError, connection, transaction

from frontdesk.accounts.models import User
from frontdesk.book.actions import appointments, holds
from frontdesk.book.actions.days import open_days
from frontdesk.book.actions.holds import PatientBusy, Wanted
from frontdesk.book.actions.time import TimeTaken
from frontdesk.book.models import Appointment, Claim, Hold
from frontdesk.book.queries.check_days import differences
from frontdesk.book.queries.find import Wish, nearest
from frontdesk.book.rules import BookingGate
from frontdesk.clinic.models import Room
from frontdesk.daybook.models import Entry
from frontdesk.daybook.verify import verify
from frontdesk.outreach.models import Message
from frontdesk.people.models import Patient
from frontdesk.triage.actions import lanes
from frontdesk.triage.models import Request
from tests.factories.callers import callers
from tests.factories.clinic import provider, sessions
from tests.factories.crowd import Crowd, crowd
from tests.universe import LAST_OPEN, NOW, OPENER, Universe, at

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS = 50
ROUNDS = 20 if os.environ.get("FRONTDESK_FULL_PROOFS") else 4
FEW = 3  # rounds where the race is the same and only the field differs
_keys = count(1)


@dataclass
class Field:
    """The clinic, fifty callers each with a request that may be booked, and a client for each of them."""

    clinic: Universe
    requests: list[Request]
    crowd: Crowd

    @property
    def alice(self) -> User:
        return self.clinic.alice

    def holding(
        self, request: Request, wanted: Wanted, *, now: datetime = NOW, key: str = ""
    ) -> Callable[[], Hold]:
        assert request.patient is not None
        return partial(
            holds.place, wanted=wanted, patient=request.patient, request_id=request.pk,
            key=key or f"race-{next(_keys)}", by=self.alice, now=now,
        )  # fmt: skip

    def all_want(self, wanted: Sequence[Wanted], *, now: datetime = NOW) -> list[Hold | Exception]:
        """Each caller wants one of the times, turn about, all at the same moment."""
        tasks = [
            self.holding(request, wanted[place % len(wanted)], now=now)
            for place, request in enumerate(self.requests)
        ]
        return self.crowd.run(tasks)

    def let_go(self, won: list[Hold], now: datetime = NOW) -> None:
        for hold in won:
            holds.let_go(hold=hold, by=self.alice, now=now)


@pytest.fixture(scope="module")
def fifty() -> Iterator[Crowd]:
    with crowd(CLIENTS) as clients:
        yield clients


@pytest.fixture
def field(universe: Universe, fifty: Crowd) -> Iterator[Field]:
    """After each race the days and the daybook must be sound."""
    requests = callers(CLIENTS, site=universe.main, by=universe.alice, now=NOW)
    yield Field(universe, requests, fifty)
    assert differences(now=NOW) == []
    assert verify().faults == ()


def _won(outcome: list[Hold | Exception]) -> list[Hold]:
    """The holds; everybody else must have been told that the time was taken, in those words."""
    for one in outcome:
        assert isinstance(one, Hold | TimeTaken), repr(one)
        assert isinstance(one, Hold) or one.sentence == "This time was just taken."
    return [one for one in outcome if isinstance(one, Hold)]


def _birthday(number: int) -> date:
    return date(1980, 1, 1) + timedelta(days=number)


def _overlap(one: Hold, other: Hold) -> bool:
    return one.start < other.end and other.start < one.end


def test_one_slot_goes_to_exactly_one_of_fifty(field: Field) -> None:
    wanted = field.clinic.wanted(at(11))
    for _ in range(ROUNDS):
        won = _won(field.all_want([wanted]))
        assert len(won) == 1
        assert Claim.objects.live().between(wanted.start, wanted.end).count() == 2
        field.let_go(won)
    assert not Claim.objects.live().exists()


def test_who_loses_is_shown_the_nearest_times(field: Field) -> None:
    clinic = field.clinic
    won = _won(field.all_want([clinic.wanted(at(11))]))
    wish = Wish(clinic.follow_up, [clinic.main], [clinic.dr_carol.pk], at(11), LAST_OPEN)
    others = [option.start for option in nearest(wish, now=NOW)]
    assert others == [at(11, 30), at(11, 45), at(12)]
    field.let_go(won)


def test_overlapping_slots_go_to_exactly_one(field: Field) -> None:
    wanted = [field.clinic.wanted(at(13, minute)) for minute in range(0, 30, 5)]
    for _ in range(ROUNDS):
        won = _won(field.all_want(wanted))
        assert len(won) == 1
        field.let_go(won)


def test_a_crowd_over_an_afternoon_never_overlaps_and_nobody_is_refused_for_nothing(field: Field) -> None:
    starts = [at(13) + timedelta(minutes=5 * step) for step in range(37)]
    for _ in range(FEW):
        won = _won(field.all_want([field.clinic.wanted(start) for start in starts]))
        assert not [1 for one in won for other in won if one.pk < other.pk and _overlap(one, other)]
        for start in starts:
            assert any(hold.start < start + timedelta(minutes=30) and start < hold.end for hold in won)
        field.let_go(won)


def test_two_providers_who_share_a_room_do_not_share_its_time(field: Field) -> None:
    clinic = field.clinic
    Room.objects.filter(pk=clinic.exam_2.pk).update(active=False)  # else the second would get the other room
    wanted = [clinic.wanted(at(15)), clinic.wanted(at(15, 10), provider=clinic.dr_yusuf)]
    for _ in range(FEW):
        won = _won(field.all_want(wanted))
        assert len(won) == 1
        field.let_go(won)


def test_an_expired_hold_is_written_off_once_and_its_time_goes_to_one(field: Field) -> None:
    wanted = field.clinic.wanted(at(16))
    for _ in range(FEW):
        old = field.holding(field.requests[0], wanted, now=NOW - timedelta(minutes=11))()
        won = _won(field.all_want([wanted]))
        assert len(won) == 1
        ends = Entry.objects.about("hold", old.pk).filter(kind="HoldEnded")
        assert [entry.facts["how"] for entry in ends] == ["expired"]
        field.let_go(won)


def test_one_key_sent_by_fifty_makes_one_hold(field: Field) -> None:
    wanted = field.clinic.wanted(at(10, 30))
    same = field.holding(field.requests[0], wanted, key="sent-fifty-times")
    outcome = field.crowd.run([same] * CLIENTS)
    won = _won(outcome)
    assert len(won) == CLIENTS
    assert {hold.pk for hold in won} == {Hold.objects.get(idempotency_key="sent-fifty-times").pk}
    field.let_go(won[:1])


def test_one_hold_booked_by_fifty_makes_one_visit_and_one_message(field: Field) -> None:
    clinic = field.clinic
    request = clinic.ready(clinic.ana)
    hold = field.holding(request, clinic.wanted(at(9, 30, day=LAST_OPEN), interpreter=clinic.marisol))()
    outcome = field.crowd.run([partial(appointments.book, hold=hold, by=field.alice, now=NOW)] * CLIENTS)
    visit = Appointment.objects.get(asked_for=request.pk)
    assert outcome == [visit] * CLIENTS
    assert Message.objects.filter(about_ref=visit.pk, about_kind="appointment").count() == 1
    assert Entry.objects.about("appointment", visit.pk).filter(kind="AppointmentBooked").count() == 1


def test_a_lane_that_rises_while_a_booking_runs_is_never_followed_by_a_visit(field: Field) -> None:
    clinic = field.clinic
    booked = refused = 0
    for turn in range(ROUNDS):
        patient = clinic.newcomer("Turn", "Lane", born=_birthday(turn))
        request = clinic.ready(patient)
        start = at(8, day=LAST_OPEN - timedelta(days=1 + turn // 10)) + timedelta(minutes=30 * (turn % 10))
        hold = field.holding(request, clinic.wanted(start))()
        book = partial(appointments.book, hold=hold, by=field.alice, now=NOW)
        rise = partial(
            lanes.raise_lane, request=request, to="emergency", reason="Sounds worse", by=field.alice, now=NOW
        )
        tasks: list[Callable[[], object]] = [book, rise] if turn % 2 else [rise, book]
        outcome = field.crowd.run(tasks)
        for one in outcome:
            assert not isinstance(one, Exception) or isinstance(one, BookingGate), repr(one)
        order = list(
            Entry.objects.about("request", request.pk)
            .filter(kind__in=["AppointmentBooked", "LaneSet"])
            .order_by("link__seq")
            .values_list("kind", flat=True)
        )
        assert order in (["AppointmentBooked", "LaneSet"], ["LaneSet"])
        booked, refused = booked + (len(order) == 2), refused + (len(order) == 1)
    assert booked + refused == ROUNDS


def test_holding_another_time_while_the_first_is_booked_ends_in_words(field: Field) -> None:
    clinic = field.clinic
    day = LAST_OPEN - timedelta(days=3)
    for turn in range(ROUNDS // 2):
        request = clinic.ready(clinic.newcomer("Turn", "Twice", born=_birthday(turn)))
        start = at(8, day=day) + timedelta(minutes=30 * turn)
        hold = field.holding(request, clinic.wanted(start))()
        tasks: list[Callable[[], object]] = [
            partial(appointments.book, hold=hold, by=field.alice, now=NOW),
            field.holding(request, clinic.wanted(start, provider=clinic.dr_yusuf, room=clinic.exam_2)),
        ]
        outcome = field.crowd.run(tasks * 2)
        for one in outcome:
            ended = isinstance(one, PatientBusy | appointments.HoldGone)
            assert not isinstance(one, Exception) or ended, repr(one)


def test_one_patient_with_six_requests_gets_one_visit_at_a_time(field: Field) -> None:
    clinic = field.clinic
    doctors = [provider(f"Dr. Phone {n}", at=clinic.main, in_=clinic.dr_carol.specialty) for n in range(6)]
    for doctor in doctors:
        sessions(doctor, at=clinic.main)
    open_days(resources=doctors, first=LAST_OPEN, last=LAST_OPEN, by=OPENER, now=NOW)
    for turn in range(2):
        patient = clinic.newcomer("Turn", "Double", born=_birthday(turn))
        start = at(8, day=LAST_OPEN) + timedelta(minutes=30 * turn)
        calls = [Wanted(clinic.phone_call, clinic.main, doctor, start) for doctor in doctors]
        made = [field.holding(clinic.ready(patient), call)() for call in calls]
        outcome = field.crowd.run(
            [partial(appointments.book, hold=hold, by=field.alice, now=NOW) for hold in made]
        )
        assert sorted(type(one).__name__ for one in outcome) == ["Appointment", *["PatientBusy"] * 5], outcome


def test_a_booking_waits_for_another_of_the_same_patient(field: Field) -> None:
    """Without the wait both would meet at the exclusion constraint and now and then deadlock there."""
    hold = field.holding(field.requests[0], field.clinic.wanted(at(12)))()

    def impatiently() -> Appointment:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
            try:
                return appointments.book(hold=hold, by=field.alice, now=NOW)
            finally:
                cursor.execute("RESET lock_timeout")

    with transaction.atomic():
        Patient.objects.select_for_update(no_key=True).get(pk=hold.patient_id)
        (waited,) = field.crowd.run([impatiently])
    assert isinstance(waited, OperationalError) and "lock timeout" in str(waited)
    assert isinstance(field.crowd.run([impatiently])[0], Appointment)
