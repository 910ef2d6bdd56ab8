"""Anything that may be done to the book, in any order: after every step it is true.

No overlap, nobody in two places, no visit without the time it wants, days that are what sessions and claims make them,
a fact for every change, versions that only grow. Hypothesis chooses the steps. It does not shorten what went wrong, since
that would take minutes: take Phase.generate away to have it shortened.
"""

from __future__ import annotations

import copy
from collections import Counter
from typing import ClassVar

import pytest
from django.db import transaction
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from frontdesk.book.models import Appointment
from tests.factories.soundness import faults
from tests.factories.stage import Hands, Stage, build
from tests.universe import NOW, Universe

pytestmark = pytest.mark.django_db

EXAMPLES, STEPS = 12, 30

which = st.integers(min_value=0, max_value=7)
ticks = st.integers(min_value=0, max_value=30)  # of ten minutes from 10:00
days = st.integers(min_value=0, max_value=2)


class Book(RuleBasedStateMachine):
    """The hands of tests/factories/stage.py, with the numbers that Hypothesis draws."""

    stage: ClassVar[Stage]
    done: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self._around = transaction.atomic()
        self._around.__enter__()
        self.hands = Hands(copy.deepcopy(self.stage))
        self.versions: dict[int, int] = {}

    def teardown(self) -> None:
        self.done.update(self.hands.done)
        transaction.set_rollback(True)
        self._around.__exit__(None, None, None)

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

    @rule(number=which, stale=st.booleans())
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

    @rule(number=which)
    def lift(self, number: int) -> None:
        self.hands.lift(number)

    @rule()
    def release(self) -> None:
        self.hands.release()

    @rule(day=days)
    def remake(self, day: int) -> None:
        self.hands.remake(day)

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
    "cancel", "undo", "block", "lift", "release", "remake",
}  # fmt: skip


def test_whatever_is_done_the_book_stays_true(universe: Universe) -> None:
    Book.stage, Book.done = build(universe), Counter()
    steps = settings(max_examples=EXAMPLES, stateful_step_count=STEPS, phases=[Phase.generate])
    run_state_machine_as_test(Book, settings=steps)
    assert set(Book.done) >= EVERYTHING, f"never done: {EVERYTHING - set(Book.done)}"
