"""After any run of actions the days that are searched are what sessions and claims make them."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from frontdesk.book.actions import appointments, holds
from frontdesk.book.engine import bits
from frontdesk.book.models import Appointment, Hold, HoldEnd, ResourceDay, Session
from frontdesk.book.queries.check_days import differences
from frontdesk.daybook.facts import System
from frontdesk.kit.errors import Refused
from frontdesk.triage.models import Request
from tests.factories.callers import callers
from tests.universe import NOW, TODAY, Universe, at

pytestmark = pytest.mark.django_db


@dataclass
class _Play:
    """Somebody who does anything that may be done to time, at random, while the clock runs on."""

    clinic: Universe
    requests: list[Request]
    chance: random.Random
    now: datetime = NOW
    held: list[Hold] = field(default_factory=list)

    def hold(self) -> None:
        clinic, request = self.clinic, self.chance.choice(self.requests)
        start = at(10, day=TODAY + timedelta(days=self.chance.randrange(2))) + timedelta(
            minutes=5 * self.chance.randrange(84)
        )
        wanted = clinic.wanted(
            start,
            provider=self.chance.choice([clinic.dr_carol, clinic.dr_yusuf]),
            room=self.chance.choice([clinic.exam_1, clinic.exam_2]),
            visit_type=self.chance.choice([clinic.follow_up, clinic.same_day]),
            interpreter=self.chance.choice([None, clinic.marisol]),
        )
        self.held.append(clinic.hold(start, request=request, wanted=wanted, now=self.now))

    def let_go(self) -> None:
        if self.held:
            holds.let_go(hold=self.chance.choice(self.held), by=self.clinic.alice, now=self.now)

    def book(self) -> None:
        if self.held:
            appointments.book(hold=self.chance.choice(self.held), by=self.clinic.alice, now=self.now)

    def sweep(self) -> None:
        holds.sweep(by=System("hold sweeper"), now=self.now)

    def wait(self) -> None:
        self.now += timedelta(minutes=self.chance.choice([1, 4]))


@pytest.mark.parametrize("seed", [1, 2])
def test_two_hundred_random_actions_leave_no_difference(universe: Universe, seed: int) -> None:
    requests = callers(20, site=universe.main, by=universe.alice, now=NOW)
    play = _Play(universe, requests, random.Random(seed))
    moves: list[Callable[[], None]] = [
        play.hold,
        play.hold,
        play.hold,
        play.let_go,
        play.book,
        play.wait,
        play.sweep,
    ]
    for step in range(200):
        with suppress(Refused):
            play.chance.choice(moves)()
        if step % 20 == 0:
            assert differences(now=NOW) == []
    assert differences(now=NOW) == []
    assert Appointment.objects.count() > 5
    assert {one.ended_how for one in Hold.objects.all()} >= {HoldEnd.BOOKED, HoldEnd.LET_GO, HoldEnd.EXPIRED}


def _day(universe: Universe) -> ResourceDay:
    return ResourceDay.objects.get(resource=universe.dr_carol, day=TODAY)


def test_time_that_is_closed_for_nothing_is_told(universe: Universe) -> None:
    day = _day(universe)
    day.free_bits = bits.to_bytes(day.free & ~bits.span(120, 6))
    day.save()
    (found,) = differences(now=NOW)
    assert (found.resource, found.site, found.day) == (universe.dr_carol.pk, universe.main.pk, TODAY)
    assert found.sentence.endswith("30 minutes are closed that nothing claims.")


def test_time_that_is_offered_twice_is_told(universe: Universe) -> None:
    universe.book(at(11))
    day = _day(universe)
    day.free_bits = day.open_bits
    day.save()
    (found,) = differences(now=NOW)
    assert found.sentence.endswith("30 minutes are offered that are claimed or not open.")


def test_open_time_that_no_session_makes_is_told(universe: Universe) -> None:
    Session.objects.filter(resource=universe.dr_carol, weekday=1).update(ends="16:00")
    found = differences(now=NOW)
    assert {one.day for one in found} == {TODAY, TODAY + timedelta(days=7)}
    assert all("open time is not what the sessions say (60 minutes differ)" in one.sentence for one in found)


def test_days_that_have_passed_are_left_alone(universe: Universe) -> None:
    Session.objects.all().delete()
    assert {one.day for one in differences(now=at(12, day=TODAY + timedelta(days=9)))} == {
        TODAY + timedelta(days=9), TODAY + timedelta(days=10),
    }  # fmt: skip
