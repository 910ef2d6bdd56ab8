"""Whatever is said, in whatever order: the book does not make a lane, and no door books past the gate.

Few examples in the ordinary run; a hundred and more with FRONTDESK_FULL_PROOFS=1.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from frontdesk.book.actions import blocks, closures
from frontdesk.book.models import Appointment, Hold, ResourceDay
from frontdesk.clinic.choices import BlockKind
from frontdesk.people.models import Patient
from frontdesk.triage.actions import handoffs, lanes, words
from frontdesk.triage.engine.lanes import Lane
from frontdesk.triage.models import Request
from frontdesk.triage.rules import OPENS_BOOKING
from tests.factories.plan_hands import PlanHands
from tests.factories.protocol import CHECK_UP, CHEST_PAIN, FEVER, SELF_HARM, VOMITING
from tests.factories.stage import build as build_stage
from tests.universe import LAST_OPEN, NOW, TODAY, Universe, at

pytestmark = pytest.mark.django_db
FULL = bool(os.environ.get("FRONTDESK_FULL_PROOFS"))
SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
once = [Phase.explicit, Phase.generate]  # what fails is told as it was found
some = settings(max_examples=150 if FULL else 8, suppress_health_check=SHARED, phases=once)
few = settings(max_examples=100 if FULL else 4, suppress_health_check=SHARED, phases=once)

# What people say, in both languages, of every lane; and what only sounds like it.
SAID = (
    CHECK_UP, CHEST_PAIN, SELF_HARM, "No chest pain, just my physical", "Elephant on my chest and sweating",
    "Se le cae un lado de la cara", "I had knee surgery last week and now I have a fever", "Mi asma ha empeorado",
    "I need my form filled out today", "This bill nearly gave me a heart attack", "I have had diarrhea for two days",
    "Heart attack in 2015, routine follow-up", "Necesito un intérprete", "My foot has a sore that is getting worse",
    "no fever but I can't breathe lying down", "thank you", "is there nothing sooner", "quiero una cita para mi hija",
)  # fmt: skip


@contextmanager
def taken_back() -> Iterator[None]:
    """The next example finds everything as it was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# The lane


def screened(universe: Universe, patient: Patient, said: str, kind: str) -> tuple[object, ...]:
    """The lane, the rule, the script and every match of a request with these words."""
    with taken_back():
        request = universe.ready(patient, said=said, kind=kind)
        matches = [one["rule"] for row in request.screenings.all() for one in row.matches]
        return request.lane, request.rule_code, request.script_key, request.restricted, matches


def fill(universe: Universe, hours: list[int], *, everything: bool, closed: bool) -> None:
    """Visits at some hours of today; nothing free at all; or the site is closed for the day."""
    for hour in hours:
        universe.book(at(hour), request=universe.ready(universe.newcomer("Guest", f"Nr{hour}")))
    if everything:
        for resource in (universe.dr_carol, universe.dr_yusuf, universe.dr_lena):
            blocks.block(
                resource=resource, kind=BlockKind.MEETING, start=at(0), end=at(23, day=LAST_OPEN), by=universe.dan,
                now=NOW,
            )  # fmt: skip
        left = ResourceDay.objects.filter(resource=universe.dr_carol, day__gt=TODAY, day__lt=LAST_OPEN)
        assert not any(one.free for one in left)
    if closed:
        closures.close_day(site=universe.main, day=TODAY, name="Storm", by=universe.dan, now=NOW)


@some
@given(
    said=st.sampled_from(SAID),
    more=st.sampled_from(SAID),
    who=st.sampled_from(["ben", "ana", "dora"]),
    kind=st.sampled_from(["symptom", "routine", "paperwork"]),
    hours=st.lists(st.sampled_from([11, 13, 15]), unique=True),
    everything=st.booleans(),
    closed=st.booleans(),
)
def test_a_lane_does_not_depend_on_how_full_the_book_is(
    universe: Universe,
    said: str,
    more: str,
    who: str,
    kind: str,
    hours: list[int],
    everything: bool,
    closed: bool,
) -> None:
    with taken_back():
        universe.use_starter()
        patient, both = getattr(universe, who), f"{said}. {more}"
        empty = screened(universe, patient, both, kind)
        fill(universe, hours, everything=everything, closed=closed)
        assert screened(universe, patient, both, kind) == empty


