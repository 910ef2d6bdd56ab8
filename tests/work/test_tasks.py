from __future__ import annotations

from datetime import timedelta

import pytest

from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import NotAllowed, Refused
from frontdesk.work.actions.tasks import TaskGone, claim, finish, finish_about, open_task
from frontdesk.work.models import Queue, Task
from tests.universe import NOW, Universe

pytestmark = pytest.mark.django_db
DUE = NOW + timedelta(hours=1)


def _task(universe: Universe, *, title: str = "Call back", ref: int = 1, weight: int = 0, minutes: int = 60,
          restricted: bool = False) -> Task:  # fmt: skip
    return open_task(
        queue=Queue.DESK, site=universe.main, about=("request", ref), title=title, weight=weight,
        due_at=NOW + timedelta(minutes=minutes), restricted=restricted, by=universe.alice, now=NOW,
    )  # fmt: skip


def test_a_task_opens_with_a_clock(universe: Universe) -> None:
    task = _task(universe, title="x" * 300)
    assert (task.due_at, task.owner, len(task.title)) == (DUE, None, 200)
    assert [entry.kind for entry in Entry.objects.about("request", 1)] == ["TaskOpened"]


def test_whoever_claims_it_owns_it_and_another_may_take_it_over(universe: Universe) -> None:
    task = claim(task=_task(universe), by=universe.alice, now=NOW)
    assert task.owner == universe.alice
    with pytest.raises(Refused, match="Alice Alden has claimed this already"):
        claim(task=task, by=universe.bob, now=NOW)
    assert claim(task=task, by=universe.bob, now=NOW, take_over=True).owner == universe.bob


def test_it_is_finished_once(universe: Universe) -> None:
    task = finish(task=_task(universe), outcome="Reached him", by=universe.alice, now=DUE)
    assert (task.done_at, task.done_by, task.owner, task.outcome) == (
        DUE, universe.alice, universe.alice, "Reached him",
    )  # fmt: skip
    for again in (claim, lambda **more: finish(outcome="x", **more)):
        with pytest.raises(TaskGone):
            again(task=task, by=universe.bob, now=DUE)
    assert Task.objects.get().done_by == universe.alice


def test_all_tasks_about_one_thing_are_finished_together(universe: Universe) -> None:
    for ref in (1, 1, 2):
        _task(universe, ref=ref)
    assert finish_about(about=("request", 1), outcome="Closed", by=universe.alice, now=NOW) == 2
    assert Task.objects.open().get().about_ref == 2


@pytest.mark.parametrize("who", ["erin", "pat"])
def test_some_roles_have_no_queues(universe: Universe, who: str) -> None:
    task, someone = _task(universe), getattr(universe, who)
    assert not Task.objects.visible_to(someone).exists()
    with pytest.raises(NotAllowed):
        claim(task=task, by=someone, now=NOW)
    with pytest.raises(NotAllowed):
        finish(task=task, outcome="x", by=someone, now=NOW)


def test_a_queue_shows_the_tasks_of_ones_own_site(universe: Universe) -> None:
    task = _task(universe)
    seen = {who for who in ("alice", "bob", "carol", "dan", "charlie")
            if task in Task.objects.visible_to(getattr(universe, who))}  # fmt: skip
    assert seen == {"alice", "bob", "carol", "dan"}


def test_a_restricted_task_is_for_clinicians(universe: Universe) -> None:
    task = _task(universe, restricted=True)
    seen = {who for who in ("alice", "bob", "carol", "dan", "charlie")
            if task in Task.objects.visible_to(getattr(universe, who))}  # fmt: skip
    assert seen == {"bob", "carol"}


def test_the_gravest_comes_first_then_the_clock(universe: Universe) -> None:
    for title, weight, minutes in (
        ("calm", 0, 5),
        ("grave", 3, 60),
        ("graver clock", 3, 2),
        ("calmer", 0, 9),
    ):
        _task(universe, title=title, weight=weight, minutes=minutes)
    order = [task.title for task in Task.objects.in_order()]
    assert order == ["graver clock", "grave", "calm", "calmer"]
