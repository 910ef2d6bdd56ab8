"""Two tasks that are the same thing become one."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.daybook.record import record
from frontdesk.kit.errors import BadValue, Refused
from frontdesk.work.actions.tasks import TaskGone, request_of
from frontdesk.work.facts import TaskMerged
from frontdesk.work.models import Task
from frontdesk.work.rules import check_kept_here


@transaction.atomic
def merge(*, task: Task, into: Task, by: User, now: datetime) -> Task:
    """End `task` as a duplicate of `into`, which goes on with the graver weight, the nearer clock and both notes.

    Answers with `into`. Raises TaskGone where either is done, and Refused or BadValue where they are not of the same
    patient or thing, or belong to two requests (which are put together on their own page).
    """
    by.check_may(Permission.SEE_QUEUES)
    rows = Task.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    found = {row.pk: row for row in rows.filter(pk__in=(task.pk, into.pk))}
    task, into = found[task.pk], found[into.pk]
    _check(task, into)
    _keep(task, into)
    task.same_as, task.done_at, task.done_by = into, now, by
    task.owner, task.outcome = by, f"Merged into “{into.title}”"[:200]
    task.save()
    fact = TaskMerged(
        task_id=task.pk,
        into_task_id=into.pk,
        title=task.title,
        into=into.title,
        request_id=request_of(task),
    )
    record(fact, by=by, now=now)
    return into


def _check(task: Task, into: Task) -> None:
    if task.pk == into.pk:
        raise BadValue("Choose another task than this one.", field="into")
    if task.done_at or into.done_at:
        raise TaskGone("One of the two is already done.")
    for one in (task, into):
        check_kept_here(one)
    same_thing = (task.about_kind, task.about_ref) == (into.about_kind, into.about_ref)
    if not same_thing and (task.patient_id is None or task.patient_id != into.patient_id):
        raise Refused("Only tasks of the same patient can be put together.", code="TASK_OTHER_PATIENT")
    if task.restricted != into.restricted or task.site_id != into.site_id:
        raise Refused("These two are not kept in the same place.", code="TASK_OTHER_PLACE")
    if not same_thing and task.about_kind == into.about_kind == "request":
        raise Refused("Each belongs to a request. Put the requests together.", code="TASK_OF_REQUEST")


def _keep(task: Task, into: Task) -> None:
    """What must not be lost of the duplicate."""
    into.weight, into.due_at = max(task.weight, into.weight), min(task.due_at, into.due_at)
    notes = dict.fromkeys(one for one in (into.note, task.note) if one)
    into.note = " / ".join(notes)[:300]
    into.save(update_fields=["weight", "due_at", "note"])
