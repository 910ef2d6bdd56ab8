"""What follows for the patient from a change of a visit: old tasks about it end, and the patient is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from frontdesk.accounts.models import User
from frontdesk.book.models import Appointment
from frontdesk.daybook.models import Entry
from frontdesk.daybook.record import Actor
from frontdesk.outreach.actions.messages import Tells, ask_a_person, tell
from frontdesk.outreach.models import Message
from frontdesk.work.actions import tasks
from frontdesk.work.models import Task

DECEASED = "deceased"
# What a change of the visit settles: tasks that ask for the change, or to tell of how it was.
_ASKS_FOR_A_CHANGE = Q(title__endswith="move or cancel, and tell the patient")
_TELLS = Q(title__startswith="Tell the patient ")


@transaction.atomic
def moved(
    *,
    appointment: Appointment,
    was: Mapping[str, str],
    now_is: Mapping[str, str],
    by: Actor,
    now: datetime,
    cause: Entry | None = None,
) -> Message | None:
    """The visit stands elsewhere. `was` and `now_is` describe it, as the fact of the move does.

    A patient who only gets another room is told nothing. Who comes to see the patient stands in no message, so a
    person tells of another provider.
    """
    _finish(_open(appointment).filter(_ASKS_FOR_A_CHANGE | _TELLS), "The visit was moved", by, now)
    if _seen_by_the_patient(was) != _seen_by_the_patient(now_is):
        return tell(appointment=appointment, what=Tells.MOVED, by=by, now=now, cause=cause)
    if was.get("provider") != now_is.get("provider"):
        ask_a_person(
            appointment=appointment,
            what=Tells.MOVED,
            title=f"Tell the patient that the visit is now with {now_is.get('provider')}",
            why="No message names who will see them",
            by=by,
            now=now,
        )
    return None


@transaction.atomic
def cancelled(
    *, appointment: Appointment, why: str, by: Actor, now: datetime, cause: Entry | None = None
) -> Message | None:
    """The visit does not take place. Nobody is told of it where the patient has died, or its time has passed."""
    _finish(_open(appointment), "The visit was cancelled", by, now)
    if why == DECEASED or appointment.start <= now:
        return None
    return tell(appointment=appointment, what=Tells.CANCELLED, by=by, now=now, cause=cause)


@transaction.atomic
def restored(
    *, appointment: Appointment, was_told: bool, by: Actor, now: datetime, cause: Entry | None = None
) -> Message | None:
    """The visit takes place after all. `was_told`: did anything say to the patient that it would not?"""
    _finish(_open(appointment).filter(_TELLS), "The visit takes place after all", by, now)
    if not was_told or appointment.start <= now:
        return None
    return tell(appointment=appointment, what=Tells.RESTORED, by=by, now=now, cause=cause)


def _seen_by_the_patient(where: Mapping[str, str]) -> tuple[datetime, str, str]:
    """The instant, whatever zone it is written in; the site; and how."""
    return datetime.fromisoformat(where["start"]), where["site"], where["modality"]


def _open(appointment: Appointment) -> QuerySet[Task]:
    return Task.objects.open().filter(about_kind="appointment", about_ref=appointment.pk).order_by("pk")


def _finish(found: QuerySet[Task], outcome: str, by: Actor, now: datetime) -> None:
    """End the tasks in the name of whoever changed the visit; what the machine changes ends nobody's task."""
    if not isinstance(by, User):
        return
    for task in found:
        try:
            tasks.finish(task=task, outcome=outcome, by=by, now=now, follows=True)
        except tasks.TaskGone:  # somebody was quicker, which is as good
            continue
