"""Loading open days, with the time of expired holds counted as free again and kept time closed to who may not have it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.db import connection
from psycopg import Cursor

from frontdesk.book.engine import bits
from frontdesk.book.engine.find import Free, SiteDay
from frontdesk.book.engine.kept import Moment, closed_to, reserved_for, unpack
from frontdesk.book.queries.derive import span_of
from frontdesk.book.queries.supply import ANYWHERE, OthersAt, others_at
from frontdesk.clinic.models import Site
from frontdesk.kit.clock import local_midnight

Key = tuple[date, int]  # local day, site id

# Written as SQL since a search sends hundreds of ids: as one text that PostgreSQL reads as an array they cost a
# tenth of what as many parameters do. Days and resources stand in the order of the index `book_resource_day_search`,
# which answers for hundreds of both at once. `longest` and `hours` pass over the days that are too full, or free at
# other hours, and so not worth reading.
_LEADS = """
    SELECT resource_id, day, site_id, free_bits, kept, start_bits, open_bits
    FROM book_resourceday
    WHERE resource_id = ANY(%s::bigint[]) AND day BETWEEN %s AND %s
"""
_OTHERS = """
    SELECT resource_id, day, site_id, free_bits, kept, start_bits, open_bits
    FROM book_resourceday
    WHERE resource_id = ANY(%s::bigint[]) AND day = ANY(%s::date[]) AND site_id = ANY(%s::bigint[])
"""
_NEXT = """
    SELECT day FROM book_resourceday WHERE resource_id = ANY(%s::bigint[]) AND day BETWEEN %s AND %s
"""
_ROOMY = " AND longest >= %s AND hours & %s <> 0"
_IN_ORDER = (
    " ORDER BY day, resource_id, longest LIMIT 1"  # as the index is, so that it is walked to the first
)
_ROOMY_OR_FREED = " AND ((longest >= %s AND hours & %s <> 0) OR resource_id = ANY(%s::bigint[]))"
_EXPIRED = """
    SELECT claim.resource_id, hold.site_id, claim.start, claim."end"
    FROM book_hold AS hold JOIN book_claim AS claim ON claim.hold_id = hold.id
    WHERE hold.ended_at IS NULL AND hold.expires_at <= %s
    AND claim.released_at IS NULL AND claim.appointment_id IS NULL AND claim.unit = 1
"""
Freed = Mapping[tuple[int, date], int]
_Row = tuple[int, date, int, bytes, bytes | None, bytes | None, bytes]


@dataclass(frozen=True)
class Pools:
    """For each part of a visit, the leading one first, the resources that may take it, in order of preference.

    `ticks` is the shortest part; days without a free run of that length are not read. `classes` are the slot
    classes whose kept time the visit may have; `kept_only`: its leading part may have no other; `within`: of those
    only these (empty: all).
    """

    parts: Sequence[Sequence[int]]
    ticks: int = 1
    classes: frozenset[int] = frozenset()
    kept_only: bool = False
    # By site and resource, what it may take of the parts that do not lead; made of the parts where it is not given.
    known: OthersAt | None = None
    within: frozenset[int] = frozenset()

    @property
    def everybody(self) -> list[int]:
        return list(dict.fromkeys(one for part in self.parts for one in part))

    @cached_property
    def others_at(self) -> OthersAt:
        return others_at(self.parts, {}) if self.known is None else self.known


@dataclass(frozen=True)
class Frame:
    """Where and when a search reads: the sites, the moment, and the time of expired holds."""

    sites: Mapping[int, Site]
    now: datetime
    freed: Freed

    def moments(self) -> dict[int, Moment]:
        return {pk: Moment.of(self.now.astimezone(site.zone)) for pk, site in self.sites.items()}


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
    if freed is None:
        freed = freed_by_expiry(pools.everybody, first, last, now)
    frame = Frame(sites, now, freed)
    found = leads(pools, frame, first, last, pools.ticks)
    if len(pools.parts) > 1:
        days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
        add_others(found, pools, frame, {(day, site) for day in days for site in sites})
    return found


def leads(
    pools: Pools, frame: Frame, first: date, last: date, ticks: int, hours: int = bits.ALL_HOURS
) -> dict[Key, SiteDay]:
    """What the leading part's providers have free on the days first..last, where it is `ticks` in a row or more.

    Days with nothing free in one of the `hours` (bits as of bits.hours) are not read.
    """
    moments = frame.moments()
    rank = {resource: place for place, resource in enumerate(pools.parts[0])}
    found: dict[Key, list[Free]] = defaultdict(list)
    rows = _rows(_LEADS, [array(pools.parts[0]), first, last], frame.freed, ticks, hours)
    for resource, day, site, free, kept, starts in _free(rows, frame.freed):
        if site not in frame.sites:
            continue
        mask = free
        if kept is not None:
            mask, own = _open_to(free, kept, day, pools, moments[site])
            mask = own if pools.kept_only else mask
        elif pools.kept_only:
            continue
        if mask:
            found[day, site].append(Free(resource, mask, starts))
    for pool in found.values():
        pool.sort(key=lambda one: rank[one.resource])
    return {key: SiteDay([pool, *([] for _ in pools.parts[1:])]) for key, pool in found.items()}


def next_day(pools: Pools, frame: Frame, first: date, last: date, ticks: int, hours: int) -> date | None:
    """The first of the days first..last on which `leads` would find something, kept time aside; None for none.

    So that a book that is full for weeks is passed over in one step.
    """
    values: list[object] = [array(pools.parts[0]), first, last]
    found = _run(_NEXT, values, frame.freed, ticks, hours, _IN_ORDER) if first <= last else []
    return found[0][0] if found else None


def add_others(days: dict[Key, SiteDay], pools: Pools, frame: Frame, keys: AbstractSet[Key]) -> None:
    """Fill in what the other parts' resources have free, on the named days and sites."""
    if not keys:
        return
    moments = frame.moments()
    sites = {site for _, site in keys}
    places = _places(pools, sites)
    ranked: dict[tuple[Key, int], list[tuple[int, Free]]] = defaultdict(list)
    where: list[object] = [array(places), sorted({day for day, _ in keys}), array(sites)]
    rows = _rows(_OTHERS, where, frame.freed, pools.ticks)
    for resource, day, site, free, kept, starts in _free(rows, frame.freed):
        if (day, site) not in keys:
            continue
        mask = free if kept is None else _open_to(free, kept, day, pools, moments[site])[0]
        for part, place in places[resource]:
            ranked[(day, site), part].append((place, Free(resource, mask, starts)))
    for (key, part), pool in ranked.items():
        pool.sort()
        here_and_then = days.setdefault(key, SiteDay([[] for _ in pools.parts]))
        here_and_then.pools[part] = [one for _, one in pool]


