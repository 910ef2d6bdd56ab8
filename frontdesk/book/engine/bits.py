"""A day's open time as the bits of one whole number.

A day has `TICKS` ticks of `TICK_MINUTES` minutes, counted as elapsed time from local midnight, so a day of
25 hours fits and a day of 23 hours leaves the last ticks closed. The highest bit is tick 0. Searching
for n free ticks in a row takes about log2(n) shifts, whatever the day looks like.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

TICK_MINUTES = 5
TICKS = 304  # 25 hours and 20 minutes: the longest local day, rounded up to whole bytes
BYTES = TICKS // 8
FULL = (1 << TICKS) - 1
HOUR = 60 // TICK_MINUTES
ALL_HOURS = (1 << 26) - 1


def span(start: int, count: int) -> int:
    """The bits of `count` ticks from tick `start`; what lies outside the day is cut off."""
    first, last = max(start, 0), min(start + count, TICKS)
    if last <= first:
        return 0
    return ((1 << (last - first)) - 1) << (TICKS - last)


def spans(pairs: Iterable[tuple[int, int]]) -> int:
    """The union of several (start, count) spans."""
    bits = 0
    for start, count in pairs:
        bits |= span(start, count)
    return bits


def union(masks: Iterable[int]) -> int:
    bits = 0
    for mask in masks:
        bits |= mask
    return bits


def hours(free: int) -> int:
    """A bit for each hour of elapsed time from local midnight in which there is any free tick; bit 0 is the first."""
    found = 0
    for hour in range(-(-TICKS // HOUR)):
        if free & span(hour * HOUR, HOUR):
            found |= 1 << hour
    return found


def longest(free: int) -> int:
    """The ticks of the longest run of free ticks."""
    count = 0
    while free:
        free &= free << 1
        count += 1
    return count


def starts(free: int, count: int) -> int:
    """The ticks at which `count` free ticks in a row begin."""
    for shift in _shifts(count):
        free &= free << shift
    return free & FULL


@cache
def _shifts(count: int) -> tuple[int, ...]:
    """By how much to shift, one after the other, to ask for `count` ticks in a row: each time twice as many."""
    width, found = 1, []
    while width < count:
        found.append(min(width, count - width))
        width += found[-1]
    return tuple(found)


def ticks(bits: int) -> Iterator[int]:
    """The ticks that are set, earliest first."""
    while bits:
        high = bits.bit_length() - 1
        yield TICKS - 1 - high
        bits ^= 1 << high


def stretches(bits: int) -> Iterator[tuple[int, int]]:
    """The runs of set bits as (start, count), earliest first."""
    while bits:
        start = TICKS - bits.bit_length()
        shifted = (bits << start) & FULL
        count = TICKS - (shifted ^ FULL).bit_length() if shifted != FULL else TICKS
        yield start, count
        bits &= ~span(start, count)


@cache
def aligned(step: int) -> int:
    """The ticks that fall on a multiple of `step` ticks from local midnight."""
    return spans((tick, 1) for tick in range(0, TICKS, step))


def holds(free: int, start: int, count: int) -> bool:
    """Are all `count` ticks from `start` free, and inside the day?"""
    want = span(start, count)
    return start >= 0 and start + count <= TICKS and free & want == want


def to_bytes(bits: int) -> bytes:
    return bits.to_bytes(BYTES, "big")


def from_bytes(raw: bytes | memoryview) -> int:
    return int.from_bytes(raw, "big")
