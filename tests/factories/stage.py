"""A clinic with something of everything, and hands that do to its book whatever may be done: for runs of random steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import TypeVar

from django.db import transaction
from django.db.models import Model, QuerySet

from frontdesk.book.actions import appointments, blocks, cancels, holds, moves
from frontdesk.book.actions.days import open_days, remake_days
from frontdesk.book.actions.holds import Wanted
from frontdesk.book.actions.moves import Move, wanted_of
from frontdesk.book.models import Appointment, AppointmentStatus, Block, Hold, OverbookRule, Session
from frontdesk.book.queries.find import Wish, providers_for
from frontdesk.clinic.choices import BlockKind, ResourceKind, RoomType
from frontdesk.clinic.models import Equipment, Provider, Segment, SlotClass, VisitType
from frontdesk.daybook.facts import System
from frontdesk.kit.errors import Refused
from frontdesk.triage.models import Request
from tests.factories import clinic as factory
from tests.factories.callers import callers
from tests.universe import LAST_OPEN, NOW, OPENER, TODAY, Universe, at

keys = count(1)
_Row = TypeVar("_Row", bound=Model)


@dataclass
class Stage:
    """The clinic of a run: the universe with a staged visit, a session with a capacity, kept time, a signed rule."""

    clinic: Universe
    requests: list[Request]
    nurse: Provider
    machine: Equipment
    staged: VisitType
    group: VisitType
    kept: Session
    rule: OverbookRule


def build(universe: Universe, *, people: int = 8) -> Stage:
    """The stage in the universe's main site; `people` have an open request that may be booked."""
    clinic = universe
    nursing = factory.specialty("nursing", "Nursing")
    # The machine is made first, so that its id is below the nurse's, whose part comes first.
    machine = Equipment.objects.create(
        kind=ResourceKind.EQUIPMENT, name="Ultrasound", site=clinic.main, equipment_type="ultrasound"
    )
    nurse = factory.provider("Nurse Nell", at=clinic.main, in_=nursing)
    for one in (machine, nurse):
        factory.sessions(one, at=clinic.main)
    open_days(resources=[machine, nurse], first=TODAY, last=LAST_OPEN, by=OPENER, now=NOW - timedelta(days=1))
    return Stage(
        clinic=clinic,
        requests=callers(people, site=clinic.main, by=clinic.alice, now=NOW - timedelta(days=1)),
        nurse=nurse,
        machine=machine,
        staged=_staged(clinic, nurse),
        group=_group(clinic),
        kept=_kept(clinic),
        rule=_rule(clinic),
    )


def _staged(clinic: Universe, nurse: Provider) -> VisitType:
    """Nurse 0-10, machine 0-20, doctor 10-30, room 0-40."""
    kind = factory.visit_type("staged", "Staged visit", in_=clinic.dr_carol.specialty, minutes=30)
    Segment.objects.bulk_create(
        [
            Segment(visit_type=kind, kind="provider", leads=True, offset=10, minutes=20),
            Segment(visit_type=kind, kind="provider", specialty=nurse.specialty, offset=0, minutes=10),
            Segment(visit_type=kind, kind="equipment", equipment_type="ultrasound", offset=0, minutes=20),
            Segment(visit_type=kind, kind="room", room_type=RoomType.EXAM, offset=0, minutes=40),
        ]
    )
    return kind


def _group(clinic: Universe) -> VisitType:
    """An hour with three places."""
    kind = factory.visit_type("talk", "Group talk", in_=clinic.dr_carol.specialty, minutes=60)
    VisitType.objects.filter(pk=kind.pk).update(places=3)
    kind.refresh_from_db()
    return kind


def _kept(clinic: Universe) -> Session:
    """Dr. Demir sees at most three on Wednesdays, and keeps the hour from 14:00 for same-day visits."""
    same_day = SlotClass.objects.create(code="kept", name="Same-day")
    same_day.visit_types.add(clinic.same_day)
    Session.objects.filter(resource=clinic.dr_yusuf, weekday=2).update(capacity=3)
    made = Session.objects.create(
        resource=clinic.dr_yusuf, site=clinic.main, weekday=2, starts=time(14), ends=time(15), valid_from=TODAY,
        slot_class=same_day,
    )  # fmt: skip
    remake_days(resources=[clinic.dr_yusuf.pk], first=TODAY, last=LAST_OPEN)
    return made


def _rule(clinic: Universe) -> OverbookRule:
    return OverbookRule.objects.create(
        provider=clinic.dr_carol, starts=time(8), ends=time(17), cap=2, valid_from=TODAY, valid_until=LAST_OPEN,
        drafted_at=NOW, drafted_by=clinic.dan, signed_at=NOW, signed_by=clinic.carol,
    )  # fmt: skip


