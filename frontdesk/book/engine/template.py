"""What a resource's week at a site looks like, as a template says it. Values in, values out.

A template's rows are sessions: a weekday and local hours, open to visits, kept for a slot class, or closed by a
block. A row of every nth week counts its weeks from ANCHOR, for everybody alike, so that a new version keeps the
rhythm of the one before and two people can share a room week by week.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from math import gcd
from typing import Any

from frontdesk.book.engine.bits import TICK_MINUTES
from frontdesk.kit.errors import BadValue

ANCHOR = date(2024, 1, 1)  # a Monday
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
CYCLES = (1, 2, 3, 4, 5, 6, 8)
ROWS = 150  # at most in one template
CAPACITY = 100
RELEASE_DAYS = 60


@dataclass(frozen=True)
class Words:
    """The names of what a row may refer to: block kinds, slot classes and roles, by their codes."""

    blocks: Mapping[str, str] = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One session of a week: local hours [starts, ends) of a weekday, 0 is Monday.

    `block` closes it, else `slot_class` keeps it; with neither it is open. In week `week` of every `cycle`.
    `release_days` and `release_at` come together; without them the slot class's own rule holds.
    """

    weekday: int
    starts: time
    ends: time
    cycle: int = 1
    week: int = 0
    block: str = ""
    slot_class: str = ""
    capacity: int | None = None
    align: int | None = None
    release_days: int | None = None
    release_at: time | None = None
    released_by: str = ""

    @property
    def is_open(self) -> bool:
        return not self.block and not self.slot_class

    @property
    def order(self) -> tuple[int, time, time, int, int, str, str]:
        return self.weekday, self.starts, self.ends, self.cycle, self.week, self.block, self.slot_class

    @property
    def hours(self) -> str:
        return f"{self.starts:%H:%M}–{self.ends:%H:%M}"

    def as_json(self) -> dict[str, Any]:
        """As a template keeps it: hours as HH:MM."""
        return {
            name: f"{value:%H:%M}" if isinstance(value, time) else value for name, value in vars(self).items()
        }

    def in_week_of(self, day: date) -> bool:
        """Is it held in the week of `day`?"""
        return (day - ANCHOR).days // 7 % self.cycle == self.week

    def meets(self, other: Row) -> bool:
        """Is there a week in which both take some of the same time?"""
        same_week = (self.week - other.week) % gcd(self.cycle, other.cycle) == 0
        overlap = self.starts < other.ends and other.starts < self.ends
        return self.weekday == other.weekday and overlap and same_week


def read_rows(raw: Iterable[Mapping[str, Any]]) -> list[Row]:
    """The rows that `as_json` wrote, in the order of the week. Raises BadValue where one is not of that shape."""
    try:
        return ordered(_read(one) for one in raw)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BadValue("A row of the template cannot be read.") from None


def _read(one: Mapping[str, Any]) -> Row:
    at = one.get("release_at")
    return Row(
        weekday=int(one["weekday"]),
        starts=time.fromisoformat(one["starts"]),
        ends=time.fromisoformat(one["ends"]),
        cycle=int(one.get("cycle", 1)),
        week=int(one.get("week", 0)),
        block=str(one.get("block", "")),
        slot_class=str(one.get("slot_class", "")),
        capacity=_whole(one.get("capacity")),
        align=_whole(one.get("align")),
        release_days=_whole(one.get("release_days")),
        release_at=time.fromisoformat(at) if at else None,
        released_by=str(one.get("released_by", "")),
    )


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def ordered(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row.order)


def check_rows(rows: Sequence[Row], words: Words) -> None:
    """Raises BadValue with one sentence for the first thing that is wrong; its field is the number of the row."""
    if len(rows) > ROWS:
        raise BadValue(f"A template has at most {ROWS} rows, one for each weekday and stretch of hours.")
    for number, row in enumerate(rows):
        if fault := _fault(row, words):
            raise BadValue(fault, field=str(number))
    for number, row in enumerate(rows):
        for earlier in rows[:number]:
            if row.meets(earlier) and row.is_open == earlier.is_open:
                raise BadValue(_overlap(earlier, row), field=str(number))


def _fault(row: Row, words: Words) -> str:
    """What is wrong with one row by itself, in a sentence; nothing where it is right."""
    if not 0 <= row.weekday <= 6:
        return "Choose a weekday from Monday to Sunday."
    where = f"{WEEKDAYS[row.weekday]} {row.hours}"
    wrong = (
        (row.ends <= row.starts, "ends before it starts"),
        (_off_grid(row.starts) or _off_grid(row.ends), "does not begin and end on full five minutes"),
        (
            row.cycle not in CYCLES or not 0 <= row.week < row.cycle,
            "has a rhythm of weeks that is not offered",
        ),
        (bool(row.block and row.slot_class), "is both closed and kept for a slot class: choose one"),
        (bool(row.block) and row.block not in words.blocks, "is closed for a reason that is not known"),
        (
            bool(row.slot_class) and row.slot_class not in words.classes,
            "is kept for a slot class that is not known",
        ),
        (
            not _within(row.capacity, 1, CAPACITY),
            f"takes from 1 to {CAPACITY} visits, or leave the limit empty",
        ),
        (
            not _within(row.align, TICK_MINUTES, 240) or (row.align or 0) % TICK_MINUTES > 0,
            "begins its visits every 5 to 240 minutes, in steps of five",
        ),
        (
            (row.release_days is None) != (row.release_at is None),
            "is released on a day and at a time: give both",
        ),
        (not _within(row.release_days, 0, RELEASE_DAYS), f"is released at most {RELEASE_DAYS} days before"),
        (row.is_open and row.release_days is not None, "is open already, so it cannot be released"),
        (
            bool(row.released_by) and row.released_by not in words.roles,
            "is released by a role that is not known",
        ),
    )
    return next((f"{where} {sentence}." for is_wrong, sentence in wrong if is_wrong), "")


