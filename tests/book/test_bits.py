"""The bits of a day against the plainest model there is: a list of booleans."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.book.engine import bits
from frontdesk.book.engine.bits import TICKS

DAYS = st.lists(st.integers(0, TICKS - 1), max_size=12).map(lambda edges: _striped(sorted(edges)))
COUNTS = st.integers(1, 40)


def _striped(edges: list[int]) -> list[bool]:
    """A day that changes between closed and open at each edge."""
    return [sum(edge <= tick for edge in edges) % 2 == 1 for tick in range(TICKS)]


def as_bits(day: list[bool]) -> int:
    return int("".join("1" if tick else "0" for tick in day), 2)


def test_the_highest_bit_is_the_first_tick() -> None:
    assert bits.span(0, 1) == 1 << (TICKS - 1)
    assert bits.span(TICKS - 1, 1) == 1


@given(st.integers(-50, TICKS + 50), st.integers(-10, TICKS + 60))
def test_span_is_the_ticks_from_start_cut_to_the_day(start: int, count: int) -> None:
    assert bits.span(start, count) == as_bits([start <= tick < start + count for tick in range(TICKS)])


@given(st.lists(st.tuples(st.integers(-5, TICKS), st.integers(0, 40)), max_size=6))
def test_spans_is_the_union(pairs: list[tuple[int, int]]) -> None:
    model = [any(start <= tick < start + count for start, count in pairs) for tick in range(TICKS)]
    assert bits.spans(pairs) == as_bits(model)


@given(DAYS, COUNTS)
def test_starts_are_the_ticks_where_that_many_free_ones_begin(day: list[bool], count: int) -> None:
    model = [tick + count <= TICKS and all(day[tick : tick + count]) for tick in range(TICKS)]
    assert bits.starts(as_bits(day), count) == as_bits(model)


@given(DAYS)
def test_ticks_are_the_set_ones_in_order(day: list[bool]) -> None:
    assert list(bits.ticks(as_bits(day))) == [tick for tick in range(TICKS) if day[tick]]


@given(DAYS)
def test_stretches_are_the_longest_runs_and_together_the_whole_day(day: list[bool]) -> None:
    found = list(bits.stretches(as_bits(day)))
    assert bits.spans(found) == as_bits(day)
    assert all(start + count < later for (start, count), (later, _) in pairwise(found))


def test_a_wholly_open_day_is_one_stretch() -> None:
    assert list(bits.stretches(bits.FULL)) == [(0, TICKS)]
    assert list(bits.stretches(0)) == []


@given(DAYS, st.integers(-3, TICKS + 3), COUNTS)
def test_holds_says_whether_all_is_free_and_inside(day: list[bool], start: int, count: int) -> None:
    inside = start >= 0 and start + count <= TICKS
    assert bits.holds(as_bits(day), start, count) == (inside and all(day[start : start + count]))


@pytest.mark.parametrize("step", [1, 2, 3, 6, 12])
def test_aligned_is_the_grid_from_midnight(step: int) -> None:
    assert list(bits.ticks(bits.aligned(step))) == list(range(0, TICKS, step))


@given(DAYS)
def test_bytes_hold_a_day_and_give_it_back(day: list[bool]) -> None:
    raw = bits.to_bytes(as_bits(day))
    assert len(raw) == bits.BYTES
    assert bits.from_bytes(raw) == bits.from_bytes(memoryview(raw)) == as_bits(day)
