"""Giving a task to somebody, giving it back, and moving it to another queue."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.daybook.models import Entry
from frontdesk.daybook.record import record
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from frontdesk.kit.text import one_line
from frontdesk.work.actions.tasks import locked, request_of
from frontdesk.work.facts import TaskAssigned, TaskReleased, TaskRerouted
from frontdesk.work.models import Queue, Task
from frontdesk.work.queries.due import due_at
from frontdesk.work.rules import answers_for, check_can_be_given, check_kept_here

NOTE = 300  # characters


@transaction.atomic
def assign(*, task: Task, to: User, by: User, now: datetime, note: str = "") -> Task:
    """Give the task to `to`, who must work in its queue and may see it. Handing over one's own asks for a `note`.

    Raises TaskGone, BadValue, and Refused where `to` cannot do it or where it is not `by`'s to give.
    """
    by.check_may(Permission.SEE_QUEUES)
    said = _note(note)
    task = locked(task)
    check_can_be_given(task, to=to, by=by)
    if to == task.owner:
        raise BadValue(f"{to.name} has it already.", field="to")
    if task.owner == by and not said:
        raise BadValue("Say in a few words what is done and what is left.", field="note")
    was = task.owner.name if task.owner else ""
    task.owner, task.assigned_at, task.assigned_by, task.note = to, now, by, said
    task.save(update_fields=["owner", "assigned_at", "assigned_by", "note"])
    fact = TaskAssigned(task_id=task.pk, owner=to.name, was=was, note=said, request_id=request_of(task))
    record(fact, by=by, now=now, because=said)
    return task


@transaction.atomic
def release(*, task: Task, by: User, now: datetime, note: str = "") -> Task:
    """Give the task back to its queue. Raises TaskGone, Refused where nobody has it, NotAllowed where it is another's."""
    by.check_may(Permission.SEE_QUEUES)
    said = _note(note)
    task = locked(task)
    check_kept_here(task)
    if task.owner is None:
        raise Refused("Nobody has it: it waits in its queue already.", code="TASK_FREE")
    if task.owner != by and not answers_for(by, task.queue):
        raise NotAllowed(f"{task.owner.name} has this task.", code="TASK_CLAIMED")
    was = task.owner.name
    task.owner = task.assigned_at = task.assigned_by = None
    task.note = said or task.note
    task.save(update_fields=["owner", "assigned_at", "assigned_by", "note"])
    fact = TaskReleased(task_id=task.pk, was=was, note=said, request_id=request_of(task))
    record(fact, by=by, now=now, because=said)
    return task


@transaction.atomic
def reroute(*, task: Task, queue: str, because: str, by: User, now: datetime) -> Task:
    """Move the task to the queue where it belongs; nobody there has it yet. Its clock may only come nearer.

    The fact counts how often it has been moved: a task that wanders shows where the routing is wrong. Raises
    TaskGone, BadValue, Refused.
    """
    by.check_may(Permission.SEE_QUEUES)
    if queue not in Queue.values:
        raise BadValue("Choose the queue where it belongs.", field="queue")
    reason = _note(because)
    if not reason:
        raise BadValue("Say in a few words why it belongs there.", field="because")
    task = locked(task)
    check_kept_here(task)
    if task.queue == queue:
        raise BadValue("It is in this queue already.", field="queue")
    was, task.queue = task.queue, Queue(queue)
    task.due_at = min(task.due_at, due_at(queue, task.category, task.site, now))
    task.restricted = task.restricted or queue == Queue.CRISIS
    task.owner = task.assigned_at = task.assigned_by = None
    task.note = reason
    task.save()
    _moved(task, was, reason, by, now)
    return task


def times_moved(task: Task) -> int:
    """How often a task was moved from one queue to another so far."""
    return Entry.objects.about("task", task.pk).filter(kind=TaskRerouted.kind()).count()


def _moved(task: Task, was: str, reason: str, by: User, now: datetime) -> None:
    fact = TaskRerouted(
        task_id=task.pk,
        was=was,
        became=task.queue,
        times=times_moved(task) + 1,
        due_at=task.due_at,
        request_id=request_of(task),
    )
    record(fact, by=by, now=now, because=reason)


def _note(text: str) -> str:
    note = one_line(text, limit=NOTE + 1)
    if len(note) > NOTE:
        raise BadValue(f"Too long: at most {NOTE} characters fit here.", field="note")
    return note
