"""Visits whose time is gone become work: a task for each, finished when the cause goes away."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from frontdesk.accounts.models import User
from frontdesk.book.models import Appointment
from frontdesk.book.queries.affected import Affected, in_order
from frontdesk.daybook.record import Actor
from frontdesk.kit.errors import Refused
from frontdesk.work.actions import tasks
from frontdesk.work.models import Queue, Task

ABOUT = "appointment"


def open_tasks(
    *, visits: Iterable[Appointment], title: str, queue: Queue, by: Actor, now: datetime
) -> list[Task]:
    """Open a task for each visit that has none of this title yet, the most pressing first."""
    return [
        tasks.open_task(
            queue=queue,
            site=one.visit.site,
            about=(ABOUT, one.visit.pk),
            title=title,
            next_step=f"Visit on {one.visit.start.astimezone(one.visit.site.zone):%a %-d %b at %H:%M}",
            due_at=_due(one.visit, now),
            patient=one.visit.patient,
            weight=one.weight,
            by=by,
            now=now,
        )
        for one in in_order([Affected(visit) for visit in visits])
        if not _open(one.visit, title)
    ]


def _due(visit: Appointment, now: datetime) -> datetime:
    """Half of what is left until the visit, at most a day before it: always before it begins."""
    left = max(visit.start - now, timedelta())
    return visit.start - min(left / 2, timedelta(days=1)) if left else now


def finish_tasks(*, visits: Iterable[Appointment], title: str, outcome: str, by: User, now: datetime) -> int:
    """Finish the open tasks of this title about the visits. Answers how many there were."""
    found = [task for visit in visits if (task := _open(visit, title)) is not None]
    finished = 0
    for task in found:
        try:
            tasks.finish(task=task, outcome=outcome, by=by, now=now)
        except Refused:  # somebody was quicker, which is as good
            continue
        finished += 1
    return finished


def _open(visit: Appointment, title: str) -> Task | None:
    open_ones = Task.objects.open().filter(about_kind=ABOUT, about_ref=visit.pk, title=title[:200])
    return open_ones.order_by("pk").first()
