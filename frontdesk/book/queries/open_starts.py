"""When a visit type is open to anybody, whoever sees them: what is published, made by the search of the desk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from frontdesk.book.engine import bits
from frontdesk.book.engine.at_once import at_once
from frontdesk.book.queries.find import HORIZON, earliest, window_of
from frontdesk.book.queries.open_time import site_days
from frontdesk.book.queries.wish import Taking, Wish, providers_for, takings
from frontdesk.clinic.models import Site, VisitType
from frontdesk.kit.clock import local_day, local_midnight


@dataclass(frozen=True)
class OpenStart:
    """A time at which so many visits (`places`) could begin. `start` and `end` are instants in UTC."""

    site: Site
    start: datetime
    end: datetime
    places: int


def open_starts(
    visit_type: VisitType, sites: Sequence[Site], *, first: date, last: date, now: datetime
) -> list[OpenStart]:
    """Every time at which the visit may begin on the local days first..last, in order of time and site.

    Never kept time and no extra place: what anybody may have at this moment, with the notice that the type asks for
    and no further ahead than the book goes. Where providers take different lengths the one with more places counts.
    """
    found: dict[tuple[datetime, int], OpenStart] = {}
    for zone_sites in _by_zone(sites):
        providers = providers_for(visit_type, zone_sites)
        if not providers:
            continue
        wish = _wish(visit_type, zone_sites, providers, last, now)
        for taking in takings(wish):
            for one in _of_taking(wish, taking, first, now):
                standing = found.setdefault((one.start, one.site.pk), one)
                if standing.places < one.places:
                    found[one.start, one.site.pk] = one
    return [found[key] for key in sorted(found)]


def is_open_at(visit_type: VisitType, site: Site, start: datetime, *, now: datetime) -> OpenStart | None:
    """The time at this instant, if anybody may still have it."""
    day = local_day(start, site.time_zone)
    there = open_starts(visit_type, [site], first=day, last=day, now=now)
    return next((one for one in there if one.start == start), None)


def _by_zone(sites: Sequence[Site]) -> list[list[Site]]:
    """A day is a day of one zone only."""
    found: dict[str, list[Site]] = defaultdict(list)
    for site in sites:
        found[site.time_zone].append(site)
    return list(found.values())


def _wish(
    visit_type: VisitType, sites: Sequence[Site], providers: Sequence[int], last: date, now: datetime
) -> Wish:
    ahead = HORIZON if visit_type.lead_most is None else visit_type.lead_most
    until = min(last, local_day(now, sites[0].time_zone) + timedelta(days=ahead))
    return Wish(visit_type, sites, providers, earliest=now, until=until, open_only=True)


def _of_taking(wish: Wish, taking: Taking, first: date, now: datetime) -> Iterator[OpenStart]:
    zone = wish.sites[0].time_zone
    first = max(first, local_day(earliest(wish, now), zone))
    if first > wish.until:
        return
    sites = {site.pk: site for site in wish.sites}
    length = timedelta(minutes=max(part.end for part in taking.parts))
    found = site_days(taking.pools, sites=sites, first=first, last=wish.until, now=now)
    for (day, pk), site_day in found.items():
        midnight = local_midnight(day, zone)
        window = window_of(wish, taking.need, day, midnight, sites[pk], now)
        for tick, places in at_once(site_day, replace(taking.need, window=window)) if window else ():
            start = midnight + timedelta(minutes=bits.TICK_MINUTES * tick)
            yield OpenStart(sites[pk], start, start + length, places)
