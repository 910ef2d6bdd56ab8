"""A template's week as a drawing: where each stretch stands and what is written in it. Looks are the style sheet's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from frontdesk.book.engine.template import WEEKDAYS, Row, Words, describe, rhythm, what

LEFT, TOP, HOUR, WIDTH = 44, 24, 34, 776
LETTER = 6.1  # the width of a letter, about
WORKING_DAYS = 5


@dataclass(frozen=True)
class Stretch:
    """One row of the template. `look` is open, kept or closed; `lines` are what fits into it."""

    x: float
    y: float
    width: float
    height: float
    look: str
    says: str
    lines: tuple[tuple[float, float, str], ...]


@dataclass(frozen=True)
class Label:
    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Picture:
    """The whole drawing. `name` keeps the patterns of two drawings on one page apart."""

    name: str
    label: str
    height: int
    stretches: list[Stretch]
    days: list[Label]
    hours: list[Label]
    lines: list[float]
    columns: list[float]
    words: list[tuple[str, list[str]]]

    @property
    def width(self) -> int:
        return WIDTH

    @property
    def left(self) -> int:
        return LEFT


def picture(rows: Sequence[Row], words: Words, *, name: str, label: str) -> Picture:
    """Draw the rows: closed stretches over kept ones, kept ones over open ones; weeks of a rhythm side by side."""
    shown = max([WORKING_DAYS, *(row.weekday + 1 for row in rows)])
    first = min([8, *(row.starts.hour for row in rows)])
    last = max([first + 4, 12, *(row.ends.hour + (row.ends.minute > 0) for row in rows)])
    column = (WIDTH - LEFT) / shown
    layers = sorted(rows, key=lambda row: (bool(row.block), bool(row.slot_class), row.order))
    return Picture(
        name=name,
        label=label,
        height=TOP + (last - first) * HOUR + 2,
        stretches=[
            _stretch(row, words, column, first, over=layers[place:])
            for place, row in enumerate(layers, start=1)
        ],
        days=[Label(LEFT + column * (day + 0.5), TOP - 8, _day(day, column)) for day in range(shown)],
        hours=[Label(LEFT - 6, _y(hour * 60, first) + 4, f"{hour:02}:00") for hour in range(first, last)],
        lines=[_y(hour * 60, first) for hour in range(first, last + 1)],
        columns=[LEFT + column * day for day in range(shown + 1)],
        words=in_words(rows, words),
    )


def in_words(rows: Sequence[Row], words: Words) -> list[tuple[str, list[str]]]:
    """The same week as text: for each weekday that has any, what it says."""
    by_day = [(name, [row for row in rows if row.weekday == day]) for day, name in enumerate(WEEKDAYS)]
    return [(name, [describe(row, words) for row in some]) for name, some in by_day if some]


def _day(day: int, column: float) -> str:
    return WEEKDAYS[day] if column > len("Wednesday") * LETTER + 8 else WEEKDAYS[day][:3]


def _y(minute: int, first: int) -> float:
    return round(TOP + (minute - first * 60) * HOUR / 60, 1)


def _stretch(row: Row, words: Words, column: float, first: int, *, over: Sequence[Row]) -> Stretch:
    """One row; what is drawn `over` it leaves it the words that still have room."""
    share = column / row.cycle
    x = LEFT + column * row.weekday + share * row.week + 1.5
    width = share - 3
    y, end = _y(_minute(row.starts), first), _y(_minute(row.ends), first)
    height = end - y
    seen = [_y(minute, first) for minute in _uncovered(row, over)]
    return Stretch(
        round(x, 1),
        y + 1,
        round(width, 1),
        round(height - 2, 1),
        "closed" if row.block else "kept" if row.slot_class else "open",
        f"{WEEKDAYS[row.weekday]} {describe(row, words)}",
        _lines(row, words, x, seen[0], width, seen[1] - seen[0]),
    )


def _minute(of: time) -> int:
    return of.hour * 60 + of.minute


def _uncovered(row: Row, over: Sequence[Row]) -> tuple[int, int]:
    """The minutes of the row's first part that no other row is drawn over; none of it where all is covered."""
    begins, ends = _minute(row.starts), _minute(row.ends)
    above = [one for one in over if one.weekday == row.weekday and _share_a_column(one, row)]
    for one in sorted(above, key=lambda one: one.starts):
        if _minute(one.starts) <= begins < _minute(one.ends):
            begins = _minute(one.ends)
        elif begins < _minute(one.starts) < ends:
            return begins, _minute(one.starts)
    return min(begins, ends), ends


def _share_a_column(one: Row, other: Row) -> bool:
    """Do they share some of the day's column?"""
    return 1 in (one.cycle, other.cycle) or (one.cycle, one.week) == (other.cycle, other.week)


def _lines(
    row: Row, words: Words, x: float, y: float, width: float, height: float
) -> tuple[tuple[float, float, str], ...]:
    """As many lines of text as the stretch has room for, each cut to its width."""
    letters = int((width - 6) / LETTER)
    wanted = [_first_upper(what(row, words).removeprefix("closed: ")), row.hours]
    if row.cycle > 1:
        full = _first_upper(rhythm(row.cycle, row.week))
        wanted.insert(1, full if len(full) <= letters else f"Week {chr(65 + row.week)}")
    room = max(int((height - 4) // 13), 0)
    if letters < 3 or not room:
        return ()
    return tuple(
        (round(x + 5, 1), round(y + 14 + 13 * number, 1), _cut(text, letters))
        for number, text in enumerate(wanted[:room])
    )


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: max(letters - 1, 1)].rstrip() + "…"
