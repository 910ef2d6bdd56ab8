"""Tasks and queue rules for tests about work."""

from __future__ import annotations

from datetime import timedelta

from frontdesk.accounts.models import User
from frontdesk.people.models import Patient
from frontdesk.work.actions.queue_rules import Wanted, set_rule
from frontdesk.work.actions.tasks import open_task
from frontdesk.work.models import Queue, QueueRule, Task
from frontdesk.work.standing import STANDING, Due
from tests.universe import NOW, Universe


def task(
    cast: Universe,
    *,
    queue: Queue = Queue.CONTACT,
    patient: Patient | None = None,
    title: str = "Tell the patient",
    ref: int = 1,
    kind: str = "appointment",
    due: int = 60,
    weight: int = 0,
    restricted: bool = False,
) -> Task:
    """A task of Main Street, about a visit unless told otherwise, due in so many minutes."""
    return open_task(
        queue=queue,
        site=cast.main,
        about=(kind, ref),
        title=title,
        due_at=NOW + timedelta(minutes=due),
        patient=patient or cast.ben,
        weight=weight,
        restricted=restricted,
        by=cast.alice,
        now=NOW,
    )


def rule(
    cast: Universe,
    queue: Queue,
    *,
    owner: User,
    escalate_to: User | None = None,
    roles: list[str] | None = None,
    due: Due | None = None,
    escalate_minutes: int = 30,
    due_times: dict[str, Due] | None = None,
) -> QueueRule:
    """A rule as the manager sets it; what is not said is as it stands."""
    standing = STANDING[queue]
    wanted = Wanted(
        owner,
        roles or list(standing.roles),
        due or standing.due,
        escalate_minutes,
        escalate_to,
        standing.due_times if due_times is None else due_times,
    )
    return set_rule(queue=queue, wanted=wanted, by=cast.dan, now=NOW)
