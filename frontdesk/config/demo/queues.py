"""Who answers for the demo's queues, and when its sites answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time

from frontdesk.accounts.models import User
from frontdesk.clinic.actions.site_hours import set_hours
from frontdesk.clinic.models import Site
from frontdesk.config.demo.accounts import ANNELIESE, INES, PRIYA
from frontdesk.work.actions.queue_rules import Wanted, set_rule
from frontdesk.work.models import Queue
from frontdesk.work.standing import STANDING

# Whoever answers, and before whom a breach comes first; a queue that is not named is the manager's own.
CLINICAL = {
    Queue.NURSE: (INES, None),
    Queue.CRISIS: (INES, ANNELIESE),
    Queue.OBSTETRICS: (INES, ANNELIESE),
    Queue.RESULTS: (ANNELIESE, INES),
    Queue.PROVIDER: (ANNELIESE, INES),
}
WEEK = {weekday: [(time(8), time(17))] for weekday in range(5)}


def add_queues(*, users: Mapping[str, int], now: datetime) -> None:
    """Set the rules of all queues and the hours of all sites as the clinic manager; `users` has ids by user name."""
    manager = User.objects.get(pk=users[PRIYA])
    people = {name: User.objects.get(pk=users[name]) for name in (INES, ANNELIESE, PRIYA)}
    for queue in Queue:
        owner, first = CLINICAL.get(queue, (PRIYA, None))
        standing = STANDING[queue]
        wanted = Wanted(
            owner=people[owner],
            roles=standing.roles,
            due=standing.due,
            escalate_minutes=standing.escalate_minutes,
            escalate_to=people[first] if first else None,
            due_times=standing.due_times,
        )
        set_rule(queue=queue, wanted=wanted, by=manager, now=now)
    for site in Site.objects.order_by("pk"):
        set_hours(site=site, week=WEEK, by=manager, now=now)
