"""Searching a site's day against a search that tries every tick with every resource."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from frontdesk.book.engine import bits
from frontdesk.book.engine.bits import TICKS
from frontdesk.book.engine.find import Found, Free, Need, SiteDay, common_starts, search

_SPANS = st.lists(st.tuples(st.integers(90, 130), st.integers(1, 20)), max_size=4).map(bits.spans)


def _named(first: int) -> st.SearchStrategy[list[Free]]:
    return st.lists(_SPANS, max_size=3).map(
        lambda days: [Free(first + place, day) for place, day in enumerate(days)]
    )


SITE_DAYS = st.builds(SiteDay, providers=_named(1), rooms=_named(10), interpreters=_named(20))
NEEDS = st.builds(
    Need,
    ticks=st.integers(1, 9),
    step=st.sampled_from([1, 2, 3]),
    room=st.booleans(),
    interpreter=st.booleans(),
    window=_SPANS | st.just(bits.FULL),
)


def _is_free(free: Free, tick: int, count: int) -> bool:
    day = f"{free.bits:0{TICKS}b}"
    return day[tick : tick + count] == "1" * count


def _first(named: list[Free], tick: int, count: int) -> int | None:
    return next((one.resource for one in named if _is_free(one, tick, count)), None)


def _naive(day: SiteDay, need: Need) -> list[Found]:
    found = []
    window = f"{need.window:0{TICKS}b}"
    for tick in range(0, TICKS, need.step):
        room, interpreter = _first(day.rooms, tick, need.ticks), _first(day.interpreters, tick, need.ticks)
        if window[tick] == "0" or (need.room and room is None) or (need.interpreter and interpreter is None):
            continue
        found += [
            Found(tick, one.resource, room if need.room else None, interpreter if need.interpreter else None)
            for one in day.providers
            if _is_free(one, tick, need.ticks)
        ]
    return found


@given(SITE_DAYS, NEEDS)
def test_it_finds_what_trying_everything_finds_in_the_same_order(day: SiteDay, need: Need) -> None:
    assert list(search(day, need)) == _naive(day, need)


@given(SITE_DAYS, NEEDS)
def test_common_starts_holds_every_tick_that_is_found(day: SiteDay, need: Need) -> None:
    common = set(bits.ticks(common_starts(day, need)))
    assert {one.tick for one in search(day, need)} <= common


def test_two_rooms_that_are_free_in_turn_do_not_make_one_long_stretch() -> None:
    rooms = [Free(10, bits.span(96, 6)), Free(11, bits.span(102, 6))]
    day = SiteDay(providers=[Free(1, bits.span(96, 12))], rooms=rooms)
    assert list(search(day, Need(ticks=12, room=True))) == []
    assert [one.tick for one in search(day, Need(ticks=6, room=True))] == [96, 102]
