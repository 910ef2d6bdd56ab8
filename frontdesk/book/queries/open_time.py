"""Loading open days, with the time of expired holds counted as free again and kept time closed to who may not have it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from psycopg import Cursor

from frontdesk.book.engine import bits
from frontdesk.book.engine.find import Free, SiteDay
from frontdesk.book.engine.kept import Moment, closed_to, reserved_for, unpack
from frontdesk.book.queries.derive import span_of
from frontdesk.clinic.models import Site
from frontdesk.kit.clock import local_midnight

Key = tuple[date, int]  # local day, site id

# Written as SQL since a search sends hundreds of ids: as one text that PostgreSQL reads as an array they cost a
# tenth of what as many parameters do. `longest` passes over the days that are too full to be worth reading.
_DAYS = """
    SELECT resource_id, day, site_id, free_bits, kept, start_bits, open_bits FROM book_resourceday
    WHERE resource_id = ANY(%s::bigint[]) AND site_id = ANY(%s::bigint[]) AND day BETWEEN %s AND %s
    AND (longest >= %s OR resource_id = ANY(%s::bigint[]))
    ORDER BY resource_id
"""
_EXPIRED = """
    SELECT claim.resource_id, hold.site_id, claim.start, claim."end"
    FROM book_hold AS hold JOIN book_claim AS claim ON claim.hold_id = hold.id
    WHERE hold.ended_at IS NULL AND hold.expires_at <= %s
    AND claim.released_at IS NULL AND claim.appointment_id IS NULL AND claim.unit = 1
"""
Freed = Mapping[tuple[int, date], int]


@dataclass(frozen=True)
class Pools:
    """For each part of a visit, the leading one first, the resources that may take it, in order of preference.

    `ticks` is the shortest part; days without a free run of that length are not read. `classes` are the slot
    classes whose kept time the visit may have; `kept_only`: it may have no other.
    """

    parts: Sequence[Sequence[int]]
    ticks: int = 1
    classes: frozenset[int] = frozenset()
    kept_only: bool = False

    @property
    def everybody(self) -> list[int]:
        return list(dict.fromkeys(one for part in self.parts for one in part))


def tick_of(moment: datetime, midnight: datetime) -> int:
    """Ticks of elapsed time from local midnight; rounded down."""
    return int((moment - midnight).total_seconds() // (60 * bits.TICK_MINUTES))


def site_days(
    pools: Pools,
    *,
    sites: Mapping[int, Site],
    first: date,
    last: date,
    now: datetime,
    freed: Freed | None = None,
) -> dict[Key, SiteDay]:
    """What the resources of the pools have free on the local days first..last, by day and site.

    Resources stand in the order of their pool. `freed` is what `freed_by_expiry` says of the same resources, for
    those who read more than once; it is looked up otherwise.
    """
    wanted = pools.everybody
    if freed is None:
        freed = freed_by_expiry(wanted, first, last, now)
    moments = {pk: Moment.of(now.astimezone(site.zone)) for pk, site in sites.items()}
    places = _places(pools)
    found: dict[Key, list[list[tuple[int, Free]]]] = {}
    for resource, day, site, raw, kept, starts, opened in _rows(pools, wanted, sites, first, last, freed):
        free = int.from_bytes(raw, "big")  # bits.from_bytes without the call: there are hundreds
        if freed and (extra := freed.get((resource, day))):
            free |= extra & int.from_bytes(opened, "big")
        if kept is not None or pools.kept_only:
            free = _open_to(free, kept, day, pools, moments[site])
        if not free:
            continue
        here = found.get((day, site))
        if here is None:
            here = found[day, site] = [[] for _ in pools.parts]
        one = Free(resource, free, None if starts is None else int.from_bytes(starts, "big"))
        for part, rank in places[resource]:
            here[part].append((rank, one))
    return {key: SiteDay([[one for _, one in sorted(pool)] for pool in found[key]]) for key in found}


def _places(pools: Pools) -> dict[int, list[tuple[int, int]]]:
    """For each resource: the parts that it may take, and its rank there."""
    places: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for part, members in enumerate(pools.parts):
        for rank, resource in enumerate(members):
            places[resource].append((part, rank))
    return places


def _rows(
    pools: Pools, wanted: Sequence[int], sites: Collection[int], first: date, last: date, freed: Freed
) -> Iterable[tuple[int, date, int, bytes, bytes | None, bytes | None, bytes]]:
    touched = array({resource for resource, _ in freed})
    connection.ensure_connection()
    # In the driver's own binary form, which is read several times quicker than text.
    with Cursor(connection.connection) as cursor:
        cursor.execute(_DAYS, [array(wanted), array(sites), first, last, pools.ticks, touched], binary=True)
        rows: list[tuple[int, date, int, bytes, bytes | None, bytes | None, bytes]] = cursor.fetchall()
    return rows


def _open_to(free: int, raw: bytes | None, day: date, pools: Pools, now: Moment) -> int:
    kept = unpack(raw)
    free &= ~closed_to(kept, day, classes=pools.classes, now=now)
    return free & reserved_for(kept, pools.classes) if pools.kept_only else free


def array(ids: Iterable[int]) -> str:
    """Ids as PostgreSQL writes an array."""
    return f"{{{','.join(map(str, ids))}}}"


def freed_by_expiry(
    resources: Collection[int], first: date, last: date, now: datetime
) -> dict[tuple[int, date], int]:
    """Time whose hold has expired and is not yet written off: free for whoever wants it."""
    with connection.cursor() as cursor:
        cursor.execute(_EXPIRED, [now])
        rows = cursor.fetchall()
    found: dict[tuple[int, date], int] = defaultdict(int)
    if not rows:
        return found
    among = set(resources)
    rows = [row for row in rows if row[0] in among]
    sites = Site.objects.in_bulk({row[1] for row in rows})
    for resource, site, start, end in rows:
        day, mask = mask_of(start, end, sites[site])
        if first <= day <= last:
            found[resource, day] |= mask
    return found


def mask_of(start: datetime, end: datetime, site: Site) -> tuple[date, int]:
    """The local day on which a stretch begins and its bits on that day; a tick that is touched is taken whole."""
    day = start.astimezone(site.zone).date()
    return day, span_of(start, end, local_midnight(day, site.time_zone))