@some
@given(said=st.lists(st.tuples(st.booleans(), st.sampled_from(SAID)), min_size=1, max_size=5))
def test_more_words_never_lower_a_lane(universe: Universe, said: list[tuple[bool, str]]) -> None:
    """Typed over, or stored beside what was said before."""
    with taken_back():
        universe.use_starter()
        request = universe.ready(universe.ben, said=CHECK_UP)
        rank = request.rank
        for stored, text in said:
            act = words.add if stored else words.type_words
            request = act(request=request, text=text, by=universe.alice, now=NOW + timedelta(minutes=1))
            request.refresh_from_db()
            assert request.rank >= rank
            rank = request.rank


# The gate


def may_book(request: Request) -> bool:
    """What the gate must say, told once more in the plainest way."""
    request.refresh_from_db()
    open_now = Request.objects.filter(patient=request.patient, closed_at=None)
    if any(one.lane == Lane.EMERGENCY for one in open_now):
        return False
    if request.lane != Lane.URGENT:
        return True
    handed = list(request.handoffs.order_by("directed_at", "pk"))
    return bool(handed) and all(one.directed_at for one in handed) and handed[-1].direction in OPENS_BOOKING


def may_move(visit: Appointment) -> bool:
    return not Request.objects.filter(patient=visit.patient, closed_at=None, lane=Lane.EMERGENCY).exists()


class Everybody(PlanHands):
    """The hands of the stage at its every door; and people who speak, raise, lower, accept and direct."""

    def says(self, request: int, text: str) -> None:
        with self.step("says"):
            words.add(request=self.request(request), text=text, by=self.clinic.alice, now=self.now)

    def raises(self, request: int, lane: str) -> None:
        with self.step("raises"):
            lanes.raise_lane(
                request=self.request(request),
                to=lane,
                reason="Sounds bad",
                by=self.clinic.alice,
                now=self.now,
            )

    def lowers(self, request: int, lane: str) -> None:
        with self.step("lowers"):
            lanes.lower_lane(
                request=self.request(request), to=lane, reason="Looked", by=self.clinic.bob, now=self.now
            )

    def accepts(self, request: int) -> None:
        for handoff in self.request(request).handoffs.filter(accepted_at=None):
            with self.step("accepts"):
                handoffs.accept(handoff=handoff, by=self.clinic.bob, now=self.now)

    def directs(self, request: int, direction: str) -> None:
        for handoff in self.request(request).handoffs.filter(directed_at=None).exclude(accepted_at=None):
            with self.step("directs"):
                handoffs.direct(
                    handoff=handoff, direction=direction, visit_type=self.clinic.follow_up,
                    visit_by=TODAY + timedelta(days=2), by=self.clinic.bob, now=self.now,
                )  # fmt: skip


DOORS = ("hold", "first", "book", "series", "linked", "family", "place", "extend")


def knock(hands: Everybody, door: str, request: int, number: int) -> None:
    """Try one door; each may say no."""
    start = hands.start(number % 3, 3 + number)
    acts = {
        "hold": lambda: hands.hold(request, 3, number, start),
        "first": lambda: hands.first_available(request, start),
        "book": lambda: hands.book(number),
        "series": lambda: hands.series(request, 3, number, start, number),
        "linked": lambda: hands.linked(request, number, start + timedelta(days=6), 1, 1),
        "family": lambda: hands.family(request, 3, start + timedelta(days=6)),
        "place": lambda: hands.take_place(number, request),
        "extend": lambda: hands.extend(number, 3, number, 1 + number),
    }
    acts[door]()


