"""Opening days: from weekly sessions to the bits that are searched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction

from frontdesk.book.engine import bits
from frontdesk.book.facts import DaysOpened
from frontdesk.book.models import Claim, ResourceDay, Session
from frontdesk.book.queries.open_time import mask_of, session_bits
from frontdesk.clinic.models import Resource
from frontdesk.daybook.record import Actor, record


@transaction.atomic
def open_days(*, resources: Iterable[Resource], first: date, last: date, by: Actor, now: datetime) -> int:
    """Make the days first..last (local) of the resources searchable where they are not yet.

    A day that is there already is left as it is. Answers how many were added.
    """
    chosen = list(resources)
    sessions: dict[int, list[Session]] = defaultdict(list)
    for session in Session.objects.filter(resource__in=chosen).select_related("site"):
        sessions[session.resource_id].append(session)
    claimed = _claimed(chosen, first, last)
    rows = [
        row
        for resource in chosen
        for offset in range((last - first).days + 1)
        for row in _days(resource.pk, first + timedelta(days=offset), sessions[resource.pk], claimed)
    ]
    before = ResourceDay.objects.count()
    ResourceDay.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)
    added = ResourceDay.objects.count() - before
    if added:
        record(DaysOpened(resources=len(chosen), first=first, last=last, days=added), by=by, now=now)
    return added


def _days(
    resource: int, day: date, sessions: list[Session], claimed: dict[tuple[int, date], int]
) -> list[ResourceDay]:
    by_site: dict[int, int] = defaultdict(int)
    for session in sessions:
        if session.weekday == day.weekday() and _valid(session, day):
            by_site[session.site_id] |= session_bits(session, day)
    taken = claimed.get((resource, day), 0)
    return [
        ResourceDay(
            resource_id=resource,
            site_id=site,
            day=day,
            open_bits=bits.to_bytes(opened),
            free_bits=bits.to_bytes(opened & ~taken),
        )
        for site, opened in sorted(by_site.items())
    ]


def _valid(session: Session, day: date) -> bool:
    return session.valid_from <= day and (session.valid_until is None or day <= session.valid_until)


def _claimed(resources: list[Resource], first: date, last: date) -> dict[tuple[int, date], int]:
    found: dict[tuple[int, date], int] = defaultdict(int)
    live = Claim.objects.live().filter(resource__in=resources).select_related("resource__site")
    for claim in live.filter(
        end__date__gte=first - timedelta(days=1), start__date__lte=last + timedelta(days=1)
    ):
        day, mask = mask_of(claim.start, claim.end, claim.resource.site)
        found[claim.resource_id, day] |= mask
    return found
