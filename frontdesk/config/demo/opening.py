"""The open time of each day, as sessions and closures say it: the same as book/queries/derive.py finds later."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from frontdesk.book.engine import bits
from frontdesk.book.engine.derive import DayBits, Release, Span, Taken, derive
from frontdesk.book.engine.kept import pack
from frontdesk.book.engine.template import ANCHOR
from frontdesk.config.demo.clinic import Clinic
from frontdesk.config.demo.hours import NOON, tick
from frontdesk.config.demo.kept import CLASSES
from frontdesk.config.demo.rows import DayRow, SessionRow

Place = tuple[int, int]  # resource, site
NOON_TICK = 144  # where the clocks do not change


class Opened(NamedTuple):
    """The sessions of a resource at a site on one day, and what is open while nothing is claimed."""

    spans: Sequence[Span]
    bits: DayBits


CLOSED = Opened((), derive((), (), ()))


class Opening:
    """Looks up the open time of days. `closed` are the (site id, local day) on which nobody is seen."""

    def __init__(self, clinic: Clinic, closed: Collection[tuple[int, date]]) -> None:
        self.clinic, self.closed = clinic, closed
        self.classes = {number: code for code, number in clinic.class_ids.items()}
        self.sessions: list[list[SessionRow]] = [[] for _ in range(7)]
        for row in clinic.sessions:
            self.sessions[row.weekday].append(row)
        self._weeks: dict[tuple[int, int], Mapping[Place, Opened]] = {}

    def on(self, day: date) -> Mapping[Place, Opened]:
        """Everybody and everything that has a session on the local day."""
        found = self._usual(day)
        shut = {site for site, when in self.closed if when == day}
        if not shut:
            return found
        return {place: CLOSED if place[1] in shut else opened for place, opened in found.items()}

    def _usual(self, day: date) -> Mapping[Place, Opened]:
        """As its week says; remembered but for the days on which the clocks change."""
        if any(tick(day, NOON, info.zone) != NOON_TICK for info in self.clinic.site_info.values()):
            return self._made(day)
        key = (day.weekday(), _week(day) % 2)
        if key not in self._weeks:
            self._weeks[key] = self._made(day)
        return self._weeks[key]

    def _made(self, day: date) -> Mapping[Place, Opened]:
        spans: dict[Place, list[Span]] = defaultdict(list)
        for row in self.sessions[day.weekday()]:
            if _week(day) % row.cycle == row.week:
                spans[row.resource_id, row.site_id].append(self._span(row, day))
        return {place: Opened(found, derive(found, (), ())) for place, found in spans.items()}

    def _span(self, row: SessionRow, day: date) -> Span:
        zone = self.clinic.site_info[row.site_id].zone
        first = tick(day, row.starts, zone)
        release = Release()
        if row.slot_class_id is not None:
            plan = CLASSES[self.classes[row.slot_class_id]]
            release = Release(plan.release_days, plan.release_at.hour * 60 + plan.release_at.minute)
        return Span(
            mask=bits.span(first, tick(day, row.ends, zone) - first),
            slot_class=row.slot_class_id or 0,
            closed=bool(row.block),
            release=release,
            capacity=row.capacity,
            align=row.align // bits.TICK_MINUTES if row.align else None,
        )


def day_row(place: Place, day: date, opened: Opened, taken: Iterable[Taken]) -> DayRow:
    """What is stored of one day of a resource, with these claims on it."""
    claims = list(taken)
    made = derive(opened.spans, (), claims) if claims else opened.bits
    return DayRow(
        resource_id=place[0],
        site_id=place[1],
        day=day,
        open_bits=bits.to_bytes(made.open),
        free_bits=bits.to_bytes(made.free),
        kept=pack(made.kept),
        start_bits=None if made.starts is None else bits.to_bytes(made.starts),
        longest=made.longest,
        hours=made.hours,
        counted=made.counted,
    )


def _week(day: date) -> int:
    return (day - ANCHOR).days // 7
