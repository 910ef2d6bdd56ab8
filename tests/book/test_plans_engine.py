"""Due days, windows, chains and seats against searches that try everything."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, product

from hypothesis import given
from hypothesis import strategies as st

from frontdesk.book.engine import bits
from frontdesk.book.engine.find import Free, Slice
from frontdesk.book.engine.plans import (
    Gap,
    Rhythm,
    Seat,
    Stay,
    broken,
    chains,
    due_days,
    may_begin,
    nearness,
    orders,
    seated,
    spread,
    windows,
    windows_of,
)

MONDAY = date(2026, 3, 2)
DAY = timedelta(days=1)
_RHYTHMS = st.builds(Rhythm, st.integers(1, 15)) | st.sets(st.integers(0, 6), min_size=1).map(
    lambda some: Rhythm(weekdays=tuple(sorted(some)))
)
_CLOSED = st.sets(st.integers(0, 60)).map(lambda some: {MONDAY + place * DAY for place in some})


def _naive_due(first: date, count: int, rhythm: Rhythm, last: date, closed: set[date]) -> list[date]:
    meant, day = [], first
    while day <= last:
        if rhythm.weekdays:
            if day.weekday() in rhythm.weekdays:
                meant.append(day)
        elif (day - first).days % rhythm.every_days == 0:
            meant.append(day)
        day += DAY
    found = []
    for one, following in pairwise([*meant, last + DAY]):
        open_days = [one + step * DAY for step in range((following - one).days)]
        found += [day for day in open_days if day not in closed][:1]
    return found[:count]


@given(st.integers(0, 20), st.integers(1, 20), _RHYTHMS, st.integers(0, 60), _CLOSED)
def test_due_days(start: int, count: int, rhythm: Rhythm, length: int, closed: set[date]) -> None:
    first, last = MONDAY + start * DAY, MONDAY + (start + length) * DAY
    found = due_days(first, count, rhythm, last=last, is_open=lambda day: day not in closed)
    assert found == _naive_due(first, count, rhythm, last, closed)
    assert found == sorted(set(found)) and not set(found) & closed


@given(st.integers(0, 20), st.integers(1, 12), _RHYTHMS, _CLOSED)
def test_each_day_belongs_to_the_nearest_visit(
    start: int, count: int, rhythm: Rhythm, closed: set[date]
) -> None:
    first, last = MONDAY + start * DAY, MONDAY + 70 * DAY
    due = due_days(first, count, rhythm, last=last, is_open=lambda day: day not in closed)
    found = windows(due, last=last)
    owners: dict[date, int] = {}
    for place, (low, high) in enumerate(found):
        assert low <= due[place] <= high
        for step in range((high - low).days + 1):
            assert low + step * DAY not in owners
            owners[low + step * DAY] = place
    for step in range(71):
        day = MONDAY + step * DAY
        near = min(range(len(due)), key=lambda one: (abs((due[one] - day).days), one), default=None)
        if near is None or day < first or day < due[0] or abs((due[near] - day).days) > 3:
            assert day not in owners
        else:
            assert owners[day] == near


def test_visits_a_week_are_spread_over_working_days() -> None:
    assert [spread(0, times) for times in range(1, 6)] == [
        (0,), (0, 3), (0, 2, 4), (0, 2, 3, 4), (0, 1, 2, 3, 4),
    ]  # fmt: skip
    assert spread(3, 2) == (1, 3)
    assert spread(6, 2) == (0, 3)


def test_the_day_counts_before_the_hour() -> None:
    wished = 9 * 60
    near = nearness(MONDAY, 16 * 60, due=MONDAY, wished=wished)
    assert near < nearness(MONDAY + DAY, wished, due=MONDAY, wished=wished)
    assert nearness(MONDAY, 600, due=MONDAY, wished=None) == (0, 0)


# Linked visits

_GAPS = st.builds(
    lambda least, more, minutes, most: Gap(least, least + more, minutes, most),
    st.integers(0, 3), st.integers(0, 4), st.sampled_from([0, 30, 120]), st.none() | st.sampled_from([60, 200]),
)  # fmt: skip


def _stay(day: int, hour: int, site: int, cost: int) -> Stay:
    start = datetime(2026, 3, 2, 8, tzinfo=UTC) + timedelta(days=day, hours=hour)
    return Stay(MONDAY + day * DAY, start, start + timedelta(minutes=30), site, cost)


_STAYS = st.lists(
    st.builds(_stay, st.integers(0, 8), st.integers(0, 8), st.integers(1, 2), st.integers(0, 50)), max_size=6
)


@given(st.lists(_GAPS, max_size=2), st.integers(0, 12))
def test_every_day_of_a_window_is_part_of_a_choice(gaps: list[Gap], length: int) -> None:
    last = MONDAY + length * DAY
    days = [MONDAY + step * DAY for step in range(length + 1)]
    whole = [
        choice
        for choice in product(days, repeat=len(gaps) + 1)
        if all(
            gap.least_days <= (after - before).days <= gap.most_days
            for gap, (before, after) in zip(gaps, pairwise(choice), strict=True)
        )
    ]
    found = windows_of(gaps, MONDAY, last)
    assert bool(found) == bool(whole)
    for place, (low, high) in enumerate(found):
        assert {choice[place] for choice in whole} == {
            low + step * DAY for step in range((high - low).days + 1)
        }


@given(st.integers(1, 3).flatmap(lambda n: st.tuples(*[_STAYS] * n)), st.lists(_GAPS, min_size=2, max_size=2))
def test_the_best_chain_is_the_best_of_all(stays: tuple[list[Stay], ...], gaps: list[Gap]) -> None:
    way = timedelta(minutes=45)
    used = gaps[: len(stays) - 1]
    whole = [
        places
        for places in product(*(range(len(one)) for one in stays))
        if all(
            not broken(gap, before, after, way=way)
            for gap, (before, after) in zip(used, pairwise(_at(stays, places)), strict=True)
        )
    ]
    found = chains(stays, used, way=way)
    assert {one[-1] for one in found} == {one[-1] for one in whole}
    assert set(found) <= set(whole)
    for chosen in found:
        same_end = [_cost(stays, one) for one in whole if one[-1] == chosen[-1]]
        assert _cost(stays, chosen) == min(same_end)
    assert [_cost(stays, one) for one in found] == sorted(_cost(stays, one) for one in found)


def _at(stays: tuple[list[Stay], ...], places: tuple[int, ...]) -> list[Stay]:
    return [one[place] for one, place in zip(stays, places, strict=True)]


def _cost(stays: tuple[list[Stay], ...], places: tuple[int, ...]) -> int:
    return sum(one.cost for one in _at(stays, places))


def test_what_breaks_a_gap_is_said() -> None:
    gap = Gap(1, 7)
    lab, same_day, late = _stay(0, 0, 1, 0), _stay(0, 3, 1, 0), _stay(8, 0, 1, 0)
    assert broken(gap, lab, same_day).startswith("lie 0 days after the visit before; at least 1")
    assert broken(gap, lab, late).endswith("at most 7 are allowed")
    assert broken(gap, same_day, lab).startswith("begin before")
    near = Gap(0, 0, 60, 120)
    assert broken(near, lab, same_day) == "leave 150 min after the visit before; at most 120 are allowed"
    assert (
        broken(Gap(), lab, _stay(0, 1, 2, 0), way=timedelta(minutes=45))
        == "leave 30 min after the visit before; at least 45 are needed"
    )
    assert not broken(gap, lab, _stay(1, 0, 1, 0))


# Side by side

_BITS = st.lists(st.tuples(st.integers(100, 112), st.integers(1, 12)), max_size=3).map(bits.spans)


@st.composite
def _rows(draw: st.DrawFn) -> tuple[list[Seat], bool]:
    """Two members, each with a leading part and a room; both draw from the same providers and rooms."""
    one_provider = draw(st.booleans())
    providers = [Free(pk, draw(_BITS)) for pk in range(1, draw(st.integers(1, 3)) + 1)]
    rooms = [Free(pk, draw(_BITS)) for pk in range(11, draw(st.integers(11, 13)) + 1)]
    seats, offset = [], 0
    for _ in range(2):
        ticks = draw(st.integers(1, 4))
        part = Slice(offset, ticks)
        own = draw(st.lists(st.sampled_from(providers), unique=True, min_size=1))
        seats += [Seat(part, own, leads=True), Seat(part, rooms)]
        offset += ticks if one_provider else 0
    return seats, one_provider


def _sound(seats: list[Seat], tick: int, chosen: tuple[Free, ...], one_provider: bool) -> bool:
    taken: dict[int, set[int]] = {}
    for seat, free in zip(seats, chosen, strict=True):
        start = tick + seat.part.offset
        here = set(range(start, start + seat.part.ticks))
        if taken.setdefault(free.resource, set()) & here or not bits.holds(free.bits, start, seat.part.ticks):
            return False
        taken[free.resource] |= here
    leads = {free.resource for seat, free in zip(seats, chosen, strict=True) if seat.leads}
    return not one_provider or len(leads) == 1


@given(_rows())
def test_a_row_is_seated_where_anything_seats_it(drawn: tuple[list[Seat], bool]) -> None:
    seats, one_provider = drawn
    possible = set(bits.ticks(may_begin(seats)))
    for tick in range(98, 126):
        every = [
            tuple(free.resource for free in chosen)
            for chosen in product(*(seat.pool for seat in seats))
            if _sound(seats, tick, chosen, one_provider)
        ]
        found = seated(seats, tick, one_provider=one_provider)
        assert (found in every) if every else found is None
        if every:
            assert tick in possible


def test_a_search_without_end_ends() -> None:
    free = [Free(pk, bits.FULL) for pk in range(1, 9)]
    seats = [Seat(Slice(0, 3), free, leads=True) for _ in range(9)]
    assert seated(seats, 100, one_provider=False, most_steps=1000) is None
    assert seated(seats[:8], 100, one_provider=False) == tuple(range(1, 9))


def test_orders() -> None:
    assert list(orders(2)) == [(0, 1), (1, 0)]
    assert next(orders(3)) == (0, 1, 2) and len(list(orders(3))) == 6
    assert list(orders(4)) == [(0, 1, 2, 3), (3, 2, 1, 0)]
