"""The day grid: from the rows of a day to columns of slots. Values in, values out; nothing is read here.

A row of the grid is five minutes, counted from the full hour at which the first session begins. A column counts in the
zone of its own site, so a row is the same local time in every column.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from frontdesk.book.engine.bits import TICK_MINUTES, span, stretches
from frontdesk.book.models.appointment import AppointmentStatus
from frontdesk.book.queries.day import BookDay, Stretch, Visit, Work
from frontdesk.clinic.choices import Modality
from frontdesk.clinic.models import Site

TICK = timedelta(minutes=TICK_MINUTES)
HOUR_ROWS = 60 // TICK_MINUTES
OPENS, CLOSES = 8, 17  # the hours that a day without earlier or later sessions shows
SHORT = 5  # rows in which only one line of text has room
MANY = 10  # columns from which on they are narrow


@dataclass(frozen=True)
class State:
    """What a visit's state looks like: a word, the shape that goes with it, and the class of its colours."""

    word: str
    icon: str
    css: str


EXPECTED = State("Expected", "expected", "is-expected")
NOT_MARKED = State("Not marked", "unknown", "is-gone")
STATES = {
    AppointmentStatus.ARRIVED.value: State("Arrived", "arrived", "is-arrived"),
    AppointmentStatus.DONE.value: State("Done", "gone", "is-gone"),
    AppointmentStatus.NO_SHOW.value: State("Did not come", "notcome", "is-notcome"),
    AppointmentStatus.CANCELLED.value: State("Cancelled", "close", "is-notcome"),
}
MARKS = {Modality.VIDEO.value: ("video", "by video"), Modality.PHONE.value: ("phone", "by phone")}


@dataclass(frozen=True)
class Slot:
    """One thing in a column: `length` rows from the 1-based `row` on.

    `kind` is visit, free, unused, held or block; a `quiet` one says its label to screen readers alone.
    """

    kind: str
    row: int
    length: int
    time: str
    label: str = ""
    note: str = ""
    visit: int = 0
    quiet: bool = False
    state: State | None = None
    marks: tuple[tuple[str, str], ...] = ()

    @property
    def classes(self) -> str:
        """The classes of the list item: what it is, where it begins, how long it lasts."""
        state = f" {self.state.css}" if self.state else ""
        short = " short" if self.kind == "visit" and self.length <= SHORT else ""
        return f"{self.kind} r{self.row} l{self.length}{state}{short}"


@dataclass(frozen=True)
class Column:
    """One provider at one site. `site` is said where several are shown; `begins` marks a site's first column."""

    name: str
    specialty: str
    site: str
    begins: bool
    summary: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True)
class Hour:
    row: int
    label: str


@dataclass(frozen=True)
class Now:
    """The line of the present; `first` is the instant of the first row, from which the page goes on counting."""

    row: int
    label: str
    first: datetime
    zone: str


@dataclass(frozen=True)
class DayGrid:
    hours: tuple[Hour, ...]
    columns: tuple[Column, ...]
    now: Now | None
    visits: int
    free: int

    @property
    def classes(self) -> str:
        """The classes of the grid: how many columns and hours; narrow where there are many; with sites in the heads."""
        many = " many" if len(self.columns) >= MANY else ""
        sites = " sites" if any(column.site for column in self.columns) else ""
        return f"c{len(self.columns)} h{len(self.hours)}{many}{sites}"


