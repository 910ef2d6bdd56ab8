"""The day grid as values: what is free, what is not, and where it stands."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from frontdesk.book.queries.day import Work
from frontdesk.book.queries.day_rows import CLOSED, HELD_BACK, BookDays, Meeting, Piece, Stretch, Visit
from frontdesk.clinic.models import Site
from frontdesk.desk.pages.day import DayGrid, lay_out
from frontdesk.desk.pages.day_parts import Slot, say_minutes
from tests.universe import AUTUMN, NOW, SPRING, TODAY, at

MAIN = Site(pk=1, code="main", name="Main Street", time_zone="America/New_York")
LAKE = Site(pk=2, code="lake", name="Lakeshore", time_zone="America/Chicago")
CAROL = Work(MAIN, 7, "Dr. Carol Calden", "Calden", "Primary care", TODAY)
MONDAY = date(2026, 3, 9)


def stretch(start: datetime, end: datetime, *, site: Site = MAIN, until: datetime | None = None) -> Stretch:
    return Stretch(7, site.pk, start, end, until)


def piece(
    start: datetime, end: datetime, state: str = "open", name: str = "", opens: str = "", **more: Any
) -> Piece:
    """A session; a block where it lies `over` sessions."""
    return Piece(7, MAIN.pk, start, end, state, name, opens, **more)


def visit(
    start: datetime, minutes: int = 30, *, site: Site = MAIN, status: str = "booked", pk: int = 5
) -> Visit:
    end = start + timedelta(minutes=minutes)
    return Visit(pk, 7, site.pk, start, end, status, "in_person", "Ana", "Lucero", "004-1", "Follow-up", None)


def grid(
    *,
    sessions: list[Piece] | None = None,
    visits: list[Visit] | None = None,
    holds: list[Stretch] | None = None,
    elsewhere: list[Stretch] | None = None,
    meetings: list[Meeting] | None = None,
    closed: str = "",
    day: date = TODAY,
    now: datetime = NOW,
    reason: bool = True,
    work: list[Work] | None = None,
) -> DayGrid:
    """The grid of one day; one session from 8 to 17 unless told otherwise."""
    if sessions is None:
        sessions = [piece(at(8, day=day), at(17, day=day))]
    shut = {(MAIN.pk, day): closed} if closed else {}
    rows = BookDays(sessions, visits or [], holds or [], elsewhere or [], meetings or [], shut)
    return lay_out(work or [CAROL._replace(day=day)], rows, now=now, reason=reason, several=False)


def said(shown: DayGrid) -> list[tuple[str, int, int, str]]:
    return [(slot.kind, slot.row, slot.length, slot.label) for slot in shown.columns[0].slots]


def only(shown: DayGrid, kind: str) -> Slot:
    (slot,) = [slot for slot in shown.columns[0].slots if slot.kind == kind]
    return slot


def test_a_free_day_is_unused_until_now_and_free_from_then_on() -> None:
    assert said(grid()) == [("unused", 1, 24, "Unused 2 h"), ("free", 25, 84, "Free 7 h")]


def test_what_lies_between_visits_and_holds_is_free() -> None:
    shown = grid(visits=[visit(at(11))], holds=[stretch(at(12), at(12, 20), until=at(10, 10))], now=at(7))
    assert said(shown) == [
        ("free", 1, 36, "Free 3 h"),
        ("visit", 37, 6, "Lucero, Ana"),
        ("free", 43, 6, "Free 30 min"),
        ("held", 49, 4, "Held until 10:10"),
        ("free", 53, 56, "Free 4 h 40"),
    ]


def test_time_outside_sessions_is_blocked_and_only_a_break_is_named() -> None:
    shown = grid(sessions=[piece(at(9), at(12)), piece(at(13), at(16))], now=at(7))
    blocks = [(slot.row, slot.length, slot.quiet) for slot in shown.columns[0].slots if slot.kind == "block"]
    assert blocks == [(1, 12, True), (49, 12, False), (97, 12, True)]


def test_time_spent_at_another_site_is_not_free() -> None:
    shown = grid(elsewhere=[stretch(at(14), at(15), site=LAKE)], now=at(7))
    assert ("block", 73, 12, "At another site") in said(shown)
    assert [slot.row for slot in shown.columns[0].slots if slot.kind == "free"] == [1, 85]


@pytest.mark.parametrize(
    ("status", "start", "word", "css"),
    [
        ("booked", at(11), "Expected", "is-expected"),
        ("booked", at(8), "Not marked", "is-gone"),
        ("arrived", at(9, 30), "Arrived", "is-arrived"),
        ("done", at(8), "Done", "is-gone"),
        ("no_show", at(8), "Did not come", "is-notcome"),
    ],
)
def test_a_visit_says_its_state_by_word_and_shape(status: str, start: datetime, word: str, css: str) -> None:
    slot = only(grid(visits=[visit(start, status=status)]), "visit")
    assert slot.state is not None
    assert (slot.state.word, slot.state.css) == (word, css)
    assert slot.state.icon
    assert css in slot.classes


def test_the_visit_type_is_shown_to_those_who_may_see_reasons_alone() -> None:
    assert only(grid(visits=[visit(at(11))]), "visit").note == "Follow-up"
    assert only(grid(visits=[visit(at(11))], reason=False), "visit").note == ""


def test_early_and_late_sessions_and_visits_widen_the_day_by_whole_hours() -> None:
    shown = grid(sessions=[piece(at(7, 30), at(12))], visits=[visit(at(17, 45))], now=at(6))
    assert [hour.label for hour in shown.hours] == [f"{hour:02}:00" for hour in range(7, 19)]
    assert [hour.row for hour in shown.hours] == list(range(1, 145, 12))
    assert "h12" in shown.classes
    assert said(shown)[1] == ("free", 7, 54, "Free 4 h 30")


@pytest.mark.parametrize(
    ("day", "labels"),
    [(SPRING, ["01:00", "03:00", "04:00"]), (AUTUMN, ["01:00", "01:00", "02:00", "03:00", "04:00"])],
)
def test_on_the_days_when_clocks_change_rows_are_the_time_that_really_passes(
    day: date, labels: list[str]
) -> None:
    shown = grid(sessions=[piece(at(1, day=day), at(5, day=day))], day=day, now=at(0, day=day))
    assert [hour.label for hour in shown.hours][: len(labels)] == labels
    hours = 3 if day == SPRING else 5
    assert said(shown)[0][:3] == ("free", 1, 12 * hours)


def test_a_clinic_day_after_the_change_looks_like_any_other() -> None:
    for day in (SPRING, AUTUMN):
        shown = grid(visits=[visit(at(9, day=day))], day=day, now=at(8, day=day))
        assert (only(shown, "visit").row, only(shown, "visit").time) == (13, "09:00")
        assert [hour.label for hour in shown.hours] == [f"{hour:02}:00" for hour in range(8, 17)]


def test_the_line_of_now_stands_in_its_row_on_its_own_day_alone() -> None:
    shown = grid(now=at(10, 44))
    assert shown.now is not None
    assert (shown.now.row, shown.now.label) == (33, "10:44")
    assert grid(now=at(20)).now is None
    assert grid(now=at(10, day=MONDAY)).now is None


def test_sites_in_two_zones_share_local_hours_and_have_no_line_of_now() -> None:
    noon = datetime(2026, 3, 3, 12, tzinfo=ZoneInfo("America/Chicago"))
    work = [CAROL, CAROL._replace(site=LAKE, resource=8)]
    sessions = [
        piece(at(12), at(13)),
        piece(noon, noon + timedelta(hours=1))._replace(resource=8, site_id=LAKE.pk),
    ]
    shown = grid(sessions=sessions, work=work, now=at(7))
    rows = [slot.row for column in shown.columns for slot in column.slots if slot.kind == "free"]
    assert rows == [49, 49]
    assert shown.now is None
    assert [column.begins for column in shown.columns] == [False, True]


@pytest.mark.parametrize(("minutes", "words"), [(5, "5 min"), (60, "1 h"), (105, "1 h 45"), (120, "2 h")])
def test_minutes_in_words(minutes: int, words: str) -> None:
    assert say_minutes(minutes) == words


# ---- kept, blocked, closed, shared ----


def test_kept_time_says_for_what_and_how_it_opens_and_is_not_free() -> None:
    kept = piece(at(11), at(12), HELD_BACK, "Same-day urgent", "releases 11:00", over=True)
    shown = grid(sessions=[piece(at(8), at(17)), kept], now=at(7))
    slot = only(shown, "prot")
    assert (slot.row, slot.length, slot.label, slot.note) == (37, 12, "Same-day urgent", "releases 11:00")
    assert [one[1:3] for one in said(shown) if one[0] == "free"] == [(1, 36), (49, 60)]


def test_a_visit_in_kept_time_leaves_the_rest_of_it_kept() -> None:
    kept = piece(at(11), at(12), HELD_BACK, "Same-day urgent", over=True)
    shown = grid(sessions=[piece(at(8), at(17)), kept], visits=[visit(at(11))], now=at(7))
    assert (only(shown, "prot").row, only(shown, "prot").length) == (43, 6)


def test_a_block_has_its_word_and_a_visit_in_it_is_marked() -> None:
    meeting = piece(at(11), at(12), CLOSED, "Meeting", over=True)
    shown = grid(sessions=[piece(at(8), at(17)), meeting], visits=[visit(at(11))], now=at(7))
    block, booked = only(shown, "block"), only(shown, "visit")
    assert (block.row, block.length, block.label) == (43, 6, "Meeting")
    assert ("warn", "in blocked time") in booked.marks
    assert "is-conflict" in booked.classes


def test_a_closed_day_says_why_and_has_nothing_free() -> None:
    shown = grid(closed="Memorial Day", now=at(7))
    assert said(shown) == [("block", 1, 108, "Closed: Memorial Day")]
    assert shown.free == 0


def test_visits_at_once_stand_side_by_side_and_hide_nothing() -> None:
    shown = grid(visits=[visit(at(11)), visit(at(11, 15), pk=6), visit(at(12), pk=7)], now=at(7))
    lanes = {slot.visit: (slot.lane, slot.lanes) for slot in shown.columns[0].slots if slot.kind == "visit"}
    assert lanes == {5: (1, 2), 6: (2, 2), 7: (1, 1)}
    classes = " ".join(slot.classes for slot in shown.columns[0].slots)
    assert "lane1 of2" in classes and "lane2 of2" in classes


def test_a_gathering_is_one_item_with_its_places() -> None:
    group = Meeting(7, MAIN.pk, at(14), at(15), "Diabetes group", "group", 8, 5)
    shown = grid(meetings=[group], now=at(7))
    slot = only(shown, "meet")
    assert (slot.label, slot.note) == ("Diabetes group", "Group visit, 5 of 8 places taken")
    assert [one[1:3] for one in said(shown) if one[0] == "free"] == [(1, 72), (85, 24)]


def test_a_week_has_a_column_for_each_day() -> None:
    days = [CAROL._replace(day=date(2026, 3, 2 + ahead)) for ahead in range(3)]
    rows = BookDays(
        [piece(at(9, day=one.day), at(12, day=one.day)) for one in days], [visit(at(10, day=days[1].day))]
    )
    shown = lay_out(days, rows, now=at(7), reason=True, several=False, week=True)
    assert [column.name for column in shown.columns] == ["Mon 2 Mar", "Tue 3 Mar", "Wed 4 Mar"]
    assert [sum(slot.kind == "visit" for slot in column.slots) for column in shown.columns] == [0, 1, 0]
    assert shown.now is None
