"""Loading open days, with the time of expired holds counted as free again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime

from frontdesk.book.engine import bits
from frontdesk.book.engine.find import Free, SiteDay
from frontdesk.book.models import Claim, ResourceDay, Session
from frontdesk.clinic.models import Site
from frontdesk.kit.clock import local_midnight

Key = tuple[date, int]  # local day, site id


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
) -> dict[Key, SiteDay]:
    """The free bits of the named resources on the days first..last, by day and site.

    Providers stand in the order in which they were named.
    """
    rank = {provider: place for place, provider in enumerate(providers)}
    wanted = [*providers, *rooms, *interpreters]
    rows = (
        ResourceDay.objects.filter(resource_id__in=wanted, day__range=(first, last), site_id__in=sites)
        .order_by("resource_id")
        .values_list("resource_id", "day", "site_id", "free_bits", "open_bits")
    )
    freed = freed_by_expiry(wanted, first, last, now)
    found: dict[Key, SiteDay] = defaultdict(SiteDay)
    for resource, day, site, raw, opened in rows:
        free = bits.from_bytes(raw)
        if freed and (extra := freed.get((resource, day))):
            free |= extra & bits.from_bytes(opened)
        if free:
            _place(found[day, site], Free(resource, free), rank, rooms)
    for one in found.values():
        one.providers.sort(key=lambda free: rank[free.resource])
    return found


def _place(day: SiteDay, free: Free, rank: dict[int, int], rooms: Collection[int]) -> None:
    if free.resource in rank:
        day.providers.append(free)
    elif free.resource in rooms:
        day.rooms.append(free)
    else:
        day.interpreters.append(free)


def freed_by_expiry(
    resources: Collection[int], first: date, last: date, now: datetime
) -> dict[tuple[int, date], int]:
    """Time whose hold has expired and is not yet written off: free for whoever wants it."""
    claims = Claim.objects.live().filter(appointment=None, hold__ended_at=None, hold__expires_at__lte=now)
    found: dict[tuple[int, date], int] = defaultdict(int)
    for claim in claims.select_related("hold__site"):
        if claim.hold is None or claim.resource_id not in resources:
            continue
        day, mask = mask_of(claim.start, claim.end, claim.hold.site)
        if first <= day <= last:
            found[claim.resource_id, day] |= mask
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
