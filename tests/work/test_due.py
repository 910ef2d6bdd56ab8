"""By when work is due."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from frontdesk.clinic.models import SiteHours
from frontdesk.work.actions.queue_rules import add_missing
from frontdesk.work.actions.tasks import open_task
from frontdesk.work.models import Queue, QueueRule
from frontdesk.work.queries.due import due_at, due_of
from frontdesk.work.standing import CATEGORIES, STANDING, Due
from tests.universe import NOW, OPENER, Universe, at
from tests.work.kit import rule

pytestmark = pytest.mark.django_db
EVENING, MONDAY = at(16, 30, day=date(2026, 3, 6)), date(2026, 3, 9)


def test_every_queue_stands_with_roles_and_a_due_time_before_anybody_sets_one() -> None:
    assert set(STANDING) == set(Queue)
    assert all(one.roles and one.due.minutes for one in STANDING.values())
    assert {name for one in STANDING.values() for name in one.due_times} <= set(CATEGORIES)


def test_business_hours_go_on_at_the_next_opening_and_the_clock_runs_through(universe: Universe) -> None:
    assert due_at(Queue.MESSAGES, "voicemail", universe.main, EVENING) == at(9, 30, day=MONDAY)
    assert due_at(Queue.CALLBACK, "dropped", universe.main, EVENING) == EVENING + timedelta(minutes=10)
    assert due_at(Queue.NURSE, "", universe.main, at(23)) == at(23, 15)


def test_the_rule_decides_and_a_category_has_its_own_time(universe: Universe) -> None:
    rule(
        universe,
        Queue.MESSAGES,
        owner=universe.dan,
        due=Due(30, False),
        due_times={"voicemail": Due(45, False)},
    )
    assert due_of(Queue.MESSAGES, "voicemail") == Due(45, False)
    assert due_of(Queue.MESSAGES, "email") == due_of(Queue.MESSAGES) == Due(30, False)
    assert due_at(Queue.MESSAGES, "email", universe.main, NOW) == NOW + timedelta(minutes=30)


def test_a_task_without_a_due_time_gets_the_queue_s(universe: Universe) -> None:
    SiteHours.objects.create(site=universe.main, weekday=1, opens=time(12), closes=time(13))
    task = open_task(
        queue=Queue.CALLBACK,
        site=universe.main,
        about=("appointment", 1),
        title="Call",
        by=universe.alice,
        now=NOW,
    )
    assert task.due_at == at(13), "An hour of the queue, counted from noon, when the site opens."
    given = open_task(
        queue=Queue.CALLBACK, site=universe.main, about=("appointment", 1), title="Call", category="dropped",
        by=universe.alice, now=NOW,
    )  # fmt: skip
    assert (given.due_at, given.category) == (NOW + timedelta(minutes=10), "dropped")


def test_a_new_clinic_gets_a_rule_for_every_queue_once(universe: Universe) -> None:
    assert add_missing(by=OPENER, now=NOW) == len(Queue)
    assert add_missing(by=OPENER, now=NOW) == 0
    assert set(QueueRule.objects.values_list("queue", flat=True)) == set(Queue.values)
    assert due_of(Queue.MESSAGES, "voicemail") == STANDING[Queue.MESSAGES].due_times["voicemail"]
