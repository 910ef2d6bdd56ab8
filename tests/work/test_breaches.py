"""What nobody does in time comes before whoever answers."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from frontdesk.daybook.facts import System
from frontdesk.daybook.models import Entry
from frontdesk.work.actions.breaches import escalate_overdue
from frontdesk.work.actions.tasks import finish
from frontdesk.work.models import Queue, Task
from tests.universe import NOW, Universe
from tests.work.kit import rule, task

pytestmark = pytest.mark.django_db
CLOCK = System("work clock")


def after(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def told() -> list[tuple[int, str]]:
    entries = Entry.objects.filter(kind="TaskEscalated").order_by("pk")
    return [(one.facts["level"], one.facts["to"]) for one in entries]


def test_each_level_comes_once_and_at_its_time(universe: Universe) -> None:
    rule(universe, Queue.CONTACT, owner=universe.dan, escalate_to=universe.bob, escalate_minutes=30)
    late = task(universe, due=0)
    assert [escalate_overdue(by=CLOCK, now=after(minutes)) for minutes in (29, 30, 31, 59, 60, 61, 600)] == [
        0, 1, 0, 0, 1, 0, 0,
    ]  # fmt: skip
    assert told() == [(1, universe.bob.name), (2, universe.dan.name)]
    late.refresh_from_db()
    assert (late.escalations, late.escalated_at, late.done_at) == (2, after(60), None)


def test_levels_that_a_stopped_machine_missed_are_made_up_one_by_one(universe: Universe) -> None:
    rule(universe, Queue.CONTACT, owner=universe.dan, escalate_to=universe.bob)
    task(universe, due=0)
    assert [escalate_overdue(by=CLOCK, now=after(500)) for _ in range(3)] == [1, 1, 0]


def test_a_queue_for_which_nobody_answers_escalates_once_and_names_nobody(universe: Universe) -> None:
    task(universe, queue=Queue.RESULTS, due=0)
    assert escalate_overdue(by=CLOCK, now=after(60)) == 1
    assert escalate_overdue(by=CLOCK, now=after(6000)) == 0
    assert told() == [(1, "")]


def test_what_is_in_time_or_done_is_left_alone(universe: Universe) -> None:
    task(universe, due=600)
    finish(task=task(universe, due=0), outcome="Reached", by=universe.alice, now=NOW)
    assert escalate_overdue(by=CLOCK, now=after(300)) == 0
    assert set(Task.objects.values_list("escalations", flat=True)) == {0}


def test_the_job_runs(universe: Universe) -> None:
    from frontdesk.work.jobs import escalate

    late = task(universe, due=0)
    escalate(timestamp=0)
    late.refresh_from_db()
    assert late.escalations == 1, "The real clock is far past the universe's."
