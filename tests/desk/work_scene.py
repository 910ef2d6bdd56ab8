"""Work that waits, and the forms about it, for tests of the doors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from frontdesk.daybook.facts import System
from frontdesk.triage.actions.intake import receive
from frontdesk.triage.models import Request
from frontdesk.work.actions.tasks import claim, open_task
from frontdesk.work.models import Queue, Task
from tests.factories.protocol import CHECK_UP
from tests.universe import NOW, Universe


@dataclass(frozen=True)
class WorkScene:
    """Two tasks of Ben that look alike and that nobody has, one that Bob has, and a message that waits."""

    free: Task
    twin: Task
    bobs: Task
    message: Request


def work_scene(cast: Universe) -> WorkScene:
    free, twin, bobs = (task(cast, f"Tell Ben of his visit ({number})") for number in (1, 2, 3))
    message = receive(
        channel="voicemail",
        text=CHECK_UP,
        site=cast.main,
        patient=cast.ben,
        by=System("message intake"),
        now=NOW,
    )
    return WorkScene(free, twin, claim(task=bobs, by=cast.bob, now=NOW), message)


def task(cast: Universe, title: str, *, due: int = 60, queue: Queue = Queue.CONTACT) -> Task:
    return open_task(
        queue=queue,
        site=cast.main,
        about=("appointment", 1),
        title=title,
        next_step="Call them",
        due_at=NOW + timedelta(minutes=due),
        patient=cast.ben,
        by=cast.alice,
        now=NOW,
    )


def message_form() -> dict[str, str]:
    """A voicemail of this morning, as the form for it is sent."""
    return {
        "channel": "voicemail", "site": "main", "day": "2026-03-03", "at": "09:20", "text": CHECK_UP,
        "name": "Ben Okafor", "birth_date": "", "phone": "212-555-0142", "email": "", "topic": "",
    }  # fmt: skip


def queue_form(cast: Universe) -> dict[str, str]:
    """How the messages are kept, as the form for it is sent."""
    times = {f"due_{key}": "90" for key in ("voicemail", "email", "sms", "portal", "message")}
    return {
        "owner": str(cast.dan.pk), "roles": "scheduler", "due_minutes": "60", "business_hours": "on",
        "escalate_minutes": "30", "escalate_to": "", **times,
    }  # fmt: skip


def hours_form() -> dict[str, str]:
    """A site that answers on Monday mornings."""
    return {"opens_0_1": "08:00", "closes_0_1": "12:00"}
