"""A template's rows against the plainest models there are: a walk over days, and a list of minutes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, time, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.book.engine.capacity import EVERYBODY, compare, minutes
from frontdesk.book.engine.template import (
    ANCHOR,
    CYCLES,
    ROWS,
    Row,
    Words,
    check_rows,
    describe,
    differences,
    next_week,
    ordered,
    read_rows,
    release_words,
)
from frontdesk.book.models import Session
from frontdesk.kit.errors import BadValue

WORDS = Words(
    {"meeting": "Meeting", "admin": "Admin"},
    {"urgent": "Same-day urgent", "video": "Video"},
    {"nurse": "Triage nurse", "manager": "Clinic manager"},
)
EIGHT, NOON, FIVE = time(8), time(12), time(17)


def row(weekday: int = 0, starts: time = EIGHT, ends: time = NOON, **more: Any) -> Row:
    return Row(weekday, starts, ends, **more)


@st.composite
def rows(draw: st.DrawFn) -> Row:
    first, last = sorted(draw(st.sets(st.integers(0, 287), min_size=2, max_size=2)))
    cycle = draw(st.sampled_from(CYCLES))
    block, slot_class = draw(st.sampled_from([("", ""), ("meeting", ""), ("", "urgent"), ("", "video")]))
    return Row(
        weekday=draw(st.integers(0, 6)),
        starts=time(first // 12, first % 12 * 5),
        ends=time(last // 12, last % 12 * 5),
        cycle=cycle,
        week=draw(st.integers(0, cycle - 1)),
        block=block,
        slot_class=slot_class,
    )


# ---- reading ----


@given(st.lists(rows(), max_size=6))
def test_what_is_written_is_read_again(some: list[Row]) -> None:
    assert read_rows([one.as_json() for one in some]) == ordered(some)


@pytest.mark.parametrize(
    "raw", [{}, {"weekday": 1, "starts": "8", "ends": None}, 7, {"weekday": "x"}], ids=str
)
def test_what_is_no_row_is_refused_in_words(raw: Any) -> None:
    with pytest.raises(BadValue, match="A row of the template cannot be read"):
        read_rows([raw])


def test_a_row_is_said_in_words() -> None:
    one = row(
        slot_class="urgent", cycle=2, week=1, capacity=1, align=20, release_days=1, release_at=NOON,
        released_by="nurse",
    )  # fmt: skip
    assert describe(one, WORDS) == (
        "08:00–12:00 kept for Same-day urgent, every 2nd week (B), at most 1 visit, a visit every 20 min,"
        " released the day before at 12:00, by hand by a triage nurse"
    )
    assert describe(row(block="meeting"), WORDS) == "08:00–12:00 closed: meeting"
    assert release_words(0, NOON) == "on the day at 12:00"
    assert release_words(3, NOON) == "3 days before at 12:00"


# ---- checking ----


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (row(weekday=7), "Choose a weekday from Monday to Sunday."),
        (row(ends=EIGHT), "Monday 08:00–08:00 ends before it starts."),
        (row(starts=time(8, 2)), "Monday 08:02–12:00 does not begin and end on full five minutes."),
        (row(ends=time(12, 0, 1)), "Monday 08:00–12:00 does not begin and end on full five minutes."),
        (row(cycle=7), "Monday 08:00–12:00 has a rhythm of weeks that is not offered."),
        (row(cycle=2, week=2), "Monday 08:00–12:00 has a rhythm of weeks that is not offered."),
        (
            row(block="meeting", slot_class="video"),
            "Monday 08:00–12:00 is both closed and kept for a slot class: choose one.",
        ),
        (row(block="golf"), "Monday 08:00–12:00 is closed for a reason that is not known."),
        (row(slot_class="golf"), "Monday 08:00–12:00 is kept for a slot class that is not known."),
        (row(capacity=0), "Monday 08:00–12:00 takes from 1 to 100 visits, or leave the limit empty."),
        (row(align=7), "Monday 08:00–12:00 begins its visits every 5 to 240 minutes, in steps of five."),
        (row(align=245), "Monday 08:00–12:00 begins its visits every 5 to 240 minutes, in steps of five."),
        (row(block="admin", release_days=1), "Monday 08:00–12:00 is released on a day and at a time: give both."),
        (row(block="admin", release_days=61, release_at=NOON), "Monday 08:00–12:00 is released at most 60 days before."),
        (row(release_days=1, release_at=NOON), "Monday 08:00–12:00 is open already, so it cannot be released."),
        (row(block="admin", released_by="king"), "Monday 08:00–12:00 is released by a role that is not known."),
    ],
)  # fmt: skip
def test_one_thing_wrong_is_one_sentence(wrong: Row, sentence: str) -> None:
    with pytest.raises(BadValue) as told:
        check_rows([row(weekday=4), wrong], WORDS)
    assert (told.value.sentence, told.value.field) == (sentence, "1")


def test_two_open_sessions_may_not_overlap_and_what_is_kept_lies_over_open_hours() -> None:
    check_rows(
        [row(), row(starts=NOON, ends=FIVE), row(slot_class="urgent"), row(weekday=1, block="admin")], WORDS
    )
    with pytest.raises(BadValue, match="Monday 08:00–12:00 and 11:00–17:00 are both open hours and overlap"):
        check_rows([row(), row(starts=time(11), ends=FIVE)], WORDS)
    with pytest.raises(BadValue, match="are both kept or closed stretches and overlap"):
        check_rows([row(), row(slot_class="urgent"), row(block="admin", starts=time(11))], WORDS)
    check_rows([row(cycle=2, week=0), row(cycle=2, week=1), row(weekday=2, cycle=4, week=3)], WORDS)
    with pytest.raises(BadValue, match="overlap"):
        check_rows([row(cycle=2, week=1), row(cycle=4, week=3)], WORDS)


def test_there_are_not_too_many() -> None:
    with pytest.raises(BadValue, match="at most 150 rows"):
        check_rows([row()] * (ROWS + 1), WORDS)


@given(rows(), rows())
def test_two_rows_meet_where_a_naive_walk_finds_both(one: Row, other: Row) -> None:
    other = replace(other, weekday=one.weekday)
    overlap = one.starts < other.ends and other.starts < one.ends
    weeks = [ANCHOR + timedelta(weeks=number) for number in range(120)]
    both = any(one.in_week_of(day) and other.in_week_of(day) for day in weeks)
    assert one.meets(other) == other.meets(one) == (overlap and both)


# ---- every nth week ----


@given(rows(), st.dates(date(2024, 1, 1), date(2032, 12, 31)))
def test_a_session_is_held_in_the_weeks_that_the_row_says(one: Row, day: date) -> None:
    session = Session(
        weekday=one.weekday, starts=one.starts, ends=one.ends, cycle=one.cycle, week=one.week,
        valid_from=date(2024, 1, 1), cycle_from=ANCHOR,
    )  # fmt: skip
    assert session.held_on(day) == (day.weekday() == one.weekday and one.in_week_of(day))


@given(st.sampled_from(CYCLES), st.data(), st.dates(date(2024, 1, 1), date(2030, 1, 1)))
def test_the_next_week_of_a_rhythm_is_the_first_that_a_walk_finds(
    cycle: int, data: st.DataObject, after: date
) -> None:
    week = data.draw(st.integers(0, cycle - 1))
    one = row(cycle=cycle, week=week)
    monday = after - timedelta(days=after.weekday())
    walked = next(day for ahead in range(9) if one.in_week_of(day := monday + timedelta(weeks=ahead)))
    assert next_week(cycle, week, after) == walked


# ---- differences ----


def test_what_differs_is_told_by_what_became_of_it() -> None:
    old = [row(), row(weekday=1), row(weekday=2, slot_class="urgent")]
    new = [row(ends=time(13)), row(weekday=1, block="admin"), row(weekday=4)]
    assert [(one.how, one.sentence) for one in differences(old, new, WORDS)] == [
        ("changed", "Monday: 08:00–12:00 open, becomes 08:00–13:00 open"),
        ("changed", "Tuesday: 08:00–12:00 open, becomes 08:00–12:00 closed: admin"),
        ("gone", "Wednesday: 08:00–12:00 kept for Same-day urgent"),
        ("added", "Friday: 08:00–12:00 open"),
    ]


def test_what_is_the_same_on_several_days_is_said_once() -> None:
    new = [row(day) for day in (0, 2, 3, 4)]
    assert [one.sentence for one in differences([row(1)], new, WORDS)] == [
        "Monday, Wednesday, Thursday, Friday: 08:00–12:00 open",
        "Tuesday: 08:00–12:00 open",
    ]
    (one,) = differences([], new[1:], WORDS)
    assert one.sentence == "Wednesday to Friday: 08:00–12:00 open"


@given(st.lists(rows(), max_size=6), st.lists(rows(), max_size=6))
def test_nothing_differs_only_where_both_say_the_same(one: list[Row], other: list[Row]) -> None:
    assert (differences(one, other, WORDS) == []) == (set(one) == set(other))
    assert differences(one, one[::-1], WORDS) == []


# ---- minutes ----


def _naive(some: list[Row]) -> dict[tuple[int, str], Fraction]:
    """Minute by minute over 120 weeks, which is a whole number of every cycle."""
    found: dict[tuple[int, str], Fraction] = defaultdict(Fraction)
    for week in range(120):
        for weekday in range(7):
            day = [one for one in some if one.weekday == weekday and week % one.cycle == one.week]
            edges = sorted({_minute(at) for one in day for at in (one.starts, one.ends)})
            for begin, end in pairwise(edges):
                here = [one for one in day if _minute(one.starts) <= begin < _minute(one.ends)]
                for kept in _for_whom(here):
                    found[weekday, kept] += Fraction(end - begin, 120)
    return {key: value for key, value in found.items() if value}


def _for_whom(here: list[Row]) -> set[str]:
    if any(one.block for one in here) or not here:
        return set()
    kept = {one.slot_class for one in here if one.slot_class}
    return kept or {EVERYBODY}


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


@given(st.lists(rows(), max_size=5))
def test_minutes_a_week_are_those_of_a_naive_walk(some: list[Row]) -> None:
    assert minutes(some) == _naive(some)


def test_what_a_change_gains_and_loses() -> None:
    urgent = row(slot_class="urgent", ends=time(9))
    found = compare([row()], [row(), urgent, row(weekday=1, cycle=2)])
    assert {name: int(one.change) for name, one in found.by_class.items()} == {EVERYBODY: 60, "urgent": 60}
    assert (int(found.by_class["urgent"].before), int(found.by_class["urgent"].after)) == (0, 60)
    assert [int(found.by_weekday[day].change) for day in (0, 1, 2)] == [0, 120, 0]
    assert (int(found.total.before), int(found.total.after)) == (240, 360)
    assert int(compare([], []).total.change) == 0


def test_the_anchor_is_a_monday() -> None:
    assert ANCHOR.weekday() == 0
