"""By when work is due: what the queue's rule says, or what stands where nobody has set one."""

from __future__ import annotations

from datetime import datetime, timedelta

from frontdesk.clinic.models import Site
from frontdesk.clinic.queries.hours import add_open_minutes
from frontdesk.work.models import DueTime, Queue, QueueRule
from frontdesk.work.standing import STANDING, Due


def due_at(queue: str, category: str, site: Site, now: datetime) -> datetime:
    """When work of this category that comes into the queue at `now` is due, an aware instant.

    A category without a due time of its own ("" among them) has the queue's. Business hours are the site's own.
    """
    due = due_of(queue, category)
    if due.business_hours:
        return add_open_minutes(site, now, due.minutes)
    return now + timedelta(minutes=due.minutes)


def due_of(queue: str, category: str = "") -> Due:
    """The due time that holds for a category of a queue."""
    own = DueTime.objects.filter(rule__queue=queue, category=category).first() if category else None
    found = own or QueueRule.objects.filter(queue=queue).first()
    if found is not None:
        return Due(found.due_minutes, found.business_hours)
    standing = STANDING[Queue(queue)]
    return standing.due_times.get(category, standing.due)
