"""Fills the book day by day: every visit inside a session, no resource and no patient taken twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple

from frontdesk.book.engine.bits import TICK_MINUTES, span, to_bytes
from frontdesk.book.models.appointment import AppointmentStatus
from frontdesk.config.demo.care import Care
from frontdesk.config.demo.catalog import EASTERN
from frontdesk.config.demo.clinic import Clinic, VisitType, Worker
from frontdesk.config.demo.hours import TICK, midnight, tick
from frontdesk.config.demo.moments import Moments
from frontdesk.config.demo.numbers import Numbers
from frontdesk.config.demo.people import Person
from frontdesk.config.demo.rows import ClaimRow, DayRow, Visit
from frontdesk.config.demo.sizes import CLAIMS_FROM_DAYS, OPEN_FROM_DAYS, Size

SHORTEST = 3  # ticks: no visit type is shorter
TRIES = 8
REBOOKED = 0.06  # of the visits stand where another was cancelled
LEFT_OPEN = 0.3  # of the gaps on a full day were left by a visit that was cancelled


@dataclass
class DayRows:
    """What one day adds to the book: the visits with their numbers, their claims, the open time."""

    visits: list[tuple[int, Visit]]
    claims: list[ClaimRow]
    days: list[DayRow]

    def add(self, other: DayRows) -> None:
        self.visits += other.visits
        self.claims += other.claims
        self.days += other.days


class Stretch(NamedTuple):
    """A stretch of ticks of one provider's session at a site."""

    worker: Worker
    site_id: int
    first: int
    ticks: int
    midnight: datetime

    @property
    def mask(self) -> int:
        return span(self.first, self.ticks)

    @property
    def start(self) -> datetime:
        return self.midnight + TICK * self.first

    @property
    def end(self) -> datetime:
        return self.midnight + TICK * (self.first + self.ticks)


@dataclass
class _Day:
    """The day that is being filled. `free` and `opened` have bits by (resource id, site id)."""

    date: date
    ahead: int
    opened: dict[tuple[int, int], int] = field(default_factory=lambda: defaultdict(int))
    free: dict[tuple[int, int], int] = field(default_factory=dict)
    busy: set[int] = field(default_factory=set)
    visits: list[Visit] = field(default_factory=list)


