"""Fills the book day by day: every visit inside a session, no resource and no patient taken twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import NamedTuple

from frontdesk.book.engine import bits
from frontdesk.book.engine.derive import Taken
from frontdesk.book.models.appointment import AppointmentStatus
from frontdesk.config.demo.care import Care
from frontdesk.config.demo.catalog import EASTERN, NURSING
from frontdesk.config.demo.clinic import Clinic, VisitType, Worker
from frontdesk.config.demo.hours import TICK, midnight
from frontdesk.config.demo.kept import CLASSES
from frontdesk.config.demo.moments import Moments
from frontdesk.config.demo.needs import Chooser, Form, Piece
from frontdesk.config.demo.numbers import Numbers
from frontdesk.config.demo.opening import Opening, Place, day_row
from frontdesk.config.demo.people import Person
from frontdesk.config.demo.planted import Planter
from frontdesk.config.demo.reserved import Reserved
from frontdesk.config.demo.rows import ClaimRow, DayRow, Visit
from frontdesk.config.demo.sizes import CLAIMS_FROM_DAYS, OPEN_FROM_DAYS, Size

SHORTEST = 3  # ticks: no visit type is shorter
TRIES = 8
REBOOKED = 0.06  # of the visits stand where another was cancelled
LEFT_OPEN = 0.3  # of the gaps on a full day were left by a visit that was cancelled
NURSES_OWN = 0.45  # of a nurse's time is for visits of their own; the rest helps in those of others


_Menu = tuple[list[tuple[VisitType, Form]], list[float]]  # with the running total of their weights


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


@dataclass
class Made:
    """A visit that was put in the book and what it takes; cancelled ones take nothing."""

    visit: Visit
    pieces: list[Piece] = field(default_factory=list)
    is_kept: bool = False


class Stretch(NamedTuple):
    """A stretch of ticks of one provider's session at a site; `slot_class` where it is kept for one."""

    worker: Worker
    site_id: int
    first: int
    ticks: int
    midnight: datetime
    slot_class: str = ""
    capacity: int | None = None
    align: int = 1


class Slot(NamedTuple):
    """A visit type with its form, laid into the day: ticks of the whole visit."""

    worker: Worker
    site_id: int
    kind: VisitType
    form: Form
    first: int
    midnight: datetime
    slot_class: str

    @property
    def start(self) -> datetime:
        return self.midnight + TICK * self.first

    @property
    def end(self) -> datetime:
        return self.midnight + TICK * (self.first + self.form.length)


@dataclass
class _Day:
    """The day that is being filled. `free` has bits by (resource id, site id), `taken` what is claimed of it."""

    date: date
    ahead: int
    free: dict[Place, int] = field(default_factory=dict)
    busy: set[int] = field(default_factory=set)
    made: list[Made] = field(default_factory=list)