def taken() -> dict[str, set[tuple[int, int | None]]]:
    """The holds and visits there are, each with the request that asked for it."""
    return {
        "holds": set(Hold.objects.values_list("pk", "asked_for")),
        "visits": set(Appointment.objects.values_list("pk", "asked_for")),
    }


turn = st.one_of(
    st.tuples(st.just("says"), st.integers(0, 2), st.sampled_from([CHECK_UP, FEVER, VOMITING, CHEST_PAIN, SELF_HARM])),
    st.tuples(st.just("raises"), st.integers(0, 2), st.sampled_from(["urgent", "emergency"])),
    st.tuples(st.just("lowers"), st.integers(0, 2), st.sampled_from(["routine", "urgent"])),
    st.tuples(st.just("accepts"), st.integers(0, 2), st.just("")),
    st.tuples(st.just("directs"), st.integers(0, 2), st.sampled_from(["same_day", "within_days", "call_back"])),
    st.tuples(st.just("knocks"), st.integers(0, 2), st.sampled_from(DOORS)),
    st.tuples(st.just("moves"), st.integers(0, 2), st.just("")),
)  # fmt: skip


@few
@given(turns=st.lists(turn, min_size=6, max_size=40 if FULL else 10), number=st.integers(0, 20))
def test_no_door_books_past_an_emergency_or_an_urgent_request_without_direction(
    universe: Universe, turns: list[tuple[str, int, str]], number: int
) -> None:
    with taken_back():
        hands = _hands(universe)
        for place, (what, request, value) in enumerate(turns):
            if what == "knocks":
                _knock_and_look(hands, value, request, number + place)
            elif what == "moves":
                _move_and_look(hands, number + place)
            elif what == "accepts":
                hands.accepts(request)
            else:
                getattr(hands, what)(request, value)
            # And whatever stands after each turn, every door is as shut as it must be.
            if what in ("says", "raises", "directs"):
                for door in DOORS:
                    _knock_and_look(hands, door, request, number + place)


def _hands(universe: Universe) -> Everybody:
    """Two requests of Ben's and one of Dora's; a group with places; a visit of each, booked before anything was said."""
    stage = build_stage(universe, people=0)
    stage.requests = [universe.ready(one) for one in (universe.ben, universe.ben, universe.dora)]
    hands = Everybody(stage, watchful=False)
    hands.group(0, at(15, day=TODAY + timedelta(days=1)))
    hands.series(0, 3, 0, at(11, day=TODAY + timedelta(days=2)), 0)
    hands.hold_and_book(2, 3, 1, at(12, day=TODAY + timedelta(days=1)))
    hands.hold(1, 3, 1, at(13, day=TODAY + timedelta(days=1)))
    return hands


def _knock_and_look(hands: Everybody, door: str, request: int, number: int) -> None:
    """Whatever this door has taken was asked for by requests that may book."""
    shut = {one.pk for one in hands.stage.requests if not may_book(one)}
    before = taken()
    knock(hands, door, request, number)
    fresh = [asked for key, rows in taken().items() for _, asked in rows - before[key]]
    assert not shut & set(fresh), f"{door} booked for a request that may not"


def _move_and_look(hands: Everybody, number: int) -> None:
    starts = dict(Appointment.objects.values_list("pk", "start"))
    shut = [one.pk for one in Appointment.objects.all() if not may_move(one)]
    hands.move(number, hands.start(number % 3, 5 + number))
    now = dict(Appointment.objects.values_list("pk", "start"))
    assert all(now[pk] == starts[pk] for pk in shut)


def test_the_hands_reach_every_door(universe: Universe) -> None:
    """Otherwise the property above would prove nothing."""
    with taken_back():
        hands = _hands(universe)
        for number in range(12):
            for door in DOORS:
                knock(hands, door, 2, number)
            hands.move(number, hands.start(2, number))
    names = {"hold", "first available", "book", "series", "linked", "family", "take place", "extend", "move"}
    assert names <= set(hands.done), hands.done
