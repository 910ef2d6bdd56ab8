"""Loading open days, with the time of expired holds counted as free again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from django.db import connection

from frontdesk.book.engine import bits
from frontdesk.book.engine.find import Free, SiteDay
from frontdesk.book.models import Session
from frontdesk.clinic.models import Site
from frontdesk.kit.clock import local_midnight

Key = tuple[date, int]  # local day, site id

# Written as SQL since a search sends hundreds of ids: as one text that PostgreSQL reads as an array they cost a
# tenth of what as many parameters do.
_DAYS = """
    SELECT resource_id, day, site_id, free_bits, open_bits FROM book_resourceday
    WHERE resource_id = ANY(%s::bigint[]) AND site_id = ANY(%s::bigint[]) AND day BETWEEN %s AND %s
    ORDER BY resource_id
"""
_EXPIRED = """
    SELECT claim.resource_id, hold.site_id, claim.start, claim."end"
    FROM book_hold AS hold JOIN book_claim AS claim ON claim.hold_id = hold.id
    WHERE hold.ended_at IS NULL AND hold.expires_at <= %s
    AND claim.released_at IS NULL AND claim.appointment_id IS NULL
"""


def tick_of(moment: datetime, midnight: datetime) -> int:
    """Ticks of elapsed time from local midnight; rounded down."""
    return int((moment - midnight).total_seconds() // (60 * bits.TICK_MINUTES))


def site_days(
    *,
    providers: Sequence[int],
    rooms: Collection[int],
    interpreters: Collection[int],
    sites: Collection[int],
    first: date,
    last: date,
    now: datetime,
    freed: Mapping[tuple[int, date], int] | None = None,
) -> dict[Key, SiteDay]:
    """The free bits of the named resources on the days first..last, by day and site.

    Providers stand in the order in which they were named. `freed` is what `freed_by_expiry` says of the same
    resources, for those who read more than once; it is looked up otherwise.
    """
    rank = {provider: place for place, provider in enumerate(providers)}
    wanted = [*providers, *rooms, *interpreters]
    if freed is None:
        freed = freed_by_expiry(wanted, first, last, now)
    found: dict[Key, SiteDay] = defaultdict(SiteDay)
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, [_array(wanted), _array(sites), first, last])
        for resource, day, site, raw, opened in cursor.fetchall():
            free = int.from_bytes(raw, "big")  # bits.from_bytes without the call: there are hundreds
            if freed and (extra := freed.get((resource, day))):
                free |= extra & bits.from_bytes(opened)
            if free:
                here = found[day, site]
                place = (
                    here.providers
                    if resource in rank
                    else here.rooms
                    if resource in rooms
                    else here.interpreters
                )
                place.append(Free(resource, free))
    for one in found.values():
        one.providers.sort(key=lambda free: rank[free.resource])
    return found


def _array(ids: Iterable[int]) -> str:
    """Ids as PostgreSQL writes an array."""
    return f"{{{','.join(map(str, ids))}}}"


def freed_by_expiry(
    resources: Collection[int], first: date, last: date, now: datetime
) -> dict[tuple[int, date], int]:
    """Time whose hold has expired and is not yet written off: free for whoever wants it."""
    with connection.cursor() as cursor:
        cursor.execute(_EXPIRED, [now])
        rows = [row for row in cursor.fetchall() if row[0] in resources]
    found: dict[tuple[int, date], int] = defaultdict(int)
    sites = Site.objects.in_bulk({row[1] for row in rows}) if rows else {}
    for resource, site, start, end in rows:
        day, mask = mask_of(start, end, sites[site])
        if first <= day <= last:
            found[resource, day] |= mask
    return found


def mask_of(start: datetime, end: datetime, site: Site) -> tuple[date, int]:
    """The local day of a stretch and its bits; a tick that is touched is taken whole."""
    day = start.astimezone(site.zone).date()
    midnight = local_midnight(day, site.time_zone)
    first = tick_of(start, midnight)
    seconds = (end - midnight).total_seconds()
    last = -int(-seconds // (60 * bits.TICK_MINUTES))
    return day, bits.span(first, last - first)


def session_bits(session: Session, day: date) -> int:
    """The bits of one session on one local day; right on the days on which the clocks change."""
    midnight = local_midnight(day, session.site.time_zone)
    start = datetime.combine(day, session.starts, session.site.zone)
    end = datetime.combine(day, session.ends, session.site.zone)
    first = tick_of(start, midnight)
    return bits.span(first, tick_of(end, midnight) - first)
