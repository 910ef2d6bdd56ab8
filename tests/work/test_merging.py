"""Two tasks that are one thing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from frontdesk.kit.errors import BadValue, Refused
from frontdesk.work.actions.handing import assign
from frontdesk.work.actions.merging import merge
from frontdesk.work.actions.tasks import TaskGone
from frontdesk.work.models import Queue, Task
from tests.universe import NOW, Universe
from tests.work.kit import task

pytestmark = pytest.mark.django_db


def test_the_one_that_goes_on_keeps_the_graver_weight_the_nearer_clock_and_both_notes(
    universe: Universe,
) -> None:
    one = task(universe, title="Move his visit", due=20, weight=1)
    two = task(universe, title="Change the time", due=60, ref=2)
    assign(task=one, to=universe.bob, by=universe.alice, now=NOW, note="He rang at nine")
    assign(task=two, to=universe.dan, by=universe.alice, now=NOW, note="Mornings only")
    kept = merge(task=one, into=two, by=universe.alice, now=NOW)
    assert (kept.weight, kept.due_at, kept.owner) == (1, NOW + timedelta(minutes=20), universe.dan)
    assert kept.note == "Mornings only / He rang at nine"
    gone = Task.objects.get(pk=one.pk)
    assert (gone.same_as, gone.done_by, gone.outcome) == (
        kept,
        universe.alice,
        "Merged into “Change the time”",
    )


def test_only_what_is_of_one_patient_and_kept_in_one_place_becomes_one(universe: Universe) -> None:
    one = task(universe)
    others = (
        task(universe, patient=universe.dora, ref=2),
        task(universe, queue=Queue.CRISIS, restricted=True, ref=2),
        task(universe, kind="handoff", queue=Queue.NURSE, ref=2),
    )
    for other in others:
        with pytest.raises(Refused):
            merge(task=other, into=one, by=universe.bob, now=NOW)
        with pytest.raises(Refused):
            merge(task=one, into=other, by=universe.bob, now=NOW)
    with pytest.raises(BadValue):
        merge(task=one, into=one, by=universe.bob, now=NOW)
    assert Task.objects.open().count() == 4


def test_tasks_of_two_requests_stay_two_since_a_request_would_lose_its_own(universe: Universe) -> None:
    one, two = task(universe, kind="request", ref=1), task(universe, kind="request", ref=2)
    with pytest.raises(Refused, match="Put the requests together"):
        merge(task=one, into=two, by=universe.alice, now=NOW)
    same = task(universe, kind="request", ref=1)
    assert merge(task=same, into=one, by=universe.alice, now=NOW).pk == one.pk


def test_what_is_done_is_not_put_together(universe: Universe) -> None:
    one, two = task(universe), task(universe)
    merge(task=one, into=two, by=universe.alice, now=NOW)
    for gone, other in ((one, two), (two, one)):
        with pytest.raises(TaskGone):
            merge(task=gone, into=other, by=universe.alice, now=NOW)