@dataclass
class Hands:
    """Everybody at once, one after the other. Numbers say which of what there is; what is refused is no fault.

    `done` counts what was done by its name; `booked` how many visits came about. `watchful` compares the book before
    and after each refusal, which takes time that grows with the book.
    """

    stage: Stage
    watchful: bool = True
    now: datetime = NOW
    booked: int = 0
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def clinic(self) -> Universe:
        return self.stage.clinic

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """One step, a second later. What is refused has changed nothing."""
        self.now += timedelta(seconds=1)
        before = self.state()
        try:
            with transaction.atomic():
                yield
            self.done[what] += 1
        except Refused:
            self.refused[what] += 1
            assert self.state() == before

    def state(self) -> list[tuple[object, ...]]:
        if not self.watchful:
            return []
        visits = Appointment.objects.order_by("pk").values_list("pk", "version", "status", "start")
        held = Hold.objects.order_by("pk").values_list("pk", "ended_how", "start")
        return [*visits, *held]

    def start(self, day: int, tick: int) -> datetime:
        """So many times ten minutes after 10:00 on the day so many days from TODAY."""
        return at(10, day=TODAY + timedelta(days=day)) + timedelta(minutes=10 * tick)

    def hold(self, request: int, kind: int, doctor: int, start: datetime) -> None:
        with self.step("hold"):
            self._place(request, self.wanted(kind, doctor, start))

    def hold_and_book(self, request: int, kind: int, doctor: int, start: datetime) -> None:
        with self.step("hold and book"):
            self._book(self._place(request, self.wanted(kind, doctor, start)))

    def overbook(self, request: int, start: datetime) -> None:
        clinic = self.clinic
        wanted = Wanted(clinic.phone_call, clinic.main, clinic.dr_carol, start, overbook=self.stage.rule)
        with self.step("overbook"):
            self._book(self._place(request, wanted))

    def first_available(self, request: int, start: datetime) -> None:
        clinic, asked = self.clinic, self.request(request)
        doctors = providers_for(clinic.follow_up, [clinic.main])
        wish = Wish(clinic.follow_up, [clinic.main], doctors, max(self.now, start), LAST_OPEN)
        assert asked.patient is not None
        with self.step("first available"):
            holds.place_first(
                wish=wish, patient=asked.patient, request_id=asked.pk, key=f"hands-{next(keys)}",
                by=clinic.alice, now=self.now,
            )  # fmt: skip

    def book(self, number: int) -> None:
        if (found := pick(Hold.objects.filter(ended_at=None), number)) is not None:
            with self.step("book"):
                self._book(found)

    def let_go(self, number: int) -> None:
        if (found := pick(Hold.objects.filter(ended_at=None), number)) is not None:
            with self.step("let go"):
                holds.let_go(hold=found, by=self.clinic.alice, now=self.now)

    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    def sweep(self) -> None:
        with self.step("sweep"):
            holds.sweep(by=System("hold sweeper"), now=self.now)

    def move(self, number: int, start: datetime) -> None:
        self.move_of(pick(Appointment.objects.all(), number), start)

    def move_of(self, visit: Appointment | None, start: datetime, what: str = "move") -> None:
        if visit is not None:
            with self.step(what):
                self.go(visit, wanted_of(visit, start))

    def move_and_change(self, number: int, kind: int, doctor: int, start: datetime) -> None:
        if (found := pick(Appointment.objects.all(), number)) is not None:
            with self.step("move and change"):
                self.go(found, self.wanted(kind, doctor, start))

    def cancel(self, number: int, *, stale: bool = False) -> None:
        self.cancel_of(pick(Appointment.objects.all(), number), stale=stale)

    def cancel_of(self, visit: Appointment | None, what: str = "cancel", *, stale: bool = False) -> None:
        if visit is not None:
            with self.step(what):
                cancels.cancel(
                    visit=visit, why="patient-asked", note="", version=visit.version - stale, key="",
                    by=self.clinic.alice, now=self.now,
                )  # fmt: skip

    def undo(self, number: int) -> None:
        """Mostly of what has ended last; where nothing has, it is refused."""
        ended = Appointment.objects.exclude(status=AppointmentStatus.BOOKED).order_by("-version", "pk")
        self.undo_of(pick(ended, number // 4) or pick(Appointment.objects.all(), number))

    def undo_of(self, visit: Appointment | None, what: str = "undo") -> None:
        if visit is not None:
            with self.step(what):
                cancels.undo(visit=visit, version=visit.version, by=self.clinic.alice, now=self.now)

    def change_of_mind(self, number: int) -> None:
        """Cancelled, and at once taken back."""
        booked = Appointment.objects.filter(status=AppointmentStatus.BOOKED, start__gt=self.now)
        if (found := pick(booked, number)) is not None:
            with self.step("undo"):
                ended = cancels.cancel(
                    visit=found, why="patient-asked", note="", version=found.version, key="",
                    by=self.clinic.alice, now=self.now,
                )  # fmt: skip
                cancels.undo(visit=ended, version=ended.version, by=self.clinic.alice, now=self.now)

    def miss(self, number: int) -> None:
        if (found := pick(Appointment.objects.all(), number)) is not None:
            with self.step("miss"):
                cancels.miss(
                    visit=found, why="no-word", note="", version=found.version, by=self.clinic.alice, now=self.now
                )  # fmt: skip

    def block(self, who: int, start: datetime, minutes: int) -> None:
        """One in eight keeps the time for same-day visits; the others close it."""
        clinic, stage = self.clinic, self.stage
        among = [clinic.dr_carol, clinic.dr_yusuf, clinic.exam_1, stage.nurse, stage.machine]
        with self.step("block"):
            blocks.block(
                resource=among[who % len(among)], kind=BlockKind.MEETING, start=start,
                end=start + timedelta(minutes=minutes),
                slot_class=stage.kept.slot_class if who % 8 == 7 else None, by=clinic.alice, now=self.now,
            )  # fmt: skip

    def lift(self, number: int) -> None:
        if (found := pick(Block.objects.standing(), number)) is not None:
            with self.step("lift"):
                blocks.lift(block=found, because="", by=self.clinic.alice, now=self.now)

    def release(self) -> None:
        """The kept hour of tomorrow, once."""
        with self.step("release"):
            blocks.release(
                kept=self.stage.kept, day=TODAY + timedelta(days=1), site=self.clinic.main, because="Nobody came",
                by=self.clinic.dan, now=self.now,
            )  # fmt: skip

    def remake(self, day: int) -> None:
        """Days that are made anew are what they were."""
        chosen: date = TODAY + timedelta(days=day)
        resources = [one.pk for one in (self.clinic.dr_carol, self.clinic.dr_yusuf, self.clinic.exam_1)]
        assert remake_days(resources=resources, first=chosen, last=chosen) == 0
        self.done["remake"] += 1

    def wanted(self, kind: int, doctor: int, start: datetime) -> Wanted:
        """A staged visit, a phone visit, one with an interpreter or a plain one, with either doctor in either room."""
        clinic, stage = self.clinic, self.stage
        provider = [clinic.dr_carol, clinic.dr_yusuf][doctor % 2]
        room = [clinic.exam_1, clinic.exam_2][doctor // 2 % 2]
        if kind % 4 == 0:
            return Wanted(
                stage.staged, clinic.main, provider, start, room, None, (stage.nurse.pk, stage.machine.pk)
            )
        if kind % 4 == 1:
            return Wanted(clinic.phone_call, clinic.main, provider, start)
        plain = [clinic.follow_up, clinic.same_day][kind // 4 % 2]
        return Wanted(plain, clinic.main, provider, start, room, clinic.marisol if kind % 4 == 2 else None)

    def request(self, number: int) -> Request:
        return self.stage.requests[number % len(self.stage.requests)]

    def _place(self, request: int, wanted: Wanted) -> Hold:
        asked = self.request(request)
        assert asked.patient is not None
        return holds.place(
            wanted=wanted, patient=asked.patient, request_id=asked.pk, key=f"hands-{next(keys)}",
            by=self.clinic.alice, now=self.now,
        )  # fmt: skip

    def _book(self, hold: Hold) -> None:
        key = f"hold-{hold.pk}"
        fresh = not Appointment.objects.filter(idempotency_key=key).exists()
        appointments.book(hold=hold, by=self.clinic.alice, now=self.now)
        self.booked += fresh

    def go(self, visit: Appointment, to: Wanted) -> None:
        moves.move(
            visit=visit, to=to, move=Move(why="patient-asked"), version=visit.version, key="",
            by=self.clinic.alice, now=self.now,
        )  # fmt: skip


def pick(rows: QuerySet[_Row], number: int) -> _Row | None:
    """The row of that number, counted round."""
    among = rows.count()
    return (rows if rows.ordered else rows.order_by("pk"))[number % among] if among else None
