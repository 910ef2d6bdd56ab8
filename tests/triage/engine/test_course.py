"""Which step comes next: whatever the roster says, nobody on duty is skipped, and it always ends."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.triage.engine.course import OnDuty, asked_by, gone_through, next_step
from frontdesk.triage.engine.shapes import TreeStep

DUTIES = ("nurse", "provider", "manager")
Roster = dict[str, list[OnDuty]]

steps = st.lists(
    st.builds(TreeStep, duty=st.sampled_from(DUTIES), minutes=st.integers(1, 30), rank=st.integers(0, 3)),
    min_size=1,
    max_size=9,
)
rosters = st.dictionaries(
    st.sampled_from(DUTIES), st.lists(st.tuples(st.integers(1, 6), st.integers(1, 4)), max_size=5)
)


def people(roster: Roster, duty: str) -> list[OnDuty]:
    return roster.get(duty, [])


def there(step: TreeStep, roster: Roster) -> set[int]:
    """Written down once more, plainly: those with the duty, by the ranks that are there."""
    found = people(roster, step.duty)
    ranks = sorted({rank for _, rank in found})
    if step.rank == 0:
        return {who for who, _ in found}
    if step.rank > len(ranks):
        return set()
    return {who for who, rank in found if rank == ranks[step.rank - 1]}


@given(tree=steps, turns=st.lists(rosters, min_size=10, max_size=10))
def test_it_ends_at_somebody_or_the_last_resort_and_skips_nobody(
    tree: list[TreeStep], turns: list[Roster]
) -> None:
    """At each turn nobody accepts, and the roster has changed meanwhile."""
    gone, reached = 0, []
    for roster in turns:
        found = next_step(tree, gone_through=gone, on_duty=partial(people, roster))
        assert all(not there(one, roster) for one in found.skipped)
        gone += len(found.skipped)
        if found.step is None:
            break
        assert found.step == tree[gone]
        assert set(found.asked) == there(found.step, roster) != set()
        assert len(found.asked) == len(set(found.asked))
        gone += 1
        reached.append(found.step)
    else:
        pytest.fail("It never came to the last resort.")
    assert gone == len(tree), "every step was asked or written down as skipped"
    assert len(reached) <= len(tree)


@given(tree=steps, roster=rosters)
def test_where_somebody_of_the_tree_is_on_duty_somebody_is_asked(
    tree: list[TreeStep], roster: Roster
) -> None:
    found = next_step(tree, gone_through=0, on_duty=partial(people, roster))
    assert (found.step is None) == (not any(there(one, roster) for one in tree))


@given(duty=st.lists(st.tuples(st.integers(1, 6), st.integers(1, 9)), min_size=1, max_size=6))
def test_the_first_rank_asks_somebody_wherever_somebody_is_there(duty: list[OnDuty]) -> None:
    assert asked_by(TreeStep("nurse", 5, rank=1), duty)


@pytest.mark.parametrize(
    ("so_far", "count"),
    [([], 0), ([True, True], 2), ([True, False], 0), ([True, False, True], 1), ([False, True, True], 2)],
)
def test_only_the_steps_of_the_tree_that_holds_count(so_far: list[bool], count: int) -> None:
    assert gone_through(so_far) == count