def _places(pools: Pools, sites: Iterable[int]) -> Mapping[int, Sequence[tuple[int, int]]]:
    """For each resource of the other parts that may be at the sites: the parts that it may take, and its rank there."""
    places: dict[int, Sequence[tuple[int, int]]] = {}
    for site in (ANYWHERE, *sites):
        places |= pools.others_at.get(site, {})
    return places


def _free(
    rows: Iterable[_Row], freed: Freed
) -> Iterable[tuple[int, date, int, int, bytes | None, int | None]]:
    """Rows with their bits as numbers; the time of expired holds is free again."""
    for resource, day, site, raw, kept, starts, opened in rows:
        free = int.from_bytes(raw, "big")  # bits.from_bytes without the call: there are hundreds
        if freed and (extra := freed.get((resource, day))):
            free |= extra & int.from_bytes(opened, "big")
        yield resource, day, site, free, kept, None if starts is None else int.from_bytes(starts, "big")


def _rows(
    query: str, values: list[object], freed: Freed, ticks: int, hours: int = bits.ALL_HOURS
) -> list[_Row]:
    """The rows with a free run of `ticks`. Of a hold that has expired and is not written off, the hint does not know."""
    rows: list[_Row] = _run(query, values, freed, ticks, hours)
    return rows


def _run(
    query: str, values: list[object], freed: Freed, ticks: int, hours: int, order: str = ""
) -> list[Any]:
    touched = array({resource for resource, _ in freed})
    query += (_ROOMY_OR_FREED if freed else _ROOMY) + order
    connection.ensure_connection()
    values = [*values, ticks, hours, touched] if freed else [*values, ticks, hours]
    # In the driver's own binary form, which is read several times quicker than text; and with a plan that is kept,
    # since making one for hundreds of ids takes longer than reading their days.
    with Cursor(connection.connection) as cursor:
        return cursor.execute(query, values, binary=True, prepare=True).fetchall()


def _open_to(free: int, raw: bytes, day: date, pools: Pools, now: Moment) -> tuple[int, int]:
    """What is free to the visit, and how much of that is kept for it."""
    kept = unpack(raw)
    free &= ~closed_to(kept, day, classes=pools.classes, now=now)
    return free, free & reserved_for(kept, pools.within or pools.classes)


def array(ids: Iterable[int]) -> str:
    """Ids as PostgreSQL writes an array."""
    return f"{{{','.join(map(str, ids))}}}"


def freed_by_expiry(
    resources: Collection[int], first: date, last: date, now: datetime
) -> dict[tuple[int, date], int]:
    """Time whose hold has expired and is not yet written off: free for whoever wants it."""
    connection.ensure_connection()
    with Cursor(connection.connection) as cursor:
        rows = cursor.execute(_EXPIRED, [now], binary=True, prepare=True).fetchall()
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
