"""Anything that may be done to the book, in any order: after every step it is true.

No overlap, nobody in two places, no visit without the time it wants, days that are what sessions and claims make them,
a fact for every change, versions that only grow. Plans are whole, in the order and with the gaps that were wanted unless
the preview of a move said otherwise; a group has no more in it than places. Hypothesis chooses the steps. It does not
shorten what went wrong, since that would take minutes: take Phase.generate away to have it shortened.
"""

from __future__ import annotations

import copy
import os
from collections import Counter
from typing import ClassVar

import pytest
from django.db import transaction
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from frontdesk.book.models import Appointment
from tests.factories.plan_hands import PlanHands
from tests.factories.soundness import faults
from tests.factories.soundness_plans import out_of_order
from tests.factories.stage import Stage, build
from tests.universe import NOW, Universe

pytestmark = pytest.mark.django_db

EXAMPLES, STEPS = (40 if os.environ.get("FRONTDESK_FULL_PROOFS") else 9), 30

which = st.integers(min_value=0, max_value=7)
ticks = st.integers(min_value=0, max_value=30)  # of ten minutes from 10:00
days = st.integers(min_value=0, max_value=2)


class Book(RuleBasedStateMachine):
    """The hands of tests/factories/plan_hands.py, with the numbers that Hypothesis draws."""

    stage: ClassVar[Stage]
    done: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self._around = transaction.atomic()
        self._around.__enter__()
        self.hands = PlanHands(copy.deepcopy(self.stage))
        self.versions: dict[int, int] = {}

    def teardown(self) -> None:
        self.done.update(self.hands.done)
        transaction.set_rollback(True)
        self._around.__exit__(None, None, None)

    @initialize(request=which, kind=which, doctor=which, count=which)
    def begin(self, request: int, kind: int, doctor: int, count: int) -> None:
        """A course and a group to begin with: there is something to move from the first step on."""
        self.hands.series(request, kind, doctor, self.hands.start(2, 0), count)
        self.hands.group(doctor, self.hands.start(0, 24))
        self.hands.take_place(0, request)

    @rule(request=which, kind=which, doctor=which, day=days, tick=ticks)
    def hold(self, request: int, kind: int, doctor: int, day: int, tick: int) -> None:
        self.hands.hold(request, kind, doctor, self.hands.start(day, tick))

    @rule(request=which, kind=which, doctor=which, day=days, tick=ticks)
    def hold_and_book(self, request: int, kind: int, doctor: int, day: int, tick: int) -> None:
        self.hands.hold_and_book(request, kind, doctor, self.hands.start(day, tick))

    @rule(request=which, day=days, tick=ticks)
    def overbook(self, request: int, day: int, tick: int) -> None:
        self.hands.overbook(request, self.hands.start(day, tick))

    @rule(request=which, tick=ticks)
    def first_available(self, request: int, tick: int) -> None:
        self.hands.first_available(request, self.hands.start(0, tick))

    @rule(number=which)
    def book(self, number: int) -> None:
        self.hands.book(number)

    @rule(number=which)
    def let_go(self, number: int) -> None:
        self.hands.let_go(number)

    @rule(minutes=st.sampled_from([1, 5, 11, 45]))
    def wait(self, minutes: int) -> None:
        self.hands.wait(minutes)

    @rule()
    def sweep(self) -> None:
        self.hands.sweep()

    @rule(number=which, day=days, tick=ticks)
    def move(self, number: int, day: int, tick: int) -> None:
        self.hands.move(number, self.hands.start(day, tick))

    @rule(number=which, kind=which, doctor=which, day=days, tick=ticks)
    def move_and_change(self, number: int, kind: int, doctor: int, day: int, tick: int) -> None:
        self.hands.move_and_change(number, kind, doctor, self.hands.start(day, tick))

    @rule(number=which, stale=st.sampled_from([False, False, False, True]))
    def cancel(self, number: int, stale: bool) -> None:
        self.hands.cancel(number, stale=stale)

    @rule(number=which)
    def undo(self, number: int) -> None:
        self.hands.undo(number)

    @rule(number=which)
    def change_of_mind(self, number: int) -> None:
        self.hands.change_of_mind(number)

    @rule(number=which)
    def miss(self, number: int) -> None:
        self.hands.miss(number)

    @rule(who=which, day=days, tick=ticks, minutes=st.sampled_from([20, 60, 600]))
    def block(self, who: int, day: int, tick: int, minutes: int) -> None:
        self.hands.block(who, self.hands.start(day, tick), minutes)

    @rule(number=which, tick=ticks)
    def lift(self, number: int, tick: int) -> None:
        if "block" not in self.hands.done:
            self.hands.block(number, self.hands.start(1, tick), 20)
        self.hands.lift(number)

    @rule()
    def release(self) -> None:
        self.hands.release()

    @rule(day=days)
    def remake(self, day: int) -> None:
        self.hands.remake(day)

    @rule(request=which, kind=which, doctor=which, day=days, tick=ticks, count=which)
    def series(self, request: int, kind: int, doctor: int, day: int, tick: int, count: int) -> None:
        self.hands.series(request, kind, doctor, self.hands.start(day, tick), count)

    @rule(request=which, doctor=which, day=days, tick=ticks, gap=which, later=which)
    def linked(self, request: int, doctor: int, day: int, tick: int, gap: int, later: int) -> None:
        self.hands.linked(request, doctor, self.hands.start(day, tick), gap, later)

    @rule(request=which, kind=which, day=days, tick=ticks)
    def family(self, request: int, kind: int, day: int, tick: int) -> None:
        self.hands.family(request, kind, self.hands.start(day, tick))

    @rule(number=which, kind=which, doctor=which, later=st.sampled_from([1, 2, 36, 37, 72, -3]))
    def extend(self, number: int, kind: int, doctor: int, later: int) -> None:
        self.hands.extend(number, kind, doctor, later)

    @rule(number=which, day=days, tick=ticks)
    def move_one_of_a_plan(self, number: int, day: int, tick: int) -> None:
        self.hands.move_one(number, self.hands.start(day, tick))

    @rule(number=which)
    def undo_one_of_a_plan(self, number: int) -> None:
        self.hands.cancel_one(number)
        self.hands.undo_one(number)

    @rule(number=which, place=which)
    def cancel_rest(self, number: int, place: int) -> None:
        self.hands.cancel_rest(number, place)

    @rule(doctor=which, day=days, tick=ticks)
    def group(self, doctor: int, day: int, tick: int) -> None:
        self.hands.group(doctor, self.hands.start(day, tick))

    @rule(number=which, request=which, doctor=which, day=days, tick=ticks)
    def take_and_move_place(self, number: int, request: int, doctor: int, day: int, tick: int) -> None:
        self.hands.take_place(number, request)
        self.hands.move_place(number, doctor, self.hands.start(day, tick))

    @rule(number=which)
    def cancel_group(self, number: int) -> None:
        self.hands.cancel_group(number)

    @invariant()
    def plans_are_kept(self) -> None:
        assert out_of_order(but=self.hands.told) == []

    @invariant()
    def the_book_is_true(self) -> None:
        assert faults(now=NOW) == []

    @invariant()
    def nobody_is_lost_and_versions_grow(self) -> None:
        versions = dict(Appointment.objects.values_list("pk", "version"))
        assert len(versions) == self.hands.booked
        assert all(versions[pk] >= version for pk, version in self.versions.items())
        self.versions = versions


EVERYTHING = {
    "hold", "hold and book", "overbook", "first available", "book", "let go", "sweep", "move", "move and change",
    "cancel", "undo", "block", "lift", "release", "remake", "series", "linked", "family", "extend", "move of a plan",
    "cancel of a plan", "undo of a plan", "cancel rest", "group", "take place", "move place", "cancel group",
}  # fmt: skip


def test_whatever_is_done_the_book_stays_true(universe: Universe) -> None:
    Book.stage, Book.done = build(universe), Counter()
    steps = settings(max_examples=EXAMPLES, stateful_step_count=STEPS, phases=[Phase.generate])
    run_state_machine_as_test(Book, settings=steps)
    assert set(Book.done) >= EVERYTHING, f"never done: {EVERYTHING - set(Book.done)} {Book.done}"
