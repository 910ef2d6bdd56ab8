"""What the day grid is made of: slots, the rows of a day, and what lies in one column. Values only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from frontdesk.book.engine.bits import TICK_MINUTES, span
from frontdesk.book.models.appointment import AppointmentStatus
from frontdesk.book.queries.day_rows import Meeting, Piece, Stretch, Visit
from frontdesk.clinic.models import Site

TICK = timedelta(minutes=TICK_MINUTES)
SHORT = 5  # rows in which only one line of text has room

Key = tuple[int, int, date]  # site id, resource id, local day
Timed = Stretch | Piece | Visit | Meeting


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


@dataclass(frozen=True)
class Slot:
    """One thing in a column: `length` rows from the 1-based `row` on.

    `kind` is visit, free, unused, held, prot, block or meet; a `quiet` one says its label to screen readers alone.
    Of things that stand side by side, `lane` is the place of this one, from 1, and `lanes` how many there are.
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
    lane: int = 1
    lanes: int = 1

    @property
    def classes(self) -> str:
        """The classes of the list item: what it is, where it begins, how long it lasts."""
        state = f" {self.state.css}" if self.state else ""
        short = " short" if self.kind in ("visit", "meet") and self.length <= SHORT else ""
        beside = f" lane{self.lane} of{min(self.lanes, 3)}" if self.lanes > 1 else ""
        return f"{self.kind} r{self.row} l{self.length}{state}{short}{beside}"


@dataclass(frozen=True)
class Frame:
    """The rows of one day at one site: `rows` ticks from `first`; `first` and `now` are instants."""

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

    def mask(self, parts: Iterable[Timed]) -> int:
        found = 0
        for part in parts:
            found |= span(*self.ticks(part.start, part.end))
        return found

    def say(self, tick: int) -> str:
        return f"{(self.first + tick * TICK).astimezone(self.site.zone):%H:%M}"


@dataclass
class Parts:
    """What lies in one column; `closed` is why the site is closed that day. `elsewhere` may be of other days too."""

    pieces: list[Piece] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    holds: list[Stretch] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)
    elsewhere: list[Timed] = field(default_factory=list)
    closed: str = ""

    @property
    def opened(self) -> list[Timed]:
        """What makes the day as long as it is."""
        return [*(piece for piece in self.pieces if not piece.over), *self.visits, *self.meetings]


def say_minutes(minutes: int) -> str:
    """40 min, 1 h, 1 h 45."""
    hours, left = divmod(minutes, 60)
    if not hours:
        return f"{left} min"
    return f"{hours} h {left:02}" if left else f"{hours} h"


def state_of(status: str, end: datetime, now: datetime) -> State:
    """How a visit with this status, which ends at `end`, stands at the moment `now`."""
    return STATES.get(status) or (NOT_MARKED if end <= now else EXPECTED)
