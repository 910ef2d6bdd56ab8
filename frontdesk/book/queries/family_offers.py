"""Visits of several people side by side: one after another with one provider, or at once with several."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice, product

from frontdesk.book.engine import bits
from frontdesk.book.engine.find import Free, SiteDay, Slice
from frontdesk.book.engine.plans import NOBODY, Seat, may_begin, orders, seated
from frontdesk.book.queries.find import Option, Wish, providers_for, window_of
from frontdesk.book.queries.open_time import Key, site_days
from frontdesk.book.queries.plan_offers import Step, Together, last_day, wish_for
from frontdesk.book.queries.wish import Taking, takings
from frontdesk.clinic.models import Site, VisitType
from frontdesk.kit.clock import local_midnight
from frontdesk.people.models import Patient

MOST_MEMBERS = 6
_COMBINATIONS = 16  # of visit lengths, where providers take different times for one visit type
_TICKS_TRIED = 80


@dataclass(frozen=True)
class Member:
    """One of the family: whose visit, and what for."""

    patient: Patient
    visit_type: VisitType
    directed: bool = False


@dataclass(frozen=True)
class Family:
    """What is asked for: `at_once` with several providers, or one after another with one."""

    members: Sequence[Member]
    site: Site
    first: date
    last: date
    at_once: bool = False
    at: time | None = None
    provider: int | None = None


@dataclass(frozen=True)
class _One:
    """A member with what their visit takes, and what is free for it by day."""

    wish: Wish
    taking: Taking
    free: Mapping[Key, SiteDay]


def family_offers(asked: Family, *, now: datetime, limit: int = 5) -> Together:
    """The best row of each of the first days that have one; its options stand in the order of the members."""
    last = min([asked.last, *(last_day(one.visit_type, asked.site, now) for one in asked.members)])
    combinations = list(_combinations(asked, last, now))
    if not combinations:
        who = "Nobody does all of these visits" if not asked.at_once else "Nobody does one of these visits"
        return Together(why_not=f"{who} at {asked.site.name}.")
    rows: list[tuple[Option, ...]] = []
    day = asked.first
    while day <= last and len(rows) < limit:
        found = [row for one in combinations if (row := _on_day(asked, one, day, now)) is not None]
        if found:
            rows.append(min(found, key=lambda row: _distance(row, asked)))
        day += timedelta(days=1)
    return Together(rows, "" if rows else "No day in these weeks has room for all of them.")


def _combinations(asked: Family, last: date, now: datetime) -> Iterator[list[_One]]:
    """Each way to give every member a length of visit, with what is free for it."""
    wishes = [_wish(asked, one, last, now) for one in asked.members]
    for chosen in islice(product(*(takings(wish) for wish in wishes)), _COMBINATIONS):
        common = set.intersection(*(set(taking.pools.parts[0]) for taking in chosen))
        if asked.at_once or common:
            yield [
                _load(wish, taking if asked.at_once else _only(taking, common), asked, last, now)
                for wish, taking in zip(wishes, chosen, strict=True)
            ]


def _wish(asked: Family, member: Member, last: date, now: datetime) -> Wish:
    providers = providers_for(member.visit_type, [asked.site])
    if asked.provider is not None and not asked.at_once:
        providers = [one for one in providers if one == asked.provider]
    step = Step(member.visit_type, providers)
    return wish_for(member.patient, step, asked.site, asked.first, last, member.directed, now)


def _only(taking: Taking, providers: set[int]) -> Taking:
    lead, *rest = taking.pools.parts
    kept = [one for one in lead if one in providers]
    return replace(taking, pools=replace(taking.pools, parts=[kept, *rest]))


def _load(wish: Wish, taking: Taking, asked: Family, last: date, now: datetime) -> _One:
    sites = {asked.site.pk: asked.site}
    return _One(wish, taking, site_days(taking.pools, sites=sites, first=asked.first, last=last, now=now))


def _on_day(asked: Family, ones: Sequence[_One], day: date, now: datetime) -> tuple[Option, ...] | None:
    key = (day, asked.site.pk)
    if not all(key in one.free for one in ones):
        return None
    found = []
    for order in [tuple(range(len(ones)))] if asked.at_once else orders(len(ones)):
        row = _in_order(asked, ones, order, day, now)
        if row is not None:
            found.append(row)
    return min(found, key=lambda row: _distance(row, asked), default=None)


def _in_order(
    asked: Family, ones: Sequence[_One], order: Sequence[int], day: date, now: datetime
) -> tuple[Option, ...] | None:
    """The row of members in this order that begins nearest to the wished time."""
    midnight = local_midnight(day, asked.site.time_zone)
    offsets = _offsets(ones, order, asked.at_once)
    seats = [seat for place in order for seat in _seats(ones[place], offsets[place], (day, asked.site.pk))]
    possible = may_begin(seats) & _grid(ones[order[0]], (day, asked.site.pk))
    for place, one in enumerate(ones):
        window = window_of(one.wish, one.taking.need, day, midnight, asked.site, now)
        possible &= (window << offsets[place]) & bits.FULL
    wished = _wished(asked, day, midnight)
    for tick in sorted(bits.ticks(possible), key=lambda one: abs(one - wished))[:_TICKS_TRIED]:
        chosen = seated(seats, tick, one_provider=not asked.at_once)
        if chosen is not None:
            return _options(asked, ones, order, offsets, midnight, tick, chosen)
    return None


def _offsets(ones: Sequence[_One], order: Sequence[int], at_once: bool) -> dict[int, int]:
    """Ticks from the beginning of the row to the beginning of each member's visit."""
    found, so_far = {}, 0
    for place in order:
        found[place] = 0 if at_once else so_far
        so_far += ones[place].taking.need.ticks
    return found


