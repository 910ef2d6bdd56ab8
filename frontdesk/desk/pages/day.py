"""The day grid: from the rows of some columns to slots. Values in, values out; nothing is read here.

A row of the grid is five minutes, counted from the full hour at which the first session begins. A column counts in the
zone of its own site, so a row is the same local time in every column.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from frontdesk.book.engine.bits import TICK_MINUTES
from frontdesk.book.queries.day import Work
from frontdesk.book.queries.day_rows import BookDays
from frontdesk.clinic.models import Site
from frontdesk.desk.pages.day_parts import TICK, Frame, Key, Parts, Slot, Timed, say_minutes
from frontdesk.desk.pages.day_slots import slots_of

HOUR_ROWS = 60 // TICK_MINUTES
OPENS, CLOSES = 8, 17  # the hours that a day without earlier or later sessions shows
MANY = 10  # columns from which on they are narrow


@dataclass(frozen=True)
class Column:
    """A provider or a room at one site on one day. `over` is said above the name where columns are of several sites
    or days; `begins` marks a site's first column; `resource`, `code` and `day` say where a visit dropped here goes."""

    name: str
    about: str
    over: str
    begins: bool
    summary: str
    slots: tuple[Slot, ...]
    resource: int
    code: str
    day: date


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
    week: bool = False

    @property
    def classes(self) -> str:
        """The classes of the grid: how many columns and hours; narrow where there are many; with sites in the heads."""
        many = " many" if len(self.columns) >= MANY else ""
        sites = " sites" if any(column.over and column.about for column in self.columns) else ""
        week = " week" if self.week else ""
        return f"c{len(self.columns)} h{len(self.hours)}{many}{sites}{week}"

    @property
    def first_hour(self) -> str:
        """The local time of the first row, which is the same in every column: 08:00."""
        return self.hours[0].label if self.hours else ""


def lay_out(
    work: Sequence[Work], rows: BookDays, *, now: datetime, reason: bool, several: bool, week: bool = False
) -> DayGrid:
    """The grid, a column for each of `work`. `reason`: may visit types be shown? `several` sites? A `week` of one?"""
    parts = _sort(work, rows)
    first_hour, last_hour = _hours(work, parts)
    frames = {
        (one.site.pk, one.day): _frame(one.day, one.site, first_hour, last_hour, now)
        for one in {(one.site.pk, one.day): one for one in work}.values()
    }
    columns = tuple(
        _column(
            one,
            slots_of(frames[one.site.pk, one.day], parts[key_of(one)], reason=reason),
            over=one.site.name if several else "",
            week=week,
            begins=not week and before is not None and before.site.pk != one.site.pk,
        )
        for before, one in zip((None, *work), work, strict=False)
    )
    slots = [slot.kind for column in columns for slot in column.slots]
    now_line = None if week else _now(list(frames.values()))
    return DayGrid(_axis(frames.values()), columns, now_line, slots.count("visit"), slots.count("free"), week)


def key_of(work: Work) -> Key:
    return work.site.pk, work.resource, work.day


def _hours(work: Sequence[Work], parts: Mapping[Key, Parts]) -> tuple[int, int]:
    """The first and the last full hour (local; 24 is midnight) between which everything lies."""
    first, last = OPENS, CLOSES
    for one in work:
        zone = one.site.zone
        for part in parts[key_of(one)].opened:
            start, end = part.start.astimezone(zone), part.end.astimezone(zone)
            first = min(first, start.hour)
            last = max(last, 24 if end.date() > one.day else -(-(end.hour * 60 + end.minute) // 60))
    return first, last


def _frame(day: date, site: Site, first_hour: int, last_hour: int, now: datetime) -> Frame:
    first, last = (
        datetime.combine(day + timedelta(days=hour // 24), time(hour % 24), site.zone).astimezone(UTC)
        for hour in (first_hour, last_hour)
    )
    return Frame(first, (last - first) // TICK, now, site)


def _axis(frames: Iterable[Frame]) -> tuple[Hour, ...]:
    """The hours beside the grid, as the clock on the wall shows them: one is missing or twice when clocks change."""
    frame = max(frames, key=lambda frame: frame.rows, default=None)
    rows = range(0, frame.rows, HOUR_ROWS) if frame else range(0)
    return tuple(Hour(row + 1, frame.say(row)) for row in rows if frame)


def _now(frames: Sequence[Frame]) -> Now | None:
    """The line of the present; none where the columns' sites live in different zones."""
    if not frames or len({frame.first for frame in frames}) > 1:
        return None
    frame = frames[0]
    row = (frame.now - frame.first) // TICK
    if not 0 <= row < frame.rows:
        return None
    return Now(row + 1, f"{frame.now.astimezone(frame.site.zone):%H:%M}", frame.first, frame.site.time_zone)


def _sort(work: Sequence[Work], rows: BookDays) -> dict[Key, Parts]:
    """What lies in each column. A part is on the local day on which it begins at the column's site."""
    found = {key_of(one): Parts(closed=rows.closed.get((one.site.pk, one.day), "")) for one in work}
    zones = {one.site.pk: one.site.zone for one in work}
    busy: dict[int, list[Timed]] = defaultdict(list)

    def column(part: Timed) -> Parts | None:
        zone = zones.get(part.site_id)
        day = part.start.astimezone(zone).date() if zone else date.min
        return found.get((part.site_id, part.resource, day))

    for name in ("pieces", "visits", "holds", "meetings"):
        for part in getattr(rows, name):
            if (parts := column(part)) is not None:
                getattr(parts, name).append(part)
            if name != "pieces":
                busy[part.resource].append(part)
    for away in rows.elsewhere:
        busy[away.resource].append(away)
    for (site, resource, _), parts in found.items():
        parts.elsewhere.extend(part for part in busy[resource] if part.site_id != site)
    return found


def _column(who: Work, slots: Sequence[Slot], *, over: str, week: bool, begins: bool) -> Column:
    ordered = sorted(slots, key=lambda slot: slot.row)
    visits = sum(slot.kind == "visit" for slot in ordered)
    free = sum(slot.length for slot in ordered if slot.kind == "free") * TICK_MINUTES
    summary = f"{visits} visit{'s' if visits != 1 else ''}, {say_minutes(free) if free else 'nothing'} free"
    name, about = (f"{who.day:%a} {who.day.day} {who.day:%b}", "") if week else (who.name, who.about)
    return Column(name, about, over, begins, summary, tuple(ordered), who.resource, who.site.code, who.day)
