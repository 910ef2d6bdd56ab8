"""The editor of a week: a line says the same hours for several weekdays; lines become the rows of a template."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Any

from django.http import QueryDict

from frontdesk.book.engine.template import (
    WEEKDAYS,
    Row,
    Words,
    check_rows,
    next_week,
    ordered,
    rhythm,
)
from frontdesk.desk.pages.offering import offer
from frontdesk.desk.pages.settings_forms import (
    DraftForm,
    Number,
    OneOf,
    SettingsForm,
    Several,
    TimeOfDay,
)
from frontdesk.kit.errors import BadValue

LINES = 40
SHORT = tuple((str(number), name[:2]) for number, name in enumerate(WEEKDAYS))
OFFERED_CYCLES = (2, 3, 4)


class LineForm(SettingsForm):
    """One line: weekdays, hours, what they are for. Empty hours and weekdays make no row."""

    weekdays = Several("Weekdays", SHORT)
    starts = TimeOfDay("From", required=False)
    ends = TimeOfDay("To", required=False)
    use = OneOf("What for", (), required=False)
    rhythm = OneOf("Weeks", (), required=False)
    capacity = Number("At most", most=10_000, required=False)
    align = Number("A visit every", most=10_000, required=False)
    release_days = Number("Days before", most=10_000, required=False)
    release_at = TimeOfDay("At", required=False)
    released_by = OneOf("By hand by", (), required=False)

    def __init__(self, data: QueryDict | None = None, *, words: Words, day: date, **more: Any) -> None:
        super().__init__(data, **more)
        offer(self, "use", _uses(words))
        offer(self, "rhythm", _rhythms(day, str((more.get("initial") or {}).get("rhythm", ""))))
        offer(self, "released_by", [("", "As the slot class says"), *words.roles.items()])

    @property
    def is_blank(self) -> bool:
        """Nothing that would make a row was typed."""
        said = self.cleaned_data
        return not (said.get("weekdays") or said.get("starts") or said.get("ends"))

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if not self.errors and not self.is_blank:
            for name, missing in (
                ("weekdays", "Tick a weekday."),
                ("starts", "From when?"),
                ("ends", "Until when?"),
            ):
                if not said.get(name):
                    self.add_error(name, missing)
        return said

    @property
    def more_is_said(self) -> bool:
        """Does the line say anything of what is folded away?"""
        names = ("capacity", "align", "release_days", "release_at", "released_by")
        return any(self[name].value() or self[name].errors for name in names)

    def rows(self) -> list[Row]:
        said = self.cleaned_data
        kind, _, code = (said.get("use") or "open:").partition(":")
        cycle, _, week = (said.get("rhythm") or "1/0").partition("/")
        one = Row(
            weekday=0,
            starts=said["starts"],
            ends=said["ends"],
            cycle=int(cycle),
            week=int(week),
            block=code if kind == "block" else "",
            slot_class=code if kind == "class" else "",
            capacity=said.get("capacity"),
            align=said.get("align"),
            release_days=said.get("release_days"),
            release_at=said.get("release_at"),
            released_by=said.get("released_by") or "",
        )
        return [replace(one, weekday=int(day)) for day in sorted(said["weekdays"])]


def _uses(words: Words) -> list[tuple[str, Any]]:
    kept = [(f"class:{code}", f"Kept for {name}") for code, name in words.classes.items()]
    shut = [(f"block:{code}", f"Closed: {name.lower()}") for code, name in words.blocks.items()]
    found: list[tuple[str, Any]] = [("open:", "Open")]
    if kept:
        found.append(("Kept", kept))
    return [*found, ("Closed", shut)]


def _rhythms(day: date, present: str) -> list[tuple[str, str]]:
    """Every week, and the weeks of each cycle, with the Monday on which each comes next."""
    cycles = [*OFFERED_CYCLES]
    head = present.partition("/")[0]
    if head.isdigit() and int(head) > max(OFFERED_CYCLES):
        cycles.append(int(head))
    return [
        ("1/0", "Every week"),
        *(
            (f"{cycle}/{week}", f"E{rhythm(cycle, week)[1:]}, next {_monday(cycle, week, day)}")
            for cycle in cycles
            for week in range(cycle)
        ),
    ]


def _monday(cycle: int, week: int, day: date) -> str:
    monday = next_week(cycle, week, day)
    return f"{monday.day} {monday:%b}"


class EndForm(DraftForm):
    """What every draft ends with: why, and from when."""


class Editor:
    """The whole form: its lines and its end. Bound where something was sent."""

    def __init__(
        self, *, rows: Iterable[Row], words: Words, today: date, data: QueryDict | None = None, **initial: Any
    ) -> None:
        self.words, self.today, self._data, self.fault = words, today, data, ""
        self.began_with = ordered(rows)
        if data is None:
            self.end = EndForm(today=today, initial=initial)
            self.lines = [
                self._line(number, None, start) for number, start in enumerate(lines_of(self.began_with))
            ]
            return
        typed = {name: data.get(name, "") for name in ("because", "holds_from")}
        saves = _do(data) == "save"
        self.end = EndForm(data, today=today) if saves else EndForm(today=today, initial=typed)
        self.lines = [self._line(number, data) for number in _numbers(data)]

    def _line(self, number: int, data: QueryDict | None, initial: dict[str, Any] | None = None) -> LineForm:
        return LineForm(
            data, words=self.words, day=self.today, prefix=f"line{number}", auto_id="f-%s", initial=initial
        )

    @property
    def wish(self) -> str:
        """What the button that was pressed asks for: save, look, or add; removing a line has been done already."""
        return _do(self._data) if self._data is not None else ""

    @property
    def first_fault(self) -> str:
        """The first thing that keeps the lines from being read."""
        found = (
            error for line in self.lines if line.is_bound for some in line.errors.values() for error in some
        )
        return self.fault or next((str(error) for error in found), "")

    def add(self) -> None:
        """One more line, with nothing in it."""
        numbers = [int((one.prefix or "line0").removeprefix("line")) for one in self.lines]
        if len(self.lines) < LINES:
            self.lines.append(
                self._line(max(numbers, default=-1) + 1, None, {"use": "open:", "rhythm": "1/0"})
            )
        else:
            self.fault = f"A template has at most {LINES} lines."

    def rows(self) -> list[Row] | None:
        """The rows that the lines say; None where one cannot be read, with the fault beside it."""
        if not all(line.is_valid() for line in self.lines if line.is_bound):
            return None
        said = [
            (line, row) for line in self.lines if line.is_bound and not line.is_blank for row in line.rows()
        ]
        try:
            check_rows([row for _, row in said], self.words)
        except BadValue as fault:
            if fault.field:
                said[int(fault.field)][0].add_error(None, fault.sentence)
            else:
                self.fault = fault.sentence
            return None
        return ordered(row for _, row in said)


def _do(data: QueryDict) -> str:
    return data.get("do", "save")


_LINE = re.compile(r"line([0-9]{1,3})-[a-z_]+")


def _numbers(data: QueryDict) -> list[int]:
    """The numbers of the lines that were sent, without the one that is to be removed."""
    sent = {int(found[1]) for name in data if (found := _LINE.fullmatch(name))}
    gone = data.get("do", "").removeprefix("remove-")
    return [one for one in sorted(sent) if str(one) != gone][:LINES]


def lines_of(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Rows as the first values of lines: those that differ in their weekday alone share a line."""

    def same(row: Row) -> tuple[Any, ...]:
        return tuple("" if value is None else str(value) for value in vars(replace(row, weekday=0)).values())

    groups = groupby(sorted(rows, key=lambda row: (same(row), row.weekday)), same)
    found = [list(group) for _, group in groups]
    found.sort(key=lambda group: (group[0].weekday, group[0].starts, bool(group[0].block)))
    return [_initial(group) for group in found]


def _initial(group: Sequence[Row]) -> dict[str, Any]:
    row = group[0]
    return {
        "weekdays": [str(one.weekday) for one in group],
        "starts": row.starts,
        "ends": row.ends,
        "use": f"block:{row.block}"
        if row.block
        else f"class:{row.slot_class}"
        if row.slot_class
        else "open:",
        "rhythm": f"{row.cycle}/{row.week}",
        "capacity": row.capacity,
        "align": row.align,
        "release_days": row.release_days,
        "release_at": row.release_at,
        "released_by": row.released_by,
    }
