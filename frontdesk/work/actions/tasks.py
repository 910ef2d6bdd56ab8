"""Opening, claiming and finishing tasks. Giving them to others is in handing.py, duplicates in merging.py."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.models import Site
from frontdesk.daybook.record import Actor, record
from frontdesk.kit.errors import Refused
from frontdesk.people.models import Patient
from frontdesk.work.facts import TaskClaimed, TaskDone, TaskOpened
from frontdesk.work.models import Queue, Task
from frontdesk.work.queries.due import due_at as computed
from frontdesk.work.rules import check_can_claim


class TaskGone(Refused):
    """Somebody else has finished it."""

    code = "TASK_DONE"


@transaction.atomic
def open_task(
    *,
    queue: Queue,
    site: Site,
    about: tuple[str, int],
    title: str,
    by: Actor,
    now: datetime,
    due_at: datetime | None = None,
    category: str = "",
    patient: Patient | None = None,
    next_step: str = "",
    weight: int = 0,
    restricted: bool = False,
) -> Task:
    """Put a task in a queue. `about` is the (kind, id) of the thing; `weight` the rank of its lane, 0 to 3.

    Without a `due_at` the queue's rule says by when it is due, by its `category`.
    """
    due = due_at or computed(queue, category, site, now)
    task = Task.objects.create(
        queue=queue,
        site=site,
        patient=patient,
        about_kind=about[0],
        about_ref=about[1],
        title=title[:200],
        next_step=next_step[:200],
        weight=weight,
        category=category,
        restricted=restricted,
        opened_at=now,
        due_at=due,
    )
    fact = TaskOpened(
        task_id=task.pk,
        queue=queue,
        due_at=due,
        about=f"{about[0]} {about[1]}",
        request_id=request_of(task),
        category=category,
    )
    record(fact, by=by, now=now)
    return task


@transaction.atomic
def claim(*, task: Task, by: User, now: datetime, take_over: bool = False) -> Task:
    """Make `by` the owner. Raises TaskGone where somebody finished it, Refused where somebody else has it.

    `take_over` takes it from whoever has it; claiming one's own again changes nothing. Raises NotAllowed where the
    queue is not worked by this person's role; a handoff's task is claimed by accepting, which asks its own question.
    """
    by.check_may(Permission.SEE_QUEUES)
    task = locked(task)
    check_can_claim(task, by=by, take_over=take_over)
    if task.owner != by:
        task.owner, task.assigned_at, task.assigned_by = by, None, None
        task.save(update_fields=["owner", "assigned_at", "assigned_by"])
    record(TaskClaimed(task_id=task.pk, owner=by.name, request_id=request_of(task)), by=by, now=now)
    return task


@transaction.atomic
def finish(*, task: Task, outcome: str, by: User, now: datetime, follows: bool = False) -> Task:
    """Finish a task with its outcome in words. Raises TaskGone where it was finished before.

    `follows`: it is done by something else that `by` did and was allowed to do, such as cancelling the visit.
    """
    if not follows:
        by.check_may(Permission.SEE_QUEUES)
    done = Task.objects.filter(pk=task.pk, done_at=None).update(
        done_at=now, done_by=by, outcome=outcome[:200], owner=by
    )
    if not done:
        raise TaskGone("This task is already done.")
    task.refresh_from_db()
    record(TaskDone(task_id=task.pk, outcome=outcome[:200], request_id=request_of(task)), by=by, now=now)
    return task


def finish_about(*, about: tuple[str, int], outcome: str, by: User, now: datetime, category: str = "") -> int:
    """Finish every open task about one thing, or those of one category. Answers how many there were."""
    tasks = Task.objects.open().filter(about_kind=about[0], about_ref=about[1])
    found = list(tasks.filter(category=category) if category else tasks)
    for task in found:
        finish(task=task, outcome=outcome, by=by, now=now)
    return len(found)


def locked(task: Task) -> Task:
    """The open task as it stands now, locked until the transaction ends. Raises TaskGone where it is done."""
    # The owner is not joined: after a wait for the lock PostgreSQL reads the row anew, but not what was joined to it.
    found = Task.objects.select_for_update(no_key=True).get(pk=task.pk)
    if found.done_at is not None:
        raise TaskGone("This task is already done.")
    return found


def request_of(task: Task) -> int | None:
    """The number of the request that a task is about, for the daybook; None for anything else."""
    return task.about_ref if task.about_kind == "request" else None
