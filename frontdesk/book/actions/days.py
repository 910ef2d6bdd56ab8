"""Opening and remaking days: from sessions, blocks and claims to the bits that are searched."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from django.db import transaction

from frontdesk.book.engine.derive import DayBits
from frontdesk.book.facts import DaysOpened
from frontdesk.book.models import ResourceDay
from frontdesk.book.queries.derive import STORED, Place, fill, load, row_of
from frontdesk.clinic.models import Resource
from frontdesk.daybook.record import Actor, record


@transaction.atomic
def open_days(*, resources: Iterable[Resource], first: date, last: date, by: Actor, now: datetime) -> int:
    """Make the days first..last (local) of the resources searchable where they are not yet.

    A day that is there already is left as it is. Answers how many were added.
    """
    chosen = [resource.pk for resource in resources]
    source = load(chosen, first, last)
    rows = [
        row_of(place, made)
        for resource in chosen
        for offset in range((last - first).days + 1)
        for place, made in source.day(resource, first + timedelta(days=offset))
    ]
    before = ResourceDay.objects.count()
    ResourceDay.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)
    added = ResourceDay.objects.count() - before
    if added:
        record(DaysOpened(resources=len(chosen), first=first, last=last, days=added), by=by, now=now)
    return added


def remake_days(*, resources: Collection[int], first: date, last: date) -> int:
    """Derive the kept days first..last (local) of the resources anew, inside the caller's transaction.

    The caller has changed a session, a block, a release or a closure, and records the fact. The rows are locked
    in the order of docs/locking.md and only then is read what they are made from. Days within the kept horizon
    (up to the last day that any of the rows' site has) are added where a session is new. Answers the number of
    rows that changed.
    """
    rows = list(
        ResourceDay.objects.select_for_update(no_key=True)
        .filter(resource_id__in=resources, day__range=(first, last))
        .order_by("resource_id", "day", "site_id")
    )
    horizon = ResourceDay.objects.order_by("-day").values_list("day", flat=True).first()
    if horizon is None:
        return 0
    last = min(last, horizon)
    known = {(row.resource_id, row.day, row.site_id): row for row in rows}
    source = load(resources, first, max(first, last))
    fresh = {
        place: made
        for resource in resources
        for offset in range((last - first).days + 1)
        for place, made in source.day(resource, first + timedelta(days=offset))
    }
    changed = [row for place, row in known.items() if place in fresh and _differs(row, place, fresh)]
    gone = [row.pk for place, row in known.items() if place not in fresh]
    for row in changed:
        fill(row, fresh[row.resource_id, row.day, row.site_id])
    ResourceDay.objects.bulk_update(changed, STORED, batch_size=500)
    ResourceDay.objects.filter(pk__in=gone).delete()
    added = [row_of(place, made) for place, made in fresh.items() if place not in known]
    ResourceDay.objects.bulk_create(added, batch_size=2000)
    return len(changed) + len(gone) + len(added)


def _differs(row: ResourceDay, place: Place, fresh: dict[Place, DayBits]) -> bool:
    wanted = row_of(place, fresh[place])
    return any(_plain(getattr(row, name)) != _plain(getattr(wanted, name)) for name in STORED)


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value
