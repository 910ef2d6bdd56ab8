"""When a site answers, and how its open minutes are counted."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.clinic.models import Closure, SiteHours
from frontdesk.clinic.queries.hours import USUAL, OpeningHours, add_open_minutes, is_open
from tests.universe import AUTUMN, NOW, SPRING, TODAY, ZONE, Universe, at

ZONES = [ZoneInfo(name) for name in ("America/New_York", "America/Phoenix", "Europe/Berlin", "Asia/Kolkata")]

times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
spans = st.tuples(times, times).filter(lambda span: span[0] < span[1])
weeks = st.dictionaries(st.integers(0, 6), st.lists(spans, min_size=1, max_size=3), max_size=7)
days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
moments = st.integers(0, 360 * 24 * 60).map(
    lambda late: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=late)
)


@st.composite
def openings(draw: st.DrawFn) -> OpeningHours:
    return OpeningHours(
        draw(st.sampled_from(ZONES)), draw(weeks), frozenset(draw(st.lists(days, max_size=4)))
    )


def open_time(hours: OpeningHours, start: datetime, end: datetime) -> timedelta:
    """How long it is open between two instants, counted day by day."""
    total, day = timedelta(0), start.astimezone(hours.zone).date()
    while day <= end.astimezone(hours.zone).date():
        for begin, close in hours.on(day):
            total += max(timedelta(0), min(close, end) - max(begin, start))
        day += timedelta(days=1)
    return total


@given(openings(), moments, st.integers(1, 600))
def test_as_many_open_minutes_pass_as_were_asked_for(
    hours: OpeningHours, start: datetime, minutes: int
) -> None:
    end = hours.add(start, minutes)
    long = timedelta(minutes=minutes)
    if not hours.week:
        assert end == start + long
    else:
        assert open_time(hours, start, end) == long
        assert hours.is_open(end - timedelta(microseconds=1))


@given(openings(), moments, st.integers(1, 300), st.integers(1, 300))
def test_minutes_add_up(hours: OpeningHours, start: datetime, first: int, second: int) -> None:
    assert hours.add(hours.add(start, first), second) == hours.add(start, first + second)


@given(openings(), moments, moments, st.integers(0, 600))
def test_what_came_first_is_due_first(
    hours: OpeningHours, one: datetime, two: datetime, minutes: int
) -> None:
    assert (hours.add(one, minutes) <= hours.add(two, minutes)) or one > two


@given(openings(), moments)
def test_open_is_what_the_clock_on_the_wall_says(hours: OpeningHours, moment: datetime) -> None:
    """Away from clock changes the wall clock alone decides."""
    local = moment.astimezone(hours.zone)
    if local.utcoffset() != (moment + timedelta(days=1)).astimezone(hours.zone).utcoffset():
        return
    if local.utcoffset() != (moment - timedelta(days=1)).astimezone(hours.zone).utcoffset():
        return
    at_wall = any(opens <= local.time() < closes for opens, closes in hours.week.get(local.weekday(), ()))
    assert hours.is_open(moment) == (at_wall and local.date() not in hours.closed)


@given(openings(), days)
def test_no_stretch_of_a_day_overlaps_another(hours: OpeningHours, day: date) -> None:
    found = hours.on(day)
    assert all(begin < end for begin, end in found)
    assert all(one[1] <= two[0] for one, two in pairwise(found))


@pytest.mark.parametrize(("day", "long"), [(SPRING, 23), (AUTUMN, 25), (TODAY, 24)])
def test_a_day_on_which_the_clock_changes_is_as_long_as_it_is(day: date, long: int) -> None:
    hours = OpeningHours(ZONE, {number: [(time(0), time(23, 59))] for number in range(7)})
    begin, end = hours.on(day)[0]
    assert end - begin == timedelta(hours=long, minutes=-1)


def test_the_usual_hours_hold_where_none_are_written_down(universe: Universe) -> None:
    assert set(USUAL) == set(range(5))
    assert is_open(universe.main, NOW)
    assert is_open(universe.main, at(8)) and not is_open(universe.main, at(7, 59))
    assert is_open(universe.main, at(16, 59)) and not is_open(universe.main, at(17))
    assert not is_open(universe.main, at(10, day=date(2026, 3, 7)))


def test_what_is_left_of_the_day_goes_on_at_the_next_opening(universe: Universe) -> None:
    friday = date(2026, 3, 6)
    assert add_open_minutes(universe.main, at(16, 30, day=friday), 30) == at(17, day=friday)
    assert add_open_minutes(universe.main, at(16, 30, day=friday), 60) == at(8, 30, day=date(2026, 3, 9))
    assert add_open_minutes(universe.main, at(16, 30, day=friday), 0) == at(16, 30, day=friday)


def test_written_hours_and_closures_decide(universe: Universe) -> None:
    SiteHours.objects.create(site=universe.main, weekday=5, opens=time(9), closes=time(12))
    SiteHours.objects.create(site=universe.main, weekday=5, opens=time(13), closes=time(14))
    saturday = date(2026, 3, 7)
    assert not is_open(universe.main, NOW), "Only what is written down counts once anything is."
    assert is_open(universe.main, at(9, day=saturday)) and not is_open(
        universe.main, at(12, 30, day=saturday)
    )
    assert add_open_minutes(universe.main, NOW, 200) == at(13, 20, day=saturday)
    Closure.objects.create(
        site=universe.main, day=saturday, name="Storm", closed_at=NOW, closed_by=universe.dan
    )
    assert not is_open(universe.main, at(9, day=saturday))
    assert add_open_minutes(universe.main, NOW, 200) == at(13, 20, day=date(2026, 3, 14))
    assert is_open(universe.harbor, NOW), "Another site has its own hours."
