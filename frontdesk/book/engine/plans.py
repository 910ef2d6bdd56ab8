"""Visits that belong together: when they are due, in which days each may lie, and what to choose. Values in, values out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import permutations
from typing import NamedTuple

from frontdesk.book.engine import bits
from frontdesk.book.engine.find import Free, Slice

WORKING_DAYS = 5
SLACK = 3  # days; a visit of a series lies no further than this from the day on which it is due
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rhythm:
    """How often a series comes: every `every_days` days, or, where `weekdays` names some (Monday is 0), on those."""

    every_days: int = 7
    weekdays: tuple[int, ...] = ()


def spread(first: int, times: int) -> tuple[int, ...]:
    """The weekdays of so many visits a week (1 to 5), evenly from the weekday `first`; never a weekend."""
    begin = first if first < WORKING_DAYS else 0
    steps = (-(-place * WORKING_DAYS // times) for place in range(times))
    return tuple(sorted((begin + step) % WORKING_DAYS for step in steps))


def due_days(
    first: date, count: int, rhythm: Rhythm, *, last: date, is_open: Callable[[date], bool]
) -> list[date]:
    """At most `count` days from `first` to `last`, both included, on which a series is due.

    A day that is closed gives way to the next open one before the following visit is due; where there is none, the
    series is one visit longer at its end. The rhythm goes on from the day that was meant, so it does not drift.
    """
    found: list[date] = []
    meant = list(_meant(first, last, rhythm))
    for place, day in enumerate(meant):
        before = meant[place + 1] if place + 1 < len(meant) else last + DAY
        chosen = next((one for one in _days(day, before) if is_open(one)), None)
        if chosen is not None:
            found.append(chosen)
        if len(found) == count:
            break
    return found


def windows(due: Sequence[date], *, last: date, slack: int = SLACK) -> list[tuple[date, date]]:
    """The days around each due day on which its visit may lie, first and last included.

    Each day belongs to the visit that is nearest (the earlier of two), so that no two visits of a series share one.
    The first visit is never before its day.
    """
    found = []
    begin = due[0] if due else last
    for place, day in enumerate(due):
        end = last if place + 1 == len(due) else day + (due[place + 1] - day) // 2
        found.append((max(begin, day - slack * DAY), min(end, day + slack * DAY)))
        begin = end + DAY
    return found


def nearness(day: date, minute: int, *, due: date, wished: int | None) -> tuple[int, int]:
    """How far a time is from what was wished, to sort by: days first, then minutes of the day."""
    return abs((day - due).days), 0 if wished is None else abs(minute - wished)


def _meant(first: date, last: date, rhythm: Rhythm) -> Iterator[date]:
    if not rhythm.weekdays:
        step = max(rhythm.every_days, 1)
        return (first + place * DAY for place in range(0, (last - first).days + 1, step))
    return (day for day in _days(first, last + DAY) if day.weekday() in rhythm.weekdays)


def _days(first: date, before: date) -> Iterator[date]:
    return (first + place * DAY for place in range((before - first).days))


# Linked visits


@dataclass(frozen=True)
class Gap:
    """What lies between one visit and the next: local days from one to the other, at least and at most.

    `least_minutes` lie between the end of one and the beginning of the other; `most_minutes` hold on the same day.
    """

    least_days: int = 0
    most_days: int = 0
    least_minutes: int = 0
    most_minutes: int | None = None


class Stay(NamedTuple):
    """One time that a visit might have: its local day, its instants, its site, and how little it is wished for."""

    day: date
    start: datetime
    end: datetime
    site: int
    cost: int = 0


def broken(gap: Gap, before: Stay, after: Stay, *, way: timedelta = timedelta()) -> str:
    """Why the two may not follow each other, as the end of a sentence; empty where they may.

    `way` is what it takes from one site to another.
    """
    days = (after.day - before.day).days
    if after.start < before.end:
        return "begin before the visit that comes first has ended"
    if days < gap.least_days:
        return f"lie {_days_in_words(days)} after the visit before; at least {gap.least_days} are needed"
    if days > gap.most_days:
        return f"lie {_days_in_words(days)} after the visit before; at most {gap.most_days} are allowed"
    least = timedelta(minutes=gap.least_minutes)
    if before.site != after.site:
        least = max(least, way)
    between = after.start - before.end
    if between < least:
        return f"leave {_minutes(between)} min after the visit before; at least {_minutes(least)} are needed"
    if days == 0 and gap.most_minutes is not None and between > timedelta(minutes=gap.most_minutes):
        return f"leave {_minutes(between)} min after the visit before; at most {gap.most_minutes} are allowed"
    return ""


def windows_of(gaps: Sequence[Gap], first: date, last: date) -> list[tuple[date, date]]:
    """For each of the visits between which the gaps lie: its earliest and latest local day, within first..last.

    Every day of a window is part of some choice that keeps all gaps. Empty where nothing keeps them.
    """
    low, high = [first], [last]
    for gap in gaps:
        low.append(low[-1] + gap.least_days * DAY)
        high.append(min(last, high[-1] + gap.most_days * DAY))
    for place in range(len(gaps) - 1, -1, -1):
        low[place] = max(low[place], low[place + 1] - gaps[place].most_days * DAY)
        high[place] = min(high[place], high[place + 1] - gaps[place].least_days * DAY)
    if any(one > other for one, other in zip(low, high, strict=True)):
        return []
    return list(zip(low, high, strict=True))


def chains(
    stays: Sequence[Sequence[Stay]], gaps: Sequence[Gap], *, way: timedelta = timedelta()
) -> list[tuple[int, ...]]:
    """Whole choices, one place in each list, that keep every gap: the best for each time of the last visit.

    The cheapest comes first; of equal ones the earliest.
    """
    if not stays:
        return []
    best: list[tuple[int, tuple[int, ...]] | None] = [
        (stay.cost, (place,)) for place, stay in enumerate(stays[0])
    ]
    for before, after, gap in zip(stays, stays[1:], gaps, strict=False):
        best = _one_longer(best, before, after, gap, way)
    found = [one for one in best if one is not None]
    found.sort(key=lambda one: (one[0], stays[-1][one[1][-1]].start, one[1]))
    return [chosen for _, chosen in found]


def _one_longer(
    best: Sequence[tuple[int, tuple[int, ...]] | None],
    before: Sequence[Stay],
    after: Sequence[Stay],
    gap: Gap,
    way: timedelta,
) -> list[tuple[int, tuple[int, ...]] | None]:
    by_day: Mapping[date, list[int]] = _by_day(before)
    found: list[tuple[int, tuple[int, ...]] | None] = []
    for place, stay in enumerate(after):
        cheapest = None
        for back in range(gap.least_days, gap.most_days + 1):
            for other in by_day.get(stay.day - back * DAY, ()):
                so_far = best[other]
                if so_far is None or (cheapest is not None and so_far >= cheapest):
                    continue
                if not broken(gap, before[other], stay, way=way):
                    cheapest = so_far
        found.append(None if cheapest is None else (cheapest[0] + stay.cost, (*cheapest[1], place)))
    return found


def _by_day(stays: Sequence[Stay]) -> Mapping[date, list[int]]:
    found: dict[date, list[int]] = defaultdict(list)
    for place, stay in enumerate(stays):
        found[stay.day].append(place)
    return found


def _days_in_words(days: int) -> str:
    return f"{days} day{'' if days == 1 else 's'}"


def _minutes(between: timedelta) -> int:
    return int(between.total_seconds() // 60)


# Side by side


class Seat(NamedTuple):
    """One part of one member's visit: when in the row it lies, and who or what may take it, in order of preference.

    A member's leading part comes before their others. With one of the providers in `alone` nobody takes this one.
    """

    part: Slice
    pool: Sequence[Free]
    leads: bool = False
    alone: frozenset[int] = frozenset()


NOBODY = 0  # in the place of a resource


def orders(count: int) -> Iterator[tuple[int, ...]]:
    """The orders in which so many come one after another: as given first; all of them for three, two beyond."""
    if count <= 3:
        return iter(permutations(range(count)))
    return iter([tuple(range(count)), tuple(reversed(range(count)))])


def may_begin(seats: Sequence[Seat]) -> int:
    """The ticks at which the row may begin as far as each part by itself is concerned."""
    found = bits.FULL
    for place, seat in enumerate(seats):
        union = _begins(seat, seat.pool)
        if seat.alone:
            lead = next(one for one in reversed(seats[:place]) if one.leads)
            union |= _begins(lead, [one for one in lead.pool if one.resource in seat.alone])
        found &= union
    return found


def _begins(seat: Seat, pool: Sequence[Free]) -> int:
    """The ticks at which the row may begin where one of the pool takes the seat."""
    union = bits.union(bits.starts(one.bits, seat.part.ticks) for one in pool)
    return (union << seat.part.offset) & bits.FULL


def seated(
    seats: Sequence[Seat], tick: int, *, one_provider: bool, most_steps: int = 5000
) -> tuple[int, ...] | None:
    """A resource or NOBODY for each seat, none in two at once; None where that cannot be, or not in `most_steps`.

    With `one_provider` every leading part takes the same one.
    """
    steps = [most_steps]
    chosen = _seat(seats, tick, one_provider, [], steps)
    return None if chosen is None else tuple(chosen)


def _seat(
    seats: Sequence[Seat], tick: int, one_provider: bool, chosen: list[int], steps: list[int]
) -> list[int] | None:
    if len(chosen) == len(seats):
        return chosen
    seat = seats[len(chosen)]
    if seat.alone and _own_lead(seats, chosen) in seat.alone:
        return _seat(seats, tick, one_provider, [*chosen, NOBODY], steps)
    lead = next((one for one, other in zip(chosen, seats, strict=False) if other.leads), None)
    for free in seat.pool:
        steps[0] -= 1
        if steps[0] < 0:
            return None
        wrong = one_provider and seat.leads and lead is not None and free.resource != lead
        if wrong or not bits.holds(free.bits, tick + seat.part.offset, seat.part.ticks):
            continue
        if _clash(free.resource, seat.part, chosen, seats):
            continue
        found = _seat(seats, tick, one_provider, [*chosen, free.resource], steps)
        if found is not None:
            return found
    return None


def _own_lead(seats: Sequence[Seat], chosen: Sequence[int]) -> int:
    """The provider of the member whose seat comes next."""
    return [one for one, seat in zip(chosen, seats, strict=False) if seat.leads][-1]


def _clash(resource: int, part: Slice, chosen: Sequence[int], seats: Sequence[Seat]) -> bool:
    return any(
        one == resource
        and other.part.offset < part.offset + part.ticks
        and part.offset < other.part.offset + other.part.ticks
        for one, other in zip(chosen, seats, strict=False)
    )