def _off_grid(at: time) -> bool:
    return at.minute % TICK_MINUTES > 0 or at.second > 0 or at.microsecond > 0


def _within(value: int | None, least: int, most: int) -> bool:
    return value is None or least <= value <= most


def _overlap(one: Row, other: Row) -> str:
    kind = "open hours" if one.is_open else "kept or closed stretches"
    return f"{WEEKDAYS[one.weekday]} {one.hours} and {other.hours} are both {kind} and overlap."


def describe(row: Row, words: Words) -> str:
    """A row in words, without its weekday: "08:00–12:00 kept for Same-day, every 2nd week (A)"."""
    parts = [f"{row.hours} {what(row, words)}"]
    if row.cycle > 1:
        parts.append(rhythm(row.cycle, row.week))
    if row.capacity is not None:
        parts.append(f"at most {row.capacity} visit{'s' if row.capacity > 1 else ''}")
    if row.align is not None:
        parts.append(f"a visit every {row.align} min")
    if row.release_days is not None and row.release_at is not None:
        parts.append(f"released {release_words(row.release_days, row.release_at)}")
    if row.released_by:
        parts.append(f"by hand by a {words.roles.get(row.released_by, row.released_by).lower()}")
    return ", ".join(parts)


def what(row: Row, words: Words) -> str:
    """What the time of a row is for: open, kept for a class, or closed."""
    if row.block:
        return f"closed: {words.blocks.get(row.block, row.block).lower()}"
    return f"kept for {words.classes.get(row.slot_class, row.slot_class)}" if row.slot_class else "open"


def rhythm(cycle: int, week: int) -> str:
    """ "every week", or "every 2nd week (A)": the weeks of a cycle are lettered."""
    nth = {2: "2nd", 3: "3rd"}.get(cycle, f"{cycle}th")
    return f"every {nth} week ({chr(65 + week)})" if cycle > 1 else "every week"


def release_words(days: int, at: time) -> str:
    before = {0: "on the day", 1: "the day before"}.get(days, f"{days} days before")
    return f"{before} at {at:%H:%M}"


def next_week(cycle: int, week: int, after: date) -> date:
    """The Monday of the first week from that of `after` on in which week `week` of the cycle is held."""
    monday = after - timedelta(days=after.weekday())
    ahead = (week - (monday - ANCHOR).days // 7) % cycle
    return monday + timedelta(weeks=ahead)


@dataclass(frozen=True)
class Difference:
    """One thing that differs between two versions: `how` is added, gone or changed, on each of the `weekdays`."""

    how: str
    weekdays: tuple[int, ...]
    said: str

    @property
    def sentence(self) -> str:
        """ "Monday to Friday: 08:00–12:00 open"."""
        return f"{_days(self.weekdays)}: {self.said}"


def _days(weekdays: Sequence[int]) -> str:
    if len(weekdays) > 2 and weekdays[-1] - weekdays[0] == len(weekdays) - 1:
        return f"{WEEKDAYS[weekdays[0]]} to {WEEKDAYS[weekdays[-1]]}"
    return ", ".join(WEEKDAYS[day] for day in weekdays)


def differences(old: Iterable[Row], new: Iterable[Row], words: Words) -> list[Difference]:
    """What the new version changes, in the order of the week; nothing where both are equal.

    What is the same on several weekdays is said once.
    """
    before, after = set(old), set(new)
    gone, added = ordered(before - after), ordered(after - before)
    found: list[tuple[Row, str, str]] = []
    for row in added:
        was = next((one for one in gone if _same_place(one, row)), None)
        if was is None:
            found.append((row, "added", describe(row, words)))
            continue
        gone.remove(was)
        found.append((row, "changed", f"{describe(was, words)}, becomes {describe(row, words)}"))
    found += [(row, "gone", describe(row, words)) for row in gone]
    together: dict[tuple[str, str], list[int]] = {}
    for row, how, said in sorted(found, key=lambda one: one[0].order):
        together.setdefault((how, said), []).append(row.weekday)
    return [Difference(how, tuple(days), said) for (how, said), days in together.items()]


def _same_place(one: Row, other: Row) -> bool:
    """Would somebody say of two rows that the one became the other?"""
    if one.weekday != other.weekday:
        return False
    if (one.starts, one.ends) == (other.starts, other.ends):
        return True
    same_use = (one.block, one.slot_class) == (other.block, other.slot_class)
    return same_use and one.starts < other.ends and other.starts < one.ends
