"""For each provider and day: what lets a visit of the wish begin, gate by gate. It agrees with `find.open_times`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from frontdesk.book.engine import bits
from frontdesk.book.engine.find import Need, SiteDay
from frontdesk.book.engine.gates import OF_KIND, Gate, Gates, Lead, lead_gates, other_gates, passed, together
from frontdesk.book.engine.segments import Part
from frontdesk.book.models import ResourceDay
from frontdesk.book.queries.find import HORIZON, earliest, window_of
from frontdesk.book.queries.open_time import Freed, Pools, freed_by_expiry, site_days
from frontdesk.book.queries.wish import (
    Taking,
    Wish,
    classes_of,
    interpreters_for,
    need_of,
    parts_for,
    speakers,
    takings,
)
from frontdesk.clinic.choices import ResourceKind
from frontdesk.clinic.models import Equipment, Provider, Room, Site
from frontdesk.kit.clock import local_midnight

ALL_DAY = (0, 24)


@dataclass(frozen=True)
class Gated:
    """One provider on one local day at one site: the bits of the day, what else is free there, and the gates."""

    provider: int
    day: date
    site: Site
    parts: tuple[Part, ...]
    need: Need
    lead: Lead
    there: SiteDay
    gates: Gates
    spoken: bool = False  # the provider speaks the patient's language

    @property
    def midnight(self) -> datetime:
        return local_midnight(self.day, self.site.time_zone)

    @property
    def fits(self) -> int:
        return passed(self.gates)


def gated(wish: Wish, first: date, last: date, *, now: datetime, in_session: bool = False) -> Iterator[Gated]:
    """Every provider of the wish at each of its sites on the local days first..last.

    With `in_session` only where and when the provider is in session: with many sites that is little of it.
    """
    if not wish.sites:
        return
    whole = takings(wish)
    for taking in whole:
        yield from _of(wish, taking, first, last, now, frozenset(), in_session)
    seen = {one for taking in whole for one in taking.pools.parts[0]}
    for provider in wish.providers:
        if provider not in seen:
            taking, lacking = _lacking(wish, provider)
            yield from _of(wish, taking, first, last, now, lacking, in_session)


def last_day(wish: Wish, now: datetime) -> date:
    """The last local day that is booked now, whatever the wish says."""
    today = now.astimezone(wish.sites[0].zone).date()
    most = wish.visit_type.lead_most
    return today + timedelta(days=HORIZON if most is None else most)


def _of(
    wish: Wish,
    taking: Taking,
    first: date,
    last: date,
    now: datetime,
    lacking: frozenset[str],
    in_session: bool,
) -> Iterator[Gated]:
    providers = list(taking.pools.parts[0])
    rows = ResourceDay.objects.filter(
        resource__in=providers, site__in=[site.pk for site in wish.sites], day__range=(first, last)
    )
    by_place: dict[tuple[date, int], dict[int, ResourceDay]] = {}
    for row in rows:
        by_place.setdefault((row.day, row.site_id), {})[row.resource_id] = row
    used = {site for _, site in by_place}
    sites = {site.pk: site for site in wish.sites if site.pk in used or not in_session}
    there = site_days(taking.pools, sites=sites, first=first, last=last, now=now) if sites else {}
    freed = freed_by_expiry(providers, first, last, now)
    for more in range((last - first).days + 1):
        day = first + timedelta(days=more)
        for site in sites.values():
            here = by_place.get((day, site.pk), {})
            if here or not in_session:
                who = list(here) if in_session else providers
                leads = {one: _lead(here.get(one), freed, there.get((day, site.pk))) for one in who}
                yield from _at(wish, taking, leads, day, site, there.get((day, site.pk)), now, lacking)


def _at(
    wish: Wish,
    taking: Taking,
    leads: Mapping[int, Lead],
    day: date,
    site: Site,
    there: SiteDay | None,
    now: datetime,
    lacking: frozenset[str],
) -> Iterator[Gated]:
    asked = _asked(wish, taking.need, day, site, now)
    for parts, some in _by_parts(taking, leads):
        kinds = [part.kind for part in parts]
        need = replace(taking.need, parts=taking.need.parts[: len(parts)], alone=frozenset())
        here = SiteDay(there.pools[: len(parts)] if there else [[] for _ in parts])
        shared = asked | _others(here, need, kinds, lacking)
        for provider, lead in some.items():
            gates = shared | lead_gates(lead, need)
            spoken = provider in taking.speak
            if spoken:
                gates[Gate.INTERPRETER] = bits.FULL
            gates[Gate.TOGETHER] = together(provider, here, need, kinds, passed(gates))
            yield Gated(provider, day, site, parts, need, lead, here, gates, spoken)


def _by_parts(
    taking: Taking, leads: Mapping[int, Lead]
) -> Iterator[tuple[tuple[Part, ...], Mapping[int, Lead]]]:
    """The providers who take the same parts, together: some may need no interpreter."""
    for parts in dict.fromkeys(taking.parts_with(one) for one in leads):
        yield parts, {one: lead for one, lead in leads.items() if taking.parts_with(one) == parts}


def _others(here: SiteDay, need: Need, kinds: Sequence[str], lacking: frozenset[str]) -> dict[Gate, int]:
    """Where nobody at all can take a part, that alone is said: the other parts were not looked at."""
    if lacking:
        return {OF_KIND[kind]: 0 if kind in lacking else bits.FULL for kind in kinds[1:]}
    return other_gates(here.pools, need, kinds)


def _lead(row: ResourceDay | None, freed: Freed, there: SiteDay | None) -> Lead:
    if row is None:
        return Lead()
    free = row.free | (freed.get((row.resource_id, row.day), 0) & row.open)
    allowed = (
        next((one.bits for one in there.providers if one.resource == row.resource_id), 0) if there else 0
    )
    starts = None if row.start_bits is None else bits.from_bytes(row.start_bits)
    return Lead(row.open, free, allowed, starts)


def _asked(wish: Wish, need: Need, day: date, site: Site, now: datetime) -> dict[Gate, int]:
    """The gates of the wish itself. Each is what `window_of` says when nothing else is wished."""
    midnight = local_midnight(day, site.time_zone)
    long_ago = midnight - timedelta(days=400)

    def alone(one: Wish, at: datetime) -> int:
        return window_of(one, need, day, midnight, site, at)

    plain = replace(wish, hours=ALL_DAY, busy=(), earliest=long_ago)
    begun = day >= earliest(wish, now).astimezone(wish.sites[0].zone).date()
    shut_if = {
        Gate.HORIZON: day > last_day(wish, now),
        Gate.DUE: day > wish.until,
        Gate.WEEKDAY: day.weekday() not in wish.weekdays,
    }
    return {
        Gate.NOTICE: alone(replace(plain, earliest=wish.earliest), now) if begun else 0,
        **{gate: 0 if shut else bits.FULL for gate, shut in shut_if.items()},
        Gate.HOURS: alone(replace(plain, hours=wish.hours), long_ago),
        Gate.PATIENT: alone(replace(plain, busy=wish.busy), long_ago),
    }


def _lacking(wish: Wish, provider: int) -> tuple[Taking, frozenset[str]]:
    """What a visit takes, and the kinds of its parts that nobody and nothing here can take."""
    speak = speakers(wish) & {provider}
    language = "" if speak else wish.interpreted
    parts = parts_for(wish.visit_type, provider=provider, modality=wish.by, language=language)
    lacking = frozenset(part.kind for part in parts[1:] if not _is_there(part, wish))
    kept = classes_of(wish)
    need = need_of(parts)
    pools: list[list[int]] = [[provider], *([] for _ in parts[1:])]
    made = Pools(pools, need.parts[0].ticks, kept, wish.kept_only, within=wish.only)
    return Taking(parts, made, need, speak), lacking


def _is_there(part: Part, wish: Wish) -> bool:
    if part.kind == ResourceKind.INTERPRETER:
        return bool(interpreters_for(part.of))
    if part.kind == ResourceKind.PROVIDER:
        return Provider.objects.filter(specialty_id=int(part.of), active=True).exists()
    if part.kind == ResourceKind.EQUIPMENT:
        return Equipment.objects.filter(site__in=wish.sites, equipment_type=part.of, active=True).exists()
    if wish.room is not None:
        return True
    return Room.objects.filter(site__in=wish.sites, room_type=part.of, active=True).exists()


__all__ = ["ALL_DAY", "Gated", "gated", "last_day"]
