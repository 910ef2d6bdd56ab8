"""Whatever the roster says while nobody accepts: nobody on duty is skipped, and it ends with the last resort."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Role
from frontdesk.clinic.models import Duty
from frontdesk.triage.actions import escalation
from frontdesk.triage.models import Handoff, StepEnd
from tests.factories import staff
from tests.factories.protocol import FEVER
from tests.factories.trees import NURSE_STEPS, use_trees
from tests.universe import LONG_AGO, NOW, Universe

pytestmark = pytest.mark.django_db

# Who (0 to 3), which duty, which rank, from and until how many minutes after the offer.
duties = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from(["nurse", "provider", "manager"]),
        st.integers(1, 3),
        st.integers(-30, 20),
        st.integers(1, 40),
    ),
    max_size=8,
)


def wanted(number: int, at: datetime) -> set[int]:
    """Whom step `number` of the tree would ask at a moment, from the roster itself."""
    step = NURSE_STEPS[number - 1]
    rows = Duty.objects.at(at).filter(target=step["duty"])
    ranks = sorted({row.rank for row in rows})
    place = int(str(step.get("rank", 0)))
    if place > len(ranks):
        return set()
    return {row.user_id for row in rows if not place or row.rank == ranks[place - 1]}


@given(rows=duties)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_nobody_on_duty_is_skipped_and_it_ends(
    universe: Universe, rows: list[tuple[int, str, int, int, int]]
) -> None:
    with transaction.atomic():
        people = [
            universe.bob, universe.carol, universe.dan, staff.user("grace", Role.NURSE, sites=(universe.main,)),
        ]  # fmt: skip
        _goes_through(universe, people, rows)
        transaction.set_rollback(True)


def _goes_through(universe: Universe, people: list[User], rows: list[tuple[int, str, int, int, int]]) -> None:
    use_trees(approved_by=universe.carol, at=LONG_AGO)
    for who, target, rank, starts, length in rows:
        begins = NOW + timedelta(minutes=starts)
        Duty.objects.create(
            site=universe.main, target=target, user=people[who], rank=rank, starts=begins,
            ends=begins + timedelta(minutes=length),
        )  # fmt: skip
    handoff = universe.ready(said=FEVER).handoffs.get()
    for _ in NURSE_STEPS:
        if handoff.last_resort_at is None:
            assert escalation.sweep(now=handoff.due_at) == 1
            handoff.refresh_from_db()
    assert handoff.last_resort_at is not None
    _nobody_was_skipped(handoff)


def _nobody_was_skipped(handoff: Handoff) -> None:
    """Every step of the tree was come to, in order, and asked exactly those who were there at that moment."""
    *steps, last = handoff.steps.order_by("number")
    assert (last.duty, last.end) == ("", "")
    assert [one.duty for one in steps] == [one["duty"] for one in NURSE_STEPS]
    for one in steps:
        there = wanted(one.number, one.began_at)
        assert set(one.asked.values_list("pk", flat=True)) == there
        assert one.end == (StepEnd.PASSED_ON if there else StepEnd.NOBODY)
