from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.book.engine import bits
from frontdesk.book.models import Session
from frontdesk.book.queries.derive import session_span
from frontdesk.book.queries.open_time import mask_of
from frontdesk.clinic.models import Site
from frontdesk.kit.clock import day_span, local_midnight
from tests.universe import AUTUMN, SPRING, TODAY, ZONE, at

SITE = Site(code="main", name="Main", time_zone="America/New_York")
SYDNEY = Site(code="sydney", name="Sydney", time_zone="Australia/Sydney")
DAYS = st.sampled_from([SPRING, TODAY, AUTUMN, date(2026, 4, 5), date(2026, 10, 4)])


def _naive(start: datetime, end: datetime, site: Site) -> int:
    """Every tick of the day that the stretch touches."""
    midnight = local_midnight(start.astimezone(site.zone).date(), site.time_zone)
    found = 0
    for tick in range(bits.TICKS):
        begins = midnight + timedelta(minutes=bits.TICK_MINUTES * tick)
        if begins < end and start < begins + timedelta(minutes=bits.TICK_MINUTES):
            found |= bits.span(tick, 1)
    return found


@given(DAYS, st.sampled_from([SITE, SYDNEY]), st.integers(0, 60 * 22), st.integers(1, 240))
def test_mask_of_takes_every_tick_that_is_touched(day: date, site: Site, after: int, minutes: int) -> None:
    start = local_midnight(day, site.time_zone) + timedelta(minutes=after)
    end = start + timedelta(minutes=minutes)
    assert mask_of(start, end, site) == (start.astimezone(site.zone).date(), _naive(start, end, site))


@given(DAYS, st.integers(0, 23), st.integers(0, 11), st.integers(1, 24))
def test_stretches_apart_in_time_are_apart_in_bits(day: date, hour: int, tick: int, count: int) -> None:
    start = local_midnight(day, SITE.time_zone) + timedelta(hours=hour, minutes=5 * tick)
    middle, end = start + timedelta(minutes=5 * count), start + timedelta(minutes=5 * count * 2)
    (first_day, first), (second_day, second) = mask_of(start, middle, SITE), mask_of(middle, end, SITE)
    assert first_day != second_day or first & second == 0


@pytest.mark.parametrize(
    ("day", "hour", "tick"),
    [(TODAY, 9, 108), (SPRING, 1, 12), (SPRING, 9, 96), (AUTUMN, 1, 12), (AUTUMN, 9, 120)],
)
def test_a_tick_counts_the_minutes_that_really_passed(day: date, hour: int, tick: int) -> None:
    start = at(hour, day=day)
    assert mask_of(start, start + timedelta(minutes=5), SITE) == (day, bits.span(tick, 1))


def test_the_two_half_past_ones_of_autumn_are_two_times() -> None:
    first = datetime(2026, 11, 1, 1, 30, tzinfo=ZONE)
    second = first.replace(fold=1)
    _, one = mask_of(first.astimezone(UTC), first.astimezone(UTC) + timedelta(minutes=30), SITE)
    _, other = mask_of(second.astimezone(UTC), second.astimezone(UTC) + timedelta(minutes=30), SITE)
    assert one & other == 0


@pytest.mark.parametrize("day", [SPRING, TODAY, AUTUMN])
def test_a_session_is_open_from_its_local_hour_to_its_local_hour(day: date) -> None:
    session = Session(site=SITE, weekday=day.weekday(), starts=time(8), ends=time(17), valid_from=day)
    assert mask_of(at(8, day=day), at(17, day=day), SITE) == (day, session_span(session, day, SITE))
    assert session_span(session, day, SITE).bit_count() == 9 * 12


@pytest.mark.parametrize(("day", "ticks"), [(SPRING, 23 * 12), (TODAY, 24 * 12), (AUTUMN, 25 * 12)])
def test_a_round_the_clock_session_fills_the_day_and_no_more(day: date, ticks: int) -> None:
    session = Session(site=SITE, weekday=day.weekday(), starts=time(0), ends=time(23, 55), valid_from=day)
    assert session_span(session, day, SITE).bit_count() == ticks - 1


def test_a_stretch_that_ends_at_midnight_stays_within_its_day() -> None:
    start, end = day_span(TODAY, SITE.time_zone)
    day, mask = mask_of(end - timedelta(minutes=30), end, SITE)
    assert (day, mask) == (TODAY, bits.span(24 * 12 - 6, 6))
    assert mask_of(end, end + timedelta(minutes=5), SITE) == (TODAY + timedelta(days=1), bits.span(0, 1))
    assert start.astimezone(ZoneInfo("America/New_York")).hour == 0
