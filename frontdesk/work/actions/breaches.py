"""What is overdue by more than its queue allows comes before whoever answers for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from frontdesk.daybook.record import Actor, record
from frontdesk.work.actions.tasks import request_of
from frontdesk.work.facts import TaskEscalated
from frontdesk.work.models import Task
from frontdesk.work.queries.answering import Answering, answering


def escalate_overdue(*, by: Actor, now: datetime) -> int:
    """Escalate what is overdue, each task once for each level. Answers how many times. Safe to run again at once.

    Level 1 comes when a task is overdue by the queue's `escalate_minutes`, level 2 after as long again, where a second
    person answers. A queue for which nobody answers has one level too, so that the breach is seen.
    """
    rules = answering()
    found = (
        Task.objects.open().filter(due_at__lt=now).order_by("pk").only("pk", "queue", "due_at", "escalations")
    )
    return sum(_escalate(pk, rules, by, now) for pk in _breached(found, rules, now))


def _breached(tasks: Iterable[Task], rules: dict[str, Answering], now: datetime) -> list[int]:
    return [task.pk for task in tasks if _level_due(task, rules[task.queue], now) > task.escalations]


def _level_due(task: Task, rule: Answering, now: datetime) -> int:
    """Which level the task has reached by its clock: 0 while its queue still waits."""
    late = now - task.due_at
    return min(late // timedelta(minutes=max(1, rule.escalate_minutes)), rule.levels)


@transaction.atomic
def _escalate(pk: int, rules: dict[str, Answering], by: Actor, now: datetime) -> int:
    """One level at a time. Answers 1, or 0 where somebody was quicker."""
    task = (
        Task.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        .open()
        .filter(pk=pk)
        .first()
    )
    if task is None or _level_due(task, rules[task.queue], now) <= task.escalations:
        return 0
    task.escalations, task.escalated_at = task.escalations + 1, now
    task.save(update_fields=["escalations", "escalated_at"])
    to = rules[task.queue].person_of(task.escalations)
    fact = TaskEscalated(
        task_id=task.pk,
        queue=task.queue,
        level=task.escalations,
        to=to.name if to else "",
        overdue_minutes=int((now - task.due_at).total_seconds() // 60),
        request_id=request_of(task),
    )
    record(fact, by=by, now=now)
    return 1
