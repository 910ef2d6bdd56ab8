"""When nobody is there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from frontdesk.clinic.engine.cover import gaps

START = datetime(2026, 3, 3, tzinfo=UTC)


def minute(number: int) -> datetime:
    return START + timedelta(minutes=number)


hours = st.integers(-5, 35)


@given(st.lists(st.tuples(hours, st.integers(1, 12)), max_size=6), st.integers(0, 20), st.integers(1, 20))
def test_each_minute_is_covered_or_in_one_gap(
    stretches: list[tuple[int, int]], first: int, length: int
) -> None:
    spans = [(minute(start), minute(start + long)) for start, long in stretches]
    found = gaps(spans, (minute(first), minute(first + length)))
    for number in range(first, first + length):
        covered = any(start <= minute(number) < end for start, end in spans)
        empty = [one for one in found if one[0] <= minute(number) < one[1]]
        assert len(empty) == (0 if covered else 1)
    assert all(start < end for start, end in found)
    assert all(minute(first) <= start and end <= minute(first + length) for start, end in found)
