"""The drawing of a template's week: every stretch says what it is where it can be read."""

from __future__ import annotations

from datetime import time

from frontdesk.book.engine.template import Row, Words
from frontdesk.desk.pages.week_picture import Stretch, picture

WORDS = Words(classes={"urgent": "Same-day urgent"})


def drawn(*rows: Row) -> list[Stretch]:
    return picture(rows, WORDS, name="p", label="A week").stretches


def test_an_open_stretch_is_named_below_what_is_kept_of_it() -> None:
    kept = Row(0, time(14), time(15), slot_class="urgent")
    open_one, above = drawn(Row(0, time(14), time(18)), kept)
    assert [text for *_, text in open_one.lines] == ["Open", "14:00–18:00"]
    assert all(y > above.y + above.height for _, y, _ in open_one.lines)


def test_a_stretch_that_is_wholly_covered_says_nothing() -> None:
    covered, above = drawn(Row(0, time(9), time(12)), Row(0, time(8), time(12), block="meeting"))
    assert covered.lines == ()
    assert above.lines


def test_what_is_kept_on_another_day_or_in_another_week_covers_nothing() -> None:
    kept = [
        Row(1, time(9), time(10), slot_class="urgent"),
        Row(0, time(9), time(10), 2, 1, slot_class="urgent"),
    ]
    first = drawn(Row(0, time(9), time(12), 2, 0), *kept)[0]
    assert first.lines[0][1] < first.y + 20
