"""Giving a task away, giving it back, moving it to where it belongs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from frontdesk.accounts.permissions import Role
from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from frontdesk.work.actions.handing import assign, release, reroute, times_moved
from frontdesk.work.actions.tasks import TaskGone, claim, finish
from frontdesk.work.models import Queue, Task
from tests.factories import staff
from tests.universe import NOW, Universe
from tests.work.kit import rule, task

pytestmark = pytest.mark.django_db


def facts(kind: str) -> list[dict[str, object]]:
    return [entry.facts for entry in Entry.objects.filter(kind=kind).order_by("pk")]


def test_a_free_task_is_given_to_somebody_who_works_there(universe: Universe) -> None:
    given = assign(task=task(universe), to=universe.bob, by=universe.alice, now=NOW)
    assert (given.owner, given.assigned_at, given.assigned_by) == (universe.bob, NOW, universe.alice)
    assert facts("TaskAssigned") == [
        {"task_id": given.pk, "owner": universe.bob.name, "was": "", "note": "", "request_id": None}
    ]


def test_handing_over_one_s_own_asks_for_a_note_and_keeps_it(universe: Universe) -> None:
    mine = claim(task=task(universe), by=universe.alice, now=NOW)
    with pytest.raises(BadValue, match="what is done and what is left") as refusal:
        assign(task=mine, to=universe.bob, by=universe.alice, now=NOW, note="  ")
    assert refusal.value.field == "note"
    given = assign(task=mine, to=universe.bob, by=universe.alice, now=NOW, note="Called twice, try after 3")
    assert (given.owner, given.note) == (universe.bob, "Called twice, try after 3")
    assert claim(task=given, by=universe.bob, now=NOW).assigned_by == universe.alice, "It is his already."
    over = claim(task=given, by=universe.dan, now=NOW, take_over=True)
    assert (over.owner, over.assigned_by, over.note) == (universe.dan, None, "Called twice, try after 3")


@pytest.mark.parametrize("who", ["carol", "charlie", "erin", "pat"])
def test_nobody_gets_what_they_cannot_work_on_or_see(universe: Universe, who: str) -> None:
    """Carol's role does not work in this queue; Charlie works at another site; Erin and Pat see no work."""
    with pytest.raises(Refused, match="does not work in Tell the patient at Main Street"):
        assign(task=task(universe), to=getattr(universe, who), by=universe.alice, now=NOW)


def test_restricted_work_goes_to_clinicians_alone(universe: Universe) -> None:
    crisis = task(universe, queue=Queue.CRISIS, restricted=True)
    with pytest.raises(Refused):
        assign(task=crisis, to=universe.alice, by=universe.bob, now=NOW)
    assert assign(task=crisis, to=universe.carol, by=universe.bob, now=NOW).owner == universe.carol


def test_another_s_task_is_given_away_by_them_or_by_whoever_answers(universe: Universe) -> None:
    sam = staff.user("sam", Role.SCHEDULER, sites=(universe.main,))
    his = claim(task=task(universe), by=universe.bob, now=NOW)
    with pytest.raises(Refused, match="has this task"):
        assign(task=his, to=sam, by=universe.alice, now=NOW)
    rule(universe, Queue.CONTACT, owner=universe.dan)
    assert assign(task=his, to=sam, by=universe.dan, now=NOW).owner == sam
    with pytest.raises(BadValue, match="has it already"):
        assign(task=his, to=sam, by=universe.dan, now=NOW)
    with pytest.raises(Refused):
        release(task=his, by=universe.alice, now=NOW)
    assert release(task=his, by=universe.dan, now=NOW).owner is None


def test_what_is_given_back_waits_for_anybody(universe: Universe) -> None:
    mine = claim(task=task(universe), by=universe.alice, now=NOW)
    free = release(task=mine, by=universe.alice, now=NOW, note="They are away until Friday")
    assert (free.owner, free.assigned_at, free.note) == (None, None, "They are away until Friday")
    with pytest.raises(Refused, match="waits in its queue already"):
        release(task=free, by=universe.alice, now=NOW)
    assert facts("TaskReleased")[0]["was"] == universe.alice.name


def test_a_role_that_does_not_work_in_a_queue_claims_nothing_from_it(universe: Universe) -> None:
    results = task(universe, queue=Queue.RESULTS)
    with pytest.raises(NotAllowed, match="Your role does not work in Results"):
        claim(task=results, by=universe.alice, now=NOW)
    rule(universe, Queue.RESULTS, owner=universe.bob, roles=["scheduler", "nurse"])
    assert claim(task=results, by=universe.alice, now=NOW).owner == universe.alice


def test_a_task_is_moved_to_where_it_belongs_and_each_move_is_counted(universe: Universe) -> None:
    moved = claim(task=task(universe, queue=Queue.MESSAGES, due=300), by=universe.alice, now=NOW)
    moved = reroute(task=moved, queue="results", because="Asks about a lab", by=universe.alice, now=NOW)
    assert (moved.queue, moved.owner, moved.note) == ("results", None, "Asks about a lab")
    assert moved.due_at == NOW + timedelta(minutes=240), "Sooner, as the queue of results asks."
    moved = reroute(task=moved, queue="messages", because="No, a bill", by=universe.bob, now=NOW)
    assert moved.due_at == NOW + timedelta(minutes=240), "A clock never moves away."
    assert [fact["times"] for fact in facts("TaskRerouted")] == [1, 2]
    assert times_moved(moved) == 2


def test_what_is_moved_to_the_crisis_queue_is_restricted_from_then_on(universe: Universe) -> None:
    moved = reroute(
        task=task(universe, queue=Queue.MESSAGES),
        queue="crisis",
        because="Unsafe at home",
        by=universe.alice,
        now=NOW,
    )
    assert moved.restricted
    assert not Task.objects.visible_to(universe.alice).filter(pk=moved.pk).exists()


@pytest.mark.parametrize(("queue", "because"), [("nowhere", "x"), ("contact", "x"), ("results", " ")])
def test_a_move_names_another_queue_and_says_why(universe: Universe, queue: str, because: str) -> None:
    with pytest.raises(BadValue):
        reroute(task=task(universe), queue=queue, because=because, by=universe.alice, now=NOW)


def test_what_is_done_is_given_to_nobody(universe: Universe) -> None:
    done = finish(task=task(universe), outcome="Reached", by=universe.alice, now=NOW)
    with pytest.raises(TaskGone):
        assign(task=done, to=universe.bob, by=universe.alice, now=NOW)
    with pytest.raises(TaskGone):
        release(task=done, by=universe.alice, now=NOW)
    with pytest.raises(TaskGone):
        reroute(task=done, queue="results", because="x", by=universe.alice, now=NOW)


@pytest.mark.parametrize("kind", ["handoff", "conflict"])
def test_a_handoff_is_accepted_and_never_given(universe: Universe, kind: str) -> None:
    one = task(universe, kind=kind, queue=Queue.NURSE)
    with pytest.raises(Refused, match="Open"):
        assign(task=one, to=universe.bob, by=universe.alice, now=NOW)
    with pytest.raises(Refused, match="Open"):
        reroute(task=one, queue="messages", because="x", by=universe.alice, now=NOW)


def test_a_note_that_does_not_fit_is_refused_and_not_cut(universe: Universe) -> None:
    with pytest.raises(BadValue, match="at most 300"):
        assign(task=task(universe), to=universe.bob, by=universe.alice, now=NOW, note="x" * 301)
