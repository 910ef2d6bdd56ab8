"""The order of work: what it depends on, and that two people always see the same one."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from frontdesk.triage.models import Request
from frontdesk.work.engine.order import Place, group_of, key
from frontdesk.work.models import Task
from tests.universe import NOW

clocks = st.integers(-600, 6000).map(lambda minutes: NOW + timedelta(minutes=minutes))
places = st.builds(
    Place, st.integers(0, 3), st.one_of(st.none(), st.integers(1, 5)), clocks, st.integers(1, 10**6)
)


@given(st.lists(places, unique_by=lambda one: one.number, max_size=12), st.randoms())
def test_there_is_one_order_however_the_work_came_in(work: list[Place], chance: object) -> None:
    first = sorted(work, key=lambda one: key(one, NOW))
    shuffled = list(work)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert sorted(shuffled, key=lambda one: key(one, NOW)) == first
    assert all(key(one, NOW) < key(two, NOW) for one, two in pairwise(first))


@given(places, places)
def test_of_two_any_two_one_comes_first(one: Place, two: Place) -> None:
    assert (key(one, NOW) < key(two, NOW)) != (key(two, NOW) < key(one, NOW)) or key(one, NOW) == key(
        two, NOW
    )


@given(places, places)
def test_overdue_first_then_the_lane_then_the_tier_then_the_clock(one: Place, two: Place) -> None:
    ours, theirs = group_of(one.due_at, NOW), group_of(two.due_at, NOW)
    if ours != theirs:
        assert (key(one, NOW) < key(two, NOW)) == (ours < theirs)
    elif one.weight != two.weight:
        assert (key(one, NOW) < key(two, NOW)) == (one.weight > two.weight)
    elif (one.tier or 6) != (two.tier or 6):
        assert (key(one, NOW) < key(two, NOW)) == ((one.tier or 6) < (two.tier or 6))
    elif one.due_at != two.due_at:
        assert (key(one, NOW) < key(two, NOW)) == (one.due_at < two.due_at)


def test_nothing_else_can_decide_and_anger_has_no_field() -> None:
    assert [field.name for field in dataclasses.fields(Place)] == ["weight", "tier", "due_at", "number"]
    kept = {field.name for model in (Task, Request) for field in model._meta.get_fields()}
    feelings = (
        "anger",
        "angry",
        "upset",
        "mood",
        "tone",
        "loud",
        "rude",
        "difficult",
        "complain",
        "free",
        "full",
    )
    assert not [name for name in kept if any(word in name for word in feelings)]