class Filler:
    """Fills one day after the other, from the oldest on. `bookers` are the user ids who book, by site id."""

    def __init__(
        self, size: Size, clinic: Clinic, care: Care, *, seed: int, today: date, bookers: Mapping[int, int]
    ) -> None:
        self.size, self.clinic, self.care, self.today = size, clinic, care, today
        self.bookers = bookers
        self.rng = Random(f"{seed} visits")  # noqa: S311
        self.moments = Moments(self.rng, midnight(today, EASTERN))
        self.seen = set(care.known)
        self.sessions: list[list[tuple[int, int, time, time]]] = [[] for _ in range(7)]
        for row in clinic.sessions:
            self.sessions[row.weekday].append((row.resource_id, row.site_id, row.starts, row.ends))
        self._menus: dict[tuple[str, int], list[VisitType]] = {}
        self.day = _Day(today, 0)

    @property
    def days(self) -> list[date]:
        """Every local day from the first of the history to the horizon."""
        return [
            self.today + timedelta(days=ahead)
            for ahead in range(-self.size.history_days, self.size.horizon_days + 1)
        ]

    def fill(self, day: date, numbers: Numbers) -> DayRows:
        """The rows of one day. Days must be asked for in order: who has been seen before matters."""
        self.day = _Day(day, (day - self.today).days)
        self._open()
        for worker in self.clinic.workers:
            for site_id, starts, ends in worker.week[day.weekday()]:
                self._fill_session(worker, site_id, starts, ends)
        visits = list(
            zip(numbers.take("book_appointment", len(self.day.visits)), self.day.visits, strict=True)
        )
        claims = [claim for number, visit in visits for claim in _claims(number, visit)]
        return DayRows(
            visits,
            claims if self.day.ahead >= -CLAIMS_FROM_DAYS else [],
            self._day_rows() if self.day.ahead >= -OPEN_FROM_DAYS else [],
        )

    def _open(self) -> None:
        day = self.day
        for resource, site_id, starts, ends in self.sessions[day.date.weekday()]:
            zone = self.clinic.site_info[site_id].zone
            first = tick(day.date, starts, zone)
            day.opened[resource, site_id] |= span(first, tick(day.date, ends, zone) - first)
        day.free.update(day.opened)

    def _day_rows(self) -> list[DayRow]:
        day = self.day
        return [
            DayRow(resource, site_id, day.date, to_bytes(opened), to_bytes(day.free[resource, site_id]))
            for (resource, site_id), opened in day.opened.items()
        ]

    def _fill_session(self, worker: Worker, site_id: int, starts: time, ends: time) -> None:
        zone = self.clinic.site_info[site_id].zone
        at, end = tick(self.day.date, starts, zone), tick(self.day.date, ends, zone)
        begins = midnight(self.day.date, zone)
        share = self.size.share(self.day.ahead)
        while end - at >= SHORTEST:
            stretch = Stretch(worker, site_id, at, end - at, begins)
            at += self._book_or_leave(stretch, share)

    def _book_or_leave(self, rest: Stretch, share: float) -> int:
        """Book a visit at the beginning of what is left of a session, or leave a gap; the ticks it took."""
        leave = self.rng.random() >= share
        for _ in range(TRIES):
            person = self._somebody(rest.worker)
            kind = self._kind(rest, person) if person else None
            if person is None or kind is None:
                continue
            stretch = rest._replace(ticks=kind.plan.minutes // TICK_MINUTES)
            if leave:
                if self.rng.random() < LEFT_OPEN * share * share:
                    self._cancelled(stretch, person, kind)
                return stretch.ticks
            if taken := self._take(stretch, person, kind):
                self._book(stretch, person, kind, taken)
                return stretch.ticks
        return SHORTEST

    def _kind(self, rest: Stretch, person: Person) -> VisitType | None:
        """A visit type that fits the patient and what is left of the session, best with nothing left over."""
        is_first = (person.id, rest.worker.specialty) not in self.seen
        minutes = rest.ticks * TICK_MINUTES
        offered = [
            kind
            for kind in self._menu(rest.worker.specialty)
            if kind.plan.first == is_first and kind.plan.minutes <= minutes
        ]
        if not offered:
            return None
        weights = [kind.plan.weight for kind in offered]
        for _ in range(4):
            chosen = self.rng.choices(offered, weights)[0]
            left = rest.ticks - chosen.plan.minutes // TICK_MINUTES
            if not 0 < left <= SHORTEST:
                break
        return chosen

    def _menu(self, specialty: str) -> list[VisitType]:
        """What may stand in the book for this day: a same-day visit is never booked the day before."""
        wanted = min(max(self.day.ahead + 1, 0), 30)
        key = (specialty, wanted)
        if key not in self._menus:
            self._menus[key] = [kind for kind in self.clinic.menu[specialty] if kind.plan.lead >= wanted]
        return self._menus[key]

    def _somebody(self, worker: Worker) -> Person | None:
        """A patient of the provider's with no visit on this day; the first of the panel come a little more often."""
        panel = self.care.panels[worker.id]
        latest = min(self.day.date, self.today) - timedelta(days=1)
        for _ in range(TRIES if panel else 0):
            person = panel[int(self.rng.random() ** 1.2 * len(panel))]
            if person.id not in self.day.busy and person.since <= latest:
                return person
        return None

    def _take(
        self, stretch: Stretch, person: Person, kind: VisitType
    ) -> tuple[int | None, int | None] | None:
        """Take provider, room and interpreter; their ids, or None where something that is needed is not free."""
        mask, site_id, worker = stretch.mask, stretch.site_id, stretch.worker
        room = interpreter = None
        if kind.plan.room:
            room = self._room(stretch, kind.plan.room.value)
            if room is None:
                return None
        if person.needs and person.needs not in worker.languages:
            interpreter = self._interpreter(stretch, person.needs, remote_only=kind.plan.room is None)
            if interpreter is None:
                return None
        for resource in (worker.id, room, interpreter):
            if resource is not None:
                self.day.free[resource, site_id] &= ~mask
        return room, interpreter

    def _room(self, stretch: Stretch, room_type: str) -> int | None:
        rooms = self.clinic.rooms_at[stretch.site_id, room_type]
        rank = stretch.worker.room_rank[stretch.site_id]
        return self._first_free(stretch, [rooms[(rank + step) % len(rooms)] for step in range(len(rooms))])

    def _interpreter(self, stretch: Stretch, language: str, *, remote_only: bool) -> int | None:
        choice = self.clinic.interpreters_at[stretch.site_id, language]
        if remote_only:
            choice = [number for number in choice if number in self.clinic.remote]
        return self._first_free(stretch, choice)

    def _first_free(self, stretch: Stretch, choice: list[int]) -> int | None:
        mask, free = stretch.mask, self.day.free
        return next((one for one in choice if free.get((one, stretch.site_id), 0) & mask == mask), None)

    def _book(
        self, stretch: Stretch, person: Person, kind: VisitType, taken: tuple[int | None, int | None]
    ) -> None:
        """Put a visit in the book; some stand where another patient's was cancelled before."""
        self.day.busy.add(person.id)
        self.seen.add((person.id, stretch.worker.specialty))
        lead, booked = self._booked(stretch, person, kind)
        if self.rng.random() < REBOOKED and (other := self._somebody(stretch.worker)):
            cancelled = self._cancelled(stretch, other, kind)
            if booked <= cancelled:
                booked = self.moments.between(cancelled, stretch.start)
        status = self.moments.past_status(lead) if self.day.ahead < 0 else AppointmentStatus.BOOKED.value
        self.day.visits.append(self._visit(stretch, person, kind, taken, status, booked, None))

    def _booked(self, stretch: Stretch, person: Person, kind: VisitType) -> tuple[int, datetime]:
        """How many days ahead the visit was booked, and the moment."""
        lead = self.moments.lead(self.day.ahead, kind.plan.lead, person.since, self.day.date)
        return lead, self.moments.booked(stretch.midnight, stretch.start, lead)

    def _cancelled(self, stretch: Stretch, person: Person, kind: VisitType) -> datetime:
        """A visit that was booked here and cancelled; the moment at which it was."""
        _, booked = self._booked(stretch, person, kind)
        cancelled = self.moments.between(booked, stretch.start)
        status = AppointmentStatus.CANCELLED.value
        self.day.busy.add(person.id)
        self.day.visits.append(self._visit(stretch, person, kind, (None, None), status, booked, cancelled))
        return cancelled

    def _visit(
        self,
        stretch: Stretch,
        person: Person,
        kind: VisitType,
        taken: tuple[int | None, int | None],
        status: str,
        booked: datetime,
        cancelled: datetime | None,
    ) -> Visit:
        booker = self.bookers.get(stretch.site_id)
        return Visit(
            patient_id=person.id,
            visit_type_id=kind.id,
            site_id=stretch.site_id,
            provider_id=stretch.worker.id,
            room_id=taken[0],
            interpreter_id=taken[1],
            modality=kind.plan.modality.value,
            start=stretch.start,
            end=stretch.end,
            status=status,
            booked_at=booked,
            booked_by_id=booker,
            booked_how="demo",
            cancelled_at=cancelled,
            cancelled_by_id=booker if cancelled else None,
        )


def _claims(number: int, visit: Visit) -> list[ClaimRow]:
    """The time that a live visit takes of its provider, room and interpreter."""
    if visit.status == AppointmentStatus.CANCELLED.value:
        return []
    taken = (visit.provider_id, visit.room_id, visit.interpreter_id)
    return [ClaimRow(one, 1, visit.start, visit.end, number) for one in taken if one is not None]