@dataclass(frozen=True)
class _Frame:
    """The rows of the day at one site: `rows` ticks from `first`; `first` and `now` are instants."""

    first: datetime
    rows: int
    now: datetime
    site: Site

    @property
    def past(self) -> int:
        """The ticks that have gone by, as bits."""
        return span(0, max((self.now - self.first) // TICK, 0))

    def ticks(self, start: datetime, end: datetime) -> tuple[int, int]:
        """(first tick, number of ticks) inside the grid; a tick that is touched counts whole."""
        begin = max((start - self.first) // TICK, 0)
        stop = min(-((self.first - end) // TICK), self.rows)
        return begin, stop - begin

    def mask(self, parts: Iterable[Stretch | Visit]) -> int:
        found = 0
        for part in parts:
            found |= span(*self.ticks(part.start, part.end))
        return found

    def say(self, tick: int) -> str:
        return f"{(self.first + tick * TICK).astimezone(self.site.zone):%H:%M}"


@dataclass(frozen=True)
class _Parts:
    """What lies in one column."""

    sessions: list[Stretch]
    visits: list[Visit]
    holds: list[Stretch]
    elsewhere: list[Stretch | Visit]


def lay_out(
    day: date, work: Sequence[Work], rows: BookDay, *, now: datetime, reason: bool, several: bool
) -> DayGrid:
    """The grid of the local `day`, a column for each who works. `reason`: may visit types be shown? `several` sites?"""
    zones = {one.site.pk: one.site for one in work}
    first_hour, last_hour = _hours(rows, zones, day)
    frames = {pk: _frame(day, site, first_hour, last_hour, now) for pk, site in zones.items()}
    parts = _sort(work, rows)
    columns = tuple(
        replace(
            _column(one, frames[one.site.pk], parts[one.site.pk, one.provider], reason=reason),
            site=one.site.name if several else "",
            begins=before is not None and before.site.pk != one.site.pk,
        )
        for before, one in zip((None, *work), work, strict=False)
    )
    slots = [slot.kind for column in columns for slot in column.slots]
    now_line = _now(list(frames.values()))
    return DayGrid(_axis(frames.values()), columns, now_line, slots.count("visit"), slots.count("free"))


def say_minutes(minutes: int) -> str:
    """40 min, 1 h, 1 h 45."""
    hours, left = divmod(minutes, 60)
    if not hours:
        return f"{left} min"
    return f"{hours} h {left:02}" if left else f"{hours} h"


def state_of(status: str, end: datetime, now: datetime) -> State:
    """How a visit with this status, which ends at `end`, stands at the moment `now`."""
    return STATES.get(status) or (NOT_MARKED if end <= now else EXPECTED)


def _hours(rows: BookDay, sites: dict[int, Site], day: date) -> tuple[int, int]:
    """The first and the last full hour (local; 24 is midnight) between which everything lies."""
    first, last = OPENS, CLOSES
    opened: list[Stretch | Visit] = [*rows.sessions, *rows.visits]
    for part in opened:
        if part.site_id in sites:
            zone = sites[part.site_id].zone
            start, end = part.start.astimezone(zone), part.end.astimezone(zone)
            first = min(first, start.hour)
            last = max(last, 24 if end.date() > day else -(-(end.hour * 60 + end.minute) // 60))
    return first, last


def _frame(day: date, site: Site, first_hour: int, last_hour: int, now: datetime) -> _Frame:
    first, last = (
        datetime.combine(day + timedelta(days=hour // 24), time(hour % 24), site.zone).astimezone(UTC)
        for hour in (first_hour, last_hour)
    )
    return _Frame(first, (last - first) // TICK, now, site)


def _axis(frames: Iterable[_Frame]) -> tuple[Hour, ...]:
    """The hours beside the grid, as the clock on the wall shows them: one is missing or twice when clocks change."""
    frame = max(frames, key=lambda frame: frame.rows, default=None)
    rows = range(0, frame.rows, HOUR_ROWS) if frame else range(0)
    return tuple(Hour(row + 1, frame.say(row)) for row in rows if frame)


def _now(frames: Sequence[_Frame]) -> Now | None:
    """The line of the present; none where the columns' sites live in different zones."""
    if not frames or len({frame.first for frame in frames}) > 1:
        return None
    frame = frames[0]
    row = (frame.now - frame.first) // TICK
    if not 0 <= row < frame.rows:
        return None
    return Now(row + 1, f"{frame.now.astimezone(frame.site.zone):%H:%M}", frame.first, frame.site.time_zone)


def _sort(work: Sequence[Work], rows: BookDay) -> dict[tuple[int, int], _Parts]:
    sessions: dict[tuple[int, int], list[Stretch]] = defaultdict(list)
    visits: dict[tuple[int, int], list[Visit]] = defaultdict(list)
    kept: dict[tuple[int, int], list[Stretch]] = defaultdict(list)
    taken: dict[int, list[Stretch | Visit]] = defaultdict(list)
    for session in rows.sessions:
        sessions[session.site_id, session.provider].append(session)
    for visit in rows.visits:
        visits[visit.site_id, visit.provider].append(visit)
        taken[visit.provider].append(visit)
    for hold in rows.holds:
        kept[hold.site_id, hold.provider].append(hold)
        taken[hold.provider].append(hold)
    for away in rows.elsewhere:
        taken[away.provider].append(away)
    places = [(one.site.pk, one.provider) for one in work]
    return {
        key: _Parts(
            sessions[key], visits[key], kept[key], [part for part in taken[key[1]] if part.site_id != key[0]]
        )
        for key in places
    }


def _column(who: Work, frame: _Frame, parts: _Parts, *, reason: bool) -> Column:
    slots = sorted(_slots(frame, parts, reason=reason), key=lambda slot: slot.row)
    visits = sum(slot.kind == "visit" for slot in slots)
    free = sum(slot.length for slot in slots if slot.kind == "free") * TICK_MINUTES
    summary = f"{visits} visit{'s' if visits != 1 else ''}, {say_minutes(free) if free else 'nothing'} free"
    return Column(who.name, who.specialty, "", begins=False, summary=summary, slots=tuple(slots))


def _slots(frame: _Frame, parts: _Parts, *, reason: bool) -> Iterator[Slot]:
    taken = frame.mask(parts.visits) | frame.mask(parts.holds)
    away = frame.mask(parts.elsewhere) & ~taken
    opened = frame.mask(parts.sessions) & ~taken & ~away
    closed = span(0, frame.rows) & ~taken & ~away & ~opened
    yield from (_visit(frame, visit, reason=reason) for visit in parts.visits)
    yield from (_held(frame, hold) for hold in parts.holds)
    yield from _stretches(frame, "free", opened & ~frame.past, "Free")
    yield from _stretches(frame, "unused", opened & frame.past, "Unused")
    yield from _stretches(frame, "block", away, "At another site")
    yield from (
        _outside(slot, frame, opened | taken) for slot in _stretches(frame, "block", closed, "No session")
    )


def _stretches(frame: _Frame, kind: str, bits: int, word: str) -> Iterator[Slot]:
    """One slot for each run of set ticks; how long it is stands beside free and unused time."""
    for start, count in stretches(bits):
        said = word if kind == "block" else f"{word} {say_minutes(count * TICK_MINUTES)}"
        yield Slot(kind, start + 1, count, f"{frame.say(start)} to {frame.say(start + count)}", said)


def _outside(slot: Slot, frame: _Frame, inside: int) -> Slot:
    """Time outside sessions; before the first and after the last it is shown without words."""
    before, after = span(0, slot.row - 1), span(slot.row - 1 + slot.length, frame.rows)
    return slot if bool(inside & before) == bool(inside & after) else replace(slot, quiet=True)


def _held(frame: _Frame, hold: Stretch) -> Slot:
    start, count = frame.ticks(hold.start, hold.end)
    until = f"{hold.until.astimezone(frame.site.zone):%H:%M}" if hold.until else ""
    return Slot(
        "held", start + 1, count, f"{frame.say(start)} to {frame.say(start + count)}", f"Held until {until}"
    )


def _visit(frame: _Frame, visit: Visit, *, reason: bool) -> Slot:
    start, count = frame.ticks(visit.start, visit.end)
    marks = [MARKS[visit.modality]] if visit.modality in MARKS else []
    if visit.interpreter:
        marks.append(("interp", "interpreter"))
    return Slot(
        kind="visit",
        row=start + 1,
        length=count,
        time=f"{visit.start.astimezone(frame.site.zone):%H:%M}",
        label=", ".join(part for part in (visit.family, visit.given) if part) or f"Record {visit.mrn}",
        note=visit.visit_type if reason else "",
        visit=visit.id,
        state=state_of(visit.status, visit.end, frame.now),
        marks=tuple(marks),
    )
