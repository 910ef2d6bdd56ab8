"""Find a time: the ranked options for a wish, each saying why it fits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from heapq import merge
from itertools import islice

from frontdesk.book.engine import bits
from frontdesk.book.engine.find import Need, SiteDay, search
from frontdesk.book.engine.reasons import Candidate, PartOfDay, Preference, Reason, reasons_for, score
from frontdesk.book.queries.open_time import Key, freed_by_expiry, site_days, tick_of
from frontdesk.clinic.choices import Language, Modality
from frontdesk.clinic.models import Interpreter, Provider, Room, Site, VisitType
from frontdesk.kit.clock import local_midnight

HORIZON = 90  # days; nothing is searched further ahead
READ_FIRST = (
    800  # days of single resources: near time is looked at first, and each time twice as much is read
)
PER_PROVIDER_DAY = 3  # so that one quiet provider does not fill the page


@dataclass(frozen=True)
class Wish:
    """What is looked for. `earliest` is an instant; `until` a local day, included. Ids, not rows."""

    visit_type: VisitType
    sites: Sequence[Site]
    providers: Sequence[int]
    earliest: datetime
    until: date
    language: str = Language.ENGLISH
    interpreter: bool = False
    part_of_day: PartOfDay = PartOfDay.ANY
    weekdays: frozenset[int] = frozenset(range(7))


@dataclass(frozen=True)
class Option:
    """A time that everything needed has free. `start` and `end` are instants in UTC."""

    site: Site
    provider: int
    room: int | None
    interpreter: int | None
    start: datetime
    end: datetime
    reasons: tuple[Reason, ...] = ()

    @property
    def local_start(self) -> datetime:
        return self.start.astimezone(self.site.zone)


def providers_for(visit_type: VisitType, sites: Sequence[Site]) -> list[int]:
    """The providers of the visit type's specialty who have sessions at one of the sites."""
    found = Provider.objects.filter(
        specialty_id=visit_type.specialty_id, active=True, sessions__site__in=sites
    )
    return list(found.order_by("pk").values_list("pk", flat=True).distinct())


def open_times(wish: Wish, *, now: datetime) -> Iterator[Option]:
    """Everything that fits the wish, earliest first, read a few days at a time."""
    zones = {site.pk: site for site in wish.sites}
    need = _need(wish)
    rooms = _rooms(wish) if need.room else []
    interpreters = _interpreters(wish) if need.interpreter else []
    if not wish.providers or not zones or (need.room and not rooms):
        return
    wanted = [*wish.providers, *rooms, *interpreters]
    freed = freed_by_expiry(wanted, date.min, date.max, now)
    for first, last in _chunks(wish, now, len(wanted)):
        found = site_days(
            providers=wish.providers, rooms=set(rooms), interpreters=set(interpreters),
            sites=list(zones), first=first, last=last, now=now, freed=freed,
        )  # fmt: skip
        by_day: dict[date, list[tuple[Key, SiteDay]]] = defaultdict(list)
        for key, site_day in found.items():
            by_day[key[0]].append((key, site_day))
        for day in sorted(by_day):
            if day.weekday() in wish.weekdays:
                yield from _of_day(wish, need, by_day[day], zones)


def find(wish: Wish, preference: Preference, *, now: datetime, limit: int = 9) -> list[Option]:
    """The best `limit` options of the earliest forty, best first, each with its reasons."""
    early = list(islice(_varied(open_times(wish, now=now)), 40))
    ranked = sorted(early, key=lambda option: score(_candidate(option), preference))
    return [replace(option, reasons=reasons_for(_candidate(option), preference)) for option in ranked[:limit]]


def nearest(wish: Wish, *, now: datetime, limit: int = 3) -> list[Option]:
    """The next free times: what is said with "this time was just taken"."""
    return list(islice(open_times(wish, now=now), limit))


def _varied(options: Iterator[Option]) -> Iterator[Option]:
    seen: dict[tuple[int, date], int] = {}
    for option in options:
        key = (option.provider, option.local_start.date())
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= PER_PROVIDER_DAY:
            yield option


def _need(wish: Wish) -> Need:
    return Need(
        ticks=-(-wish.visit_type.minutes // bits.TICK_MINUTES),
        step=2 if wish.visit_type.minutes % 15 else 3,
        room=wish.visit_type.modality == Modality.IN_PERSON and bool(wish.visit_type.room_type),
        interpreter=wish.interpreter,
    )


def _rooms(wish: Wish) -> list[int]:
    rooms = Room.objects.filter(site__in=wish.sites, room_type=wish.visit_type.room_type, active=True)
    return list(rooms.order_by("pk").values_list("pk", flat=True))


def _interpreters(wish: Wish) -> list[int]:
    found = Interpreter.objects.filter(languages__contains=[wish.language], active=True)
    return list(found.order_by("mode", "pk").values_list("pk", flat=True))


def _chunks(wish: Wish, now: datetime, resources: int) -> Iterator[tuple[date, date]]:
    zone = wish.sites[0].zone
    day = max(wish.earliest, now).astimezone(zone).date()
    end = min(wish.until, now.astimezone(zone).date() + timedelta(days=HORIZON))
    size = max(READ_FIRST // resources, 1)
    while day <= end:
        last = min(day + timedelta(days=size - 1), end)
        yield day, last
        day, size = last + timedelta(days=1), size * 2


def _of_day(
    wish: Wish, need: Need, days: list[tuple[Key, SiteDay]], zones: dict[int, Site]
) -> Iterator[Option]:
    """What fits on one day, earliest first; only as much is searched as is asked for."""
    by_site = [_at_site(wish, need, day, site_day, zones[site]) for (day, site), site_day in days]
    for _, _, option in merge(*by_site, key=lambda row: row[:2]):
        yield option


def _at_site(
    wish: Wish, need: Need, day: date, site_day: SiteDay, site: Site
) -> Iterator[tuple[datetime, int, Option]]:
    midnight = local_midnight(day, site.time_zone)
    length = timedelta(minutes=wish.visit_type.minutes)
    window = _window(wish, day, midnight, site)
    for place, one in enumerate(search(site_day, replace(need, window=window))):
        start = midnight + timedelta(minutes=bits.TICK_MINUTES * one.tick)
        yield start, place, Option(site, one.provider, one.room, one.interpreter, start, start + length)


def _window(wish: Wish, day: date, midnight: datetime, site: Site) -> int:
    """The ticks of the day that the wish allows."""
    first, last = 0, bits.TICKS
    if wish.part_of_day is not PartOfDay.ANY:
        noon = tick_of(datetime(day.year, day.month, day.day, 12, tzinfo=site.zone), midnight)
        first, last = (0, noon) if wish.part_of_day is PartOfDay.MORNING else (noon, bits.TICKS)
    first = max(first, -int(-(wish.earliest - midnight).total_seconds() // (60 * bits.TICK_MINUTES)))
    return bits.span(first, last - first)


def _candidate(option: Option) -> Candidate:
    local = option.local_start
    return Candidate(
        provider=option.provider, site=option.site.pk, day=local.date(), hour=local.hour,
        start=option.start, interpreter=option.interpreter is not None,
    )  # fmt: skip