def _seats(one: _One, offset: int, key: Key) -> Iterator[Seat]:
    day = one.free[key]
    need = one.taking.need
    for place, part in enumerate(need.parts):
        alone = need.alone if place == len(need.parts) - 1 else frozenset()
        yield Seat(Slice(offset + part.offset, part.ticks), day.pools[place], place == 0, alone)


def _grid(first: _One, key: Key) -> int:
    """The ticks on which the first visit of the row begins."""
    default = bits.aligned(first.taking.need.step)
    lead: Sequence[Free] = first.free[key].pools[0]
    return bits.union(default if free.starts is None else free.starts for free in lead)


def _wished(asked: Family, day: date, midnight: datetime) -> int:
    at = asked.at or time(8)
    local = datetime.combine(day, at, asked.site.zone)
    return int((local - midnight).total_seconds() // (60 * bits.TICK_MINUTES))


def _options(
    asked: Family,
    ones: Sequence[_One],
    order: Sequence[int],
    offsets: Mapping[int, int],
    midnight: datetime,
    tick: int,
    chosen: Sequence[int],
) -> tuple[Option, ...]:
    rest = iter(chosen)
    found: dict[int, Option] = {}
    for place in order:
        taking = ones[place].taking
        resources = [next(rest) for _ in taking.parts]
        parts = taking.parts_with(resources[0])
        start = midnight + timedelta(minutes=bits.TICK_MINUTES * (tick + offsets[place]))
        end = start + timedelta(minutes=max(part.end for part in parts))
        taken = tuple(one for one in resources if one != NOBODY)
        spoken = resources[0] in taking.speak
        found[place] = Option(asked.site, taken, parts, start, end, ones[place].wish.by, spoken=spoken)
    return tuple(found[place] for place in range(len(ones)))


def _distance(row: Sequence[Option], asked: Family) -> float:
    begin = min(option.start for option in row)
    local = begin.astimezone(asked.site.zone)
    at = asked.at or time(8)
    return abs((local.hour - at.hour) * 60 + local.minute - at.minute)