class Filler:
    """Fills one day after the other, from the oldest on.

    `bookers` are the user ids who book, by site id; `closed` the (site id, day) on which nobody is seen;
    `reserved` is the time that is left for what is booked by hand afterwards.
    """

    def __init__(
        self,
        size: Size,
        clinic: Clinic,
        care: Care,
        *,
        seed: int,
        today: date,
        bookers: Mapping[int, int],
        closed: Collection[tuple[int, date]] = (),
    ) -> None:
        self.size, self.clinic, self.care, self.today = size, clinic, care, today
        self.bookers = bookers
        self.rng = Random(f"{seed} visits")  # noqa: S311
        self.moments = Moments(self.rng, midnight(today, EASTERN))
        self.seen = set(care.known)
        self.opening = Opening(clinic, set(closed))
        self.reserved = Reserved(clinic, self.opening, today=today)
        self.chooser = Chooser(clinic)
        self.planter = Planter(clinic)
        self.planted: dict[str, int] = {}
        """The numbers of the visits that were planted to be found wrong."""
        self._menus: dict[tuple[int, int, str, bool, int], _Menu] = {}
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
        opened = self.opening.on(day)
        self.day = _Day(day, (day - self.today).days)
        self.day.free = {place: one.bits.open for place, one in opened.items()}
        for worker in (*self.clinic.workers, *self.clinic.nurses):
            for site_id in worker.room_rank:
                if (worker.id, site_id) in opened:
                    for stretch in self._stretches(worker, site_id):
                        self._fill_stretch(stretch)
        self.planter.plant(self.day.ahead, self.day.made, self.day.free)
        return self._rows(numbers)

    def _rows(self, numbers: Numbers) -> DayRows:
        day = self.day
        numbered = list(zip(numbers.take("book_appointment", len(day.made)), day.made, strict=True))
        for what, place in self.planter.done.items():
            self.planted[what] = numbered[place][0]
        self.planter.done.clear()
        is_kept = day.ahead >= -OPEN_FROM_DAYS
        return DayRows(
            [(number, made.visit) for number, made in numbered],
            list(self._claims(numbered)) if day.ahead >= -CLAIMS_FROM_DAYS else [],
            list(self._day_rows()) if is_kept else [],
        )

    def _claims(self, numbered: Sequence[tuple[int, Made]]) -> Iterator[ClaimRow]:
        """The time that live visits take of everybody and everything in them."""
        for number, made in numbered:
            begins = midnight(self.day.date, self.clinic.site_info[made.visit.site_id].zone)
            for piece in made.pieces:
                start = begins + TICK * piece.first
                yield ClaimRow(piece.resource, 1, start, start + TICK * piece.ticks, number)

    def _day_rows(self) -> Iterator[DayRow]:
        taken: dict[int, list[Taken]] = defaultdict(list)
        for made in self.day.made:
            for piece in made.pieces:
                taken[piece.resource].append(Taken(piece.first, piece.mask))
        for place, opened in self.opening.on(self.day.date).items():
            yield day_row(place, self.day.date, opened, taken.get(place[0], ()))

    def _stretches(self, worker: Worker, site_id: int) -> list[Stretch]:
        """What is open of a provider's day, in order: first what is open to all, then what is kept."""
        day, opened = self.day, self.opening.on(self.day.date)[worker.id, site_id]
        begins = midnight(day.date, self.clinic.site_info[site_id].zone)
        left = day.free[worker.id, site_id] & ~self.reserved.mask(worker, day.date)
        kept = [span for span in opened.spans if span.slot_class]
        common = left & ~bits.union(one.mask for one in kept)
        found = [Stretch(worker, site_id, first, ticks, begins) for first, ticks in bits.stretches(common)]
        for span in kept:
            slot_class = self.opening.classes[span.slot_class]
            for first, ticks in bits.stretches(span.mask & left):
                found.append(
                    Stretch(worker, site_id, first, ticks, begins, slot_class, span.capacity, span.align or 1)
                )
        return sorted(found, key=lambda one: one.first)

    def _fill_stretch(self, stretch: Stretch) -> None:
        if not any(
            self._menu(stretch.worker, stretch.slot_class, is_first, stretch.ticks)[0]
            for is_first in (False, True)
        ):
            return
        share = self.size.share(self.day.ahead) * self.reserved.share(stretch.worker, self.day.date)
        if stretch.worker.specialty == NURSING:
            share *= NURSES_OWN
        at, end, begun = stretch.first, stretch.first + stretch.ticks, 0
        while end - at >= SHORTEST and (stretch.capacity is None or begun < stretch.capacity):
            before = len(self.day.made)
            took = self._book_or_leave(stretch._replace(first=at, ticks=end - at), share)
            at += -(-took // stretch.align) * stretch.align
            begun += sum(1 for one in self.day.made[before:] if one.pieces)

    def _book_or_leave(self, rest: Stretch, share: float) -> int:
        """Book a visit at the beginning of what is left of a stretch, or leave a gap; the ticks it took."""
        leave = self.rng.random() >= share
        for _ in range(TRIES):
            person = self._somebody(rest.worker)
            chosen = self._kind(rest, person) if person else None
            if person is None or chosen is None:
                continue
            kind, form = chosen
            first = rest.first - form.offset
            slot = Slot(rest.worker, rest.site_id, kind, form, first, rest.midnight, rest.slot_class)
            if leave:
                if self.rng.random() < LEFT_OPEN * share * share:
                    self._cancelled(slot, person)
                return form.ticks
            if pieces := self._take(slot, person):
                self._book(slot, person, pieces)
                return form.ticks
        return SHORTEST

    def _kind(self, rest: Stretch, person: Person) -> tuple[VisitType, Form] | None:
        """A visit type that fits the patient and what is left of the stretch, best with nothing left over."""
        specialty = rest.worker.specialty
        is_first = specialty != NURSING and (person.id, specialty) not in self.seen
        offered, weights = self._menu(rest.worker, rest.slot_class, is_first, rest.ticks)
        if not offered:
            return None
        for _ in range(4):
            chosen = self.rng.choices(offered, cum_weights=weights)[0]
            if not 0 < rest.ticks - chosen[1].ticks <= SHORTEST:
                break
        return chosen

    def _menu(self, worker: Worker, slot_class: str, is_first: bool, ticks: int) -> _Menu:
        """What may stand in so many ticks of this day: a same-day visit is never booked the day before."""
        wanted = min(max(self.day.ahead + 1, 0), 30)
        key = (worker.id, wanted, slot_class, is_first, ticks)
        if key not in self._menus:
            offered = [
                (kind, form)
                for kind in self.clinic.menu[worker.specialty]
                if kind.plan.weight and kind.plan.lead >= wanted and kind.plan.first == is_first
                if (form := self.chooser.form(kind, worker)).ticks <= ticks
                if not slot_class or _may(kind, slot_class)
            ]
            weights = list(accumulate(kind.plan.weight for kind, _ in offered))
            self._menus[key] = (offered, weights)
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

    def _take(self, slot: Slot, person: Person) -> list[Piece] | None:
        """Take everybody and everything that the visit needs; None where something is not free."""
        free = self.day.free
        pieces = self.chooser.pieces(free, slot.worker, slot.site_id, slot.first, person, slot.kind)
        for piece in pieces or ():
            free[piece.resource, slot.site_id] &= ~piece.mask
        return pieces

    def _book(self, slot: Slot, person: Person, pieces: list[Piece]) -> None:
        """Put a visit in the book; some stand where another patient's was cancelled before."""
        self.day.busy.add(person.id)
        self.seen.add((person.id, slot.worker.specialty))
        lead, booked = self._booked(slot, person)
        if self.rng.random() < REBOOKED and (other := self._somebody(slot.worker)):
            cancelled = self._cancelled(slot, other)
            if booked <= cancelled:
                booked = self.moments.between(cancelled, slot.start)
        status = self.moments.past_status(lead) if self.day.ahead < 0 else AppointmentStatus.BOOKED.value
        visit = self._visit(slot, person, status, booked)._replace(
            room_id=next((one.resource for one in pieces if one.kind == "room"), None),
            interpreter_id=next((one.resource for one in pieces if one.kind == "interpreter"), None),
        )
        if status == AppointmentStatus.NO_SHOW:
            visit = self.moments.missed(visit)
        self.day.made.append(Made(visit, pieces, bool(slot.slot_class)))

    def _booked(self, slot: Slot, person: Person) -> tuple[int, datetime]:
        """How many days ahead the visit was booked, and the moment."""
        lead = self.moments.lead(self.day.ahead, slot.kind.plan.lead, person.since, self.day.date)
        return lead, self.moments.booked(slot.midnight, slot.start, lead)

    def _cancelled(self, slot: Slot, person: Person) -> datetime:
        """A visit that was booked here and cancelled; the moment at which it was."""
        _, booked = self._booked(slot, person)
        cancelled = self.moments.between(booked, slot.start)
        self.day.busy.add(person.id)
        visit = self._visit(slot, person, AppointmentStatus.CANCELLED.value, booked)
        self.day.made.append(Made(self.moments.cancelled(visit, cancelled)))
        return cancelled

    def _visit(self, slot: Slot, person: Person, status: str, booked: datetime) -> Visit:
        return Visit(
            patient_id=person.id,
            visit_type_id=slot.kind.id,
            site_id=slot.site_id,
            provider_id=slot.worker.id,
            room_id=None,
            interpreter_id=None,
            modality=slot.kind.plan.modality.value,
            start=slot.start,
            end=slot.end,
            status=status,
            booked_at=booked,
            booked_by_id=self.bookers.get(slot.site_id),
            booked_how="demo",
            cancelled_at=None,
            cancelled_by_id=None,
        )


def _may(kind: VisitType, slot_class: str) -> bool:
    """May such a visit stand in time of the class, without changing its modality?"""
    kept = CLASSES[slot_class]
    return kind.plan.code in kept.visit_types and (
        not kept.modalities or kind.plan.modality.value in kept.modalities
    )
