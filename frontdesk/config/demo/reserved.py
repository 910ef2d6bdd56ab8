"""Time that the filling of days leaves alone, since something is booked there by hand afterwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from frontdesk.book.engine import bits
from frontdesk.config.demo.catalog import NURSING
from frontdesk.config.demo.clinic import Clinic, Worker
from frontdesk.config.demo.opening import Opening

AWAY_SHARE = 0.2  # of the usual visits are still in a vacation: the others were moved
LONGEST_SEARCH = 60  # days


class Spare(NamedTuple):
    """Some ticks of one local day of one provider at a site."""

    worker: Worker
    site_id: int
    day: date
    first: int
    ticks: int

    @property
    def mask(self) -> int:
        return bits.span(self.first, self.ticks)


class Reserved:
    """Finds and keeps the time for groups, series, linked visits, a family, a conference, an on-call afternoon.

    A list is empty where the clinic is too small for it. `away` is the first and the last local day of a vacation
    of `vacationer`.
    """

    def __init__(self, clinic: Clinic, opening: Opening, *, today: date) -> None:
        self.clinic, self.opening, self.today = clinic, opening, today
        self._masks: dict[tuple[int, date], int] = defaultdict(int)
        monday = today + timedelta(days=7 - today.weekday())
        self.away = (monday, monday + timedelta(days=4))
        self.vacationer = self._known("Sundaresan-Holt")
        self.conference = self._together(
            ["Vanderbroeck-Nakamura", "Oyelaran-Whitcombe", "Thorvaldsen"], ticks=6, after=8
        )
        self.on_call = self._first("Oyelaran-Whitcombe", ticks=30, after=(monday - today).days)
        self.groups = [
            *self._first("Thorvaldsen", ticks=18, after=3),
            *(self._first("Quintana-Boateng", 18, 4) or self._first("Thorvaldsen", 18, 12)),
        ]
        self.series = self._weekly("Iyer-Hartmann", ticks=9, after=4, count=6)
        self.family = self._first("Castellano-Reyes", ticks=8, after=6)
        self.linked = self._linked()

    def mask(self, worker: Worker, day: date) -> int:
        """The ticks of the provider's day that are left alone."""
        return self._masks.get((worker.id, day), 0)

    def share(self, worker: Worker, day: date) -> float:
        """The part of the usual visits that the provider has on the day."""
        is_away = worker is self.vacationer and self.away[0] <= day <= self.away[1]
        return AWAY_SHARE if is_away else 1.0

    def _known(self, family: str) -> Worker | None:
        return next((one for one in self.clinic.workers if one.family == family), None)

    def _first(self, family: str, ticks: int, after: int) -> list[Spare]:
        """The first stretch that is open to everybody, from so many days ahead on."""
        worker = self._known(family)
        for ahead in range(after, LONGEST_SEARCH) if worker else ():
            if worker and (found := self._on([worker], self.today + timedelta(days=ahead), ticks)):
                return found
        return []

    def _weekly(self, family: str, *, ticks: int, after: int, count: int) -> list[Spare]:
        worker, found = self._known(family), list[Spare]()
        if worker is None:
            return []
        first = self._first(family, ticks, after)
        for one in first:
            found.append(one)
            for week in range(1, LONGEST_SEARCH // 7):
                day = one.day + timedelta(weeks=week)
                if len(found) < count:
                    found += self._on([worker], day, ticks)
        return found

    def _together(self, families: Iterable[str], *, ticks: int, after: int) -> list[Spare]:
        """The first stretch that is open to everybody at all of them at one site."""
        people = [worker for family in families if (worker := self._known(family))]
        for ahead in range(after, LONGEST_SEARCH) if len(people) > 1 else ():
            if found := self._on(people, self.today + timedelta(days=ahead), ticks):
                return found
        return []

    def _linked(self) -> list[Spare]:
        """A fasting lab with a nurse, and the follow-up with a doctor some days later."""
        doctor = self._known("Vanderbroeck-Nakamura")
        nurse = next((one for one in self.clinic.nurses if doctor and one.home == doctor.home), None)
        if doctor is None or nurse is None or nurse.specialty != NURSING:
            return []
        for ahead in range(5, LONGEST_SEARCH):
            lab = self._on([nurse], self.today + timedelta(days=ahead), 3)
            if lab:
                return [*lab, *self._first(doctor.family, 8, ahead + 2)]
        return []

    def _on(self, people: Sequence[Worker], day: date, ticks: int) -> list[Spare]:
        """Reserve the first ticks of the day that all the people have open at one site; none where there are none."""
        opened = self.opening.on(day)
        for site_id in people[0].room_rank:
            common = bits.FULL
            for worker in people:
                one = opened.get((worker.id, site_id))
                kept = bits.union(each.mask for each in one.bits.kept) if one else 0
                common &= (one.bits.open & ~kept if one else 0) & ~self.mask(worker, day)
            first = next(bits.ticks(_starts(common, ticks)), None)
            if first is not None and not any(self.share(worker, day) < 1 for worker in people):
                found = [Spare(worker, site_id, day, first, ticks) for worker in people]
                for slot in found:
                    self._masks[slot.worker.id, day] |= slot.mask
                return found
        return []


def _starts(free: int, count: int) -> int:
    """The quarter hours at which so many free ticks in a row begin."""
    return bits.starts(free, count) & bits.aligned(3)
