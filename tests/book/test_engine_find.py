"""Searching a site's day against a search that tries every tick with every resource."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from frontdesk.book.engine import bits
from frontdesk.book.engine.bits import TICKS
from frontdesk.book.engine.find import Found, Free, Need, SiteDay, Slice, search

_SPANS = st.lists(st.tuples(st.integers(90, 130), st.integers(1, 20)), max_size=4).map(bits.spans)


def _pool(first: int) -> st.SearchStrategy[list[Free]]:
    return st.lists(st.tuples(_SPANS, st.none() | _SPANS), max_size=3).map(
        lambda days: [Free(first + place, day, starts) for place, (day, starts) in enumerate(days)]
    )


def _slices(count: int) -> st.SearchStrategy[tuple[Slice, ...]]:
    part = st.builds(Slice, st.integers(0, 4), st.integers(1, 9))
    return st.tuples(*[part] * count)


@st.composite
def _days(draw: st.DrawFn) -> tuple[SiteDay, Need]:
    """A day and a need with one to three parts; two parts may draw from the same pool.

    Some providers may be able to do without the last part.
    """
    count = draw(st.integers(1, 3))
    firsts = [1, *(draw(st.sampled_from([10, 20])) for _ in range(count - 1))]
    named = {first: draw(_pool(first)) for first in sorted(set(firsts))}
    need = Need(
        parts=draw(_slices(count)),
        step=draw(st.sampled_from([1, 2, 3])),
        window=draw(_SPANS | st.just(bits.FULL)),
        alone=frozenset(draw(st.sets(st.sampled_from([1, 2, 3])))) if count > 1 else frozenset(),
    )
    return SiteDay([named[first] for first in firsts]), need


def _is_free(free: Free, tick: int, count: int) -> bool:
    day = f"{free.bits:0{TICKS}b}"
    return day[tick : tick + count] == "1" * count


def _may_begin(free: Free, tick: int, need: Need) -> bool:
    if free.starts is None:
        return tick % need.step == 0
    return f"{free.starts:0{TICKS}b}"[tick] == "1"


def _apart(chosen: tuple[Free, ...], need: Need) -> bool:
    """No resource is in two parts at once."""
    spans = [
        (one.resource, set(range(part.offset, part.offset + part.ticks)))
        for one, part in zip(chosen, need.parts, strict=True)
    ]
    return not any(
        first[0] == second[0] and first[1] & second[1]
        for place, first in enumerate(spans)
        for second in spans[place + 1 :]
    )


def _for(provider: int, need: Need) -> Need:
    return replace(need, parts=need.parts[:-1]) if provider in need.alone else need


def _fits(chosen: tuple[Free, ...], tick: int, need: Need) -> bool:
    parts = zip(chosen, need.parts, strict=True)
    return _apart(chosen, need) and all(_is_free(one, tick + part.offset, part.ticks) for one, part in parts)


def _naive(day: SiteDay, need: Need) -> set[tuple[int, int]]:
    """Every (tick, provider) at which some choice of the other resources fits."""
    window = f"{need.window:0{TICKS}b}"
    lead, *rest = day.pools
    return {
        (tick, provider.resource)
        for tick in range(TICKS)
        for provider in lead
        if window[tick] == "1"
        and _may_begin(provider, tick, need)
        and any(
            _fits((provider, *others), tick, _for(provider.resource, need))
            for others in product(*rest[: len(_for(provider.resource, need).parts) - 1])
        )
    }


@given(_days())
def test_what_it_finds_fits_and_comes_in_order(case: tuple[SiteDay, Need]) -> None:
    day, need = case
    found = list(search(day, need))
    fits = _naive(day, need)
    assert {(one.tick, one.provider) for one in found} <= fits
    rank = {free.resource: place for place, free in enumerate(day.providers)}
    assert found == sorted(found, key=lambda one: (one.tick, rank[one.provider]))
    by_id = {free.resource: free for pool in day.pools for free in pool}
    for one in found:
        chosen = tuple(by_id[resource] for resource in one.resources)
        assert _fits(chosen, one.tick, _for(one.provider, need))


@given(_days())
def test_it_misses_nothing_where_the_parts_have_pools_of_their_own(case: tuple[SiteDay, Need]) -> None:
    day, need = case
    names = [free.resource for pool in day.pools for free in pool]
    if len(names) == len(set(names)):
        assert {(one.tick, one.provider) for one in search(day, need)} == _naive(day, need)


def test_two_rooms_that_are_free_in_turn_do_not_make_one_long_stretch() -> None:
    rooms = [Free(10, bits.span(96, 6)), Free(11, bits.span(102, 6))]
    day = SiteDay([[Free(1, bits.span(96, 12))], rooms])
    assert list(search(day, Need((Slice(0, 12), Slice(0, 12))))) == []
    assert [one.tick for one in search(day, Need((Slice(0, 6), Slice(0, 6))))] == [96, 102]


def test_each_part_has_its_own_stretch() -> None:
    """A nurse for the first two ticks, then the provider: the room from beginning to end."""
    nurse, provider, room = Free(7, bits.span(96, 2)), Free(1, bits.span(98, 4)), Free(10, bits.span(96, 6))
    day = SiteDay([[provider], [nurse], [room]])
    need = Need((Slice(2, 4), Slice(0, 2), Slice(0, 6)))
    assert list(search(day, need)) == [Found(96, (1, 7, 10))]


def test_one_nurse_is_not_in_two_parts_at_once() -> None:
    nurses = [Free(7, bits.span(96, 6))]
    day = SiteDay([[Free(1, bits.span(96, 6))], nurses, nurses])
    assert list(search(day, Need((Slice(0, 6), Slice(0, 2), Slice(1, 2))))) == []
    assert [one.tick for one in search(day, Need((Slice(0, 6), Slice(0, 2), Slice(2, 2))))] == [96]
