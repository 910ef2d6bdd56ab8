"""Find a time: the ranked options for a wish, each saying why it fits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from heapq import heappop, heappush, merge
from itertools import islice
from typing import NamedTuple

from frontdesk.book.engine import bits
from frontdesk.book.engine.find import Need, SiteDay, could_begin, search
from frontdesk.book.engine.reasons import Candidate, PartOfDay, Preference, Reason, reasons_for, score
from frontdesk.book.engine.segments import Part
from frontdesk.book.queries.derive import span_of
from frontdesk.book.queries.open_time import Frame, Key, add_others, freed_by_expiry, leads, next_day
from frontdesk.book.queries.wish import Taking, Wish, providers_for, takings
from frontdesk.clinic.models import Site
from frontdesk.kit.clock import local_midnight

HORIZON = 90  # days; nothing is searched further ahead
# Days of single resources: near time is looked at first, and each time something is found, twice as much is read.
READ_FIRST = 600
FIRST_DAYS = 4  # days of single sites whose rooms are read at first, and each time twice as many
PER_PROVIDER_DAY = 3  # so that one quiet provider does not fill the page

__all__ = [
    "HORIZON", "Option", "PartOfDay", "Wish", "at", "candidate", "earliest", "find", "nearest", "open_times",
    "providers_for", "window_of",
]  # fmt: skip


@dataclass(frozen=True)
class Option:
    """A time that everything needed has free. `start` and `end` are instants in UTC.

    `resources` has one resource for each of `parts`, the provider first. `spoken`: the provider speaks the patient's
    language, so that no interpreter is needed.
    """

    site: Site
    resources: tuple[int, ...]
    parts: tuple[Part, ...]
    start: datetime
    end: datetime
    modality: str
    reasons: tuple[Reason, ...] = ()
    spoken: bool = False

    @property
    def local_start(self) -> datetime:
        return self.start.astimezone(self.site.zone)

    @property
    def provider(self) -> int:
        return self.resources[0]

    @property
    def room(self) -> int | None:
        return self._first("room")

    @property
    def interpreter(self) -> int | None:
        return self._first("interpreter")

    def _first(self, kind: str) -> int | None:
        named = zip(self.parts, self.resources, strict=True)
        return next((resource for part, resource in named if part.kind == kind), None)


def open_times(wish: Wish, *, now: datetime) -> Iterator[Option]:
    """Everything that fits the wish, earliest first, read a few days at a time."""
    if not wish.providers or not wish.sites:
        return
    found = [_open_times(wish, taking, now) for taking in takings(wish)]
    if len(found) == 1:
        yield from found[0]
    else:
        yield from merge(*found, key=lambda option: option.start)


def _open_times(wish: Wish, taking: Taking, now: datetime) -> Iterator[Option]:
    """Providers are read first; rooms, machines and interpreters only where one of them has time, nearest first."""
    pools = taking.pools
    frame = Frame(
        {site.pk: site for site in wish.sites}, now, freed_by_expiry(pools.everybody, date.min, date.max, now)
    )
    ticks, hours = taking.need.parts[0].ticks, hours_of(wish, taking.need)
    day, end = _span(wish, now)
    size = max(READ_FIRST // len(pools.parts[0]), 1)
    while day <= end:
        last = min(day + timedelta(days=size - 1), end)
        found = leads(pools, frame, day, last, ticks, hours)
        yield from _nearest_first(wish, taking, found, _ahead(wish, taking, found, frame), frame)
        day = last + timedelta(days=1)
        coming = day if found else next_day(pools, frame, day, end, ticks, hours)
        if coming is None:
            return
        day, size = coming, size * 2 if coming == day else size


def hours_of(wish: Wish, need: Need) -> int:
    """The hours of elapsed time in which a provider must have time, as bits: an hour more on both sides, for clocks."""
    low, high = wish.hours or wish.part_of_day.hours
    if (low, high) == (0, 24):
        return bits.ALL_HOURS
    lead = need.parts[0]
    first = max(low + lead.offset // bits.HOUR - 1, 0)
    last = high + -(-(lead.offset + lead.ticks) // bits.HOUR) + 1
    return bits.ALL_HOURS & ((1 << last) - 1) & ~((1 << first) - 1)


class _Ahead(NamedTuple):
    """A day at a site where a provider could begin: the first such instant, and the ticks that the wish allows."""

    start: datetime
    key: Key
    window: int


def _ahead(wish: Wish, taking: Taking, found: Mapping[Key, SiteDay], frame: Frame) -> list[_Ahead]:
    """Where providers could begin, soonest first; providers who could not are taken out of the found days."""
    windows: dict[tuple[date, str], tuple[datetime, int]] = {}
    ahead = []
    for key, site_day in found.items():
        day, site = key[0], frame.sites[key[1]]
        if day.weekday() not in wish.weekdays:
            continue
        if (day, site.time_zone) not in windows:
            midnight = local_midnight(day, site.time_zone)
            window = window_of(wish, taking.need, day, midnight, site, frame.now)
            windows[day, site.time_zone] = midnight, window
        midnight, window = windows[day, site.time_zone]
        if window and (begins := could_begin(site_day, replace(taking.need, window=window))):
            first = bits.TICKS - begins.bit_length()
            ahead.append(_Ahead(midnight + timedelta(minutes=bits.TICK_MINUTES * first), key, window))
    return sorted(ahead)


def _nearest_first(
    wish: Wish, taking: Taking, found: dict[Key, SiteDay], ahead: list[_Ahead], frame: Frame
) -> Iterator[Option]:
    """Options in order of time; the other resources of a day are read when its turn comes, more at each time."""
    coming: list[tuple[datetime, int, int, Option, Iterator[tuple[datetime, int, Option]]]] = []
    done, batch = 0, FIRST_DAYS
    while coming or done < len(ahead):
        if not coming or (done < len(ahead) and ahead[done].start <= coming[0][0]):
            for place in range(done, min(done + batch, len(ahead))):
                if place == done and len(taking.pools.parts) > 1:
                    add_others(found, taking.pools, frame, {one.key for one in ahead[done : done + batch]})
                one = ahead[place]
                here = _at_site(wish, taking, one.key[0], found[one.key], frame.sites[one.key[1]], one.window)
                if (option := next(here, None)) is not None:
                    heappush(coming, (option[0], option[1], place, option[2], here))
            done, batch = done + batch, batch * 2
            continue
        _, _, place, option_now, here = heappop(coming)
        yield option_now
        if (option := next(here, None)) is not None:
            heappush(coming, (option[0], option[1], place, option[2], here))


def find(wish: Wish, preference: Preference, *, now: datetime, limit: int = 9) -> list[Option]:
    """The best `limit` options of the earliest forty, best first, each with its reasons."""
    early = list(islice(_varied(open_times(wish, now=now)), 40))
    ranked = sorted(early, key=lambda option: score(candidate(option), preference))
    return [replace(option, reasons=reasons_for(candidate(option), preference)) for option in ranked[:limit]]


def nearest(wish: Wish, *, now: datetime, limit: int = 3) -> list[Option]:
    """The next free times: what is said with "this time was just taken"."""
    return list(islice(open_times(wish, now=now), limit))


def at(wish: Wish, provider: int, start: datetime, *, now: datetime) -> Option | None:
    """The option with this provider at this instant, if it is one; on whatever rooms and interpreters are free."""
    day = start.astimezone(wish.sites[0].zone).date()
    same = replace(wish, providers=[provider], earliest=start, until=day)
    first = next(open_times(same, now=now), None)
    return first if first is not None and first.start == start else None


def _varied(options: Iterator[Option]) -> Iterator[Option]:
    seen: dict[tuple[int, date], int] = {}
    for option in options:
        key = (option.provider, option.local_start.date())
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= PER_PROVIDER_DAY:
            yield option


def _span(wish: Wish, now: datetime) -> tuple[date, date]:
    """The first and the last day to look at; as far as a clinic books ahead of itself at most."""
    zone, kind = wish.sites[0].zone, wish.visit_type
    today = now.astimezone(zone).date()
    day = earliest(wish, now).astimezone(zone).date()
    end = min(wish.until, today + timedelta(days=HORIZON if kind.lead_most is None else kind.lead_most))
    return day, end


def earliest(wish: Wish, now: datetime) -> datetime:
    """The first instant at which the visit may begin: as wished, and with the notice that its type needs."""
    kind = wish.visit_type
    notice = timedelta(minutes=kind.lead_least), timedelta(hours=kind.prep_hours)
    return max(wish.earliest, now + max(notice))


def _at_site(
    wish: Wish, taking: Taking, day: date, site_day: SiteDay, site: Site, window: int
) -> Iterator[tuple[datetime, int, Option]]:
    midnight = local_midnight(day, site.time_zone)
    length = timedelta(minutes=max(part.end for part in taking.parts))
    for place, one in enumerate(search(site_day, replace(taking.need, window=window))):
        start = midnight + timedelta(minutes=bits.TICK_MINUTES * one.tick)
        parts, spoken = taking.parts_with(one.provider), one.provider in taking.speak
        yield start, place, Option(site, one.resources, parts, start, start + length, wish.by, spoken=spoken)


def window_of(wish: Wish, need: Need, day: date, midnight: datetime, site: Site, now: datetime) -> int:
    """The ticks of the day at which the wish lets a visit begin."""
    first, last = 0, bits.TICKS
    low, high = wish.hours or wish.part_of_day.hours
    if (low, high) != (0, 24):
        first, last = (_tick(day, hour, midnight, site) for hour in (low, high))
    begun = -int(-(earliest(wish, now) - midnight).total_seconds() // (60 * bits.TICK_MINUTES))
    window = bits.span(max(first, begun), last - max(first, begun))
    if wish.busy:
        away = bits.union(span_of(start, end, midnight) for start, end in wish.busy)
        window &= bits.starts(bits.FULL & ~away, need.ticks)
    return window


def _tick(day: date, hour: int, midnight: datetime, site: Site) -> int:
    if hour >= 24:
        return bits.TICKS
    local = datetime(day.year, day.month, day.day, hour, tzinfo=site.zone)
    return int((local - midnight).total_seconds() // (60 * bits.TICK_MINUTES))


def candidate(option: Option) -> Candidate:
    """The option as the ranking sees it."""
    local = option.local_start
    return Candidate(
        provider=option.provider, site=option.site.pk, day=local.date(), hour=local.hour,
        start=option.start, interpreter=option.interpreter is not None, spoken=option.spoken,
    )  # fmt: skip
