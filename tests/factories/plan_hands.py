"""Hands that also book what belongs together: a course, linked visits, a family, a group with places."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import F

from frontdesk.book.actions import gatherings, places, plans
from frontdesk.book.actions.gatherings import GroupWanted
from frontdesk.book.actions.plans import PlanVisit
from frontdesk.book.actions.wanted import Wanted
from frontdesk.book.engine.plans import Gap
from frontdesk.book.models import Appointment, AppointmentStatus, Gathering, Plan, PlanKind
from frontdesk.book.queries.plans import breaks
from tests.factories.stage import Hands, keys, pick

NEXT = (timedelta(minutes=40), timedelta(days=1), timedelta(minutes=80))
GAPS = (Gap(0, 0, least_minutes=0, most_minutes=120), Gap(1, 1), Gap(0, 7, least_minutes=30), Gap(0, 1))


@dataclass
class PlanHands(Hands):
    """The hands of a stage, and what they do to plans and groups.

    `told` are the plans of which the preview of a move said that it breaks them: nothing else may.
    """

    told: set[int] = field(default_factory=set)

    def state(self) -> list[tuple[object, ...]]:
        if not self.watchful:
            return []
        courses = Plan.objects.order_by("pk").values_list("pk", "visits_wanted", "ended_at")
        groups = Gathering.objects.order_by("pk").values_list("pk", "cancelled_at")
        return [*super().state(), *courses, *groups]

    def go(self, visit: Appointment, to: Wanted) -> None:
        said = breaks(visit.plan, visit, to.start, site=to.site, end=to.end) if visit.plan else []
        super().go(visit, to)
        if said and visit.plan is not None:
            self.told.add(visit.plan.pk)

    def series(self, request: int, kind: int, doctor: int, start: datetime, count: int) -> None:
        """So many visits a day, 40 or 80 minutes apart; the same key again books nothing more."""
        asked, apart = self.request(request), NEXT[count % len(NEXT)]
        visits = [
            self._visit(request, self.wanted(kind, doctor, start + place * apart))
            for place in range(2 + count % 2)
        ]
        key = f"course-{next(keys)}"
        with self.step("series"):
            for _ in range(2):
                made = plans.book_series(
                    visits=visits, order_ref=f"Order {asked.pk}", every_days=1, ends_on=None, key=key,
                    by=self.clinic.alice, now=self.now,
                )  # fmt: skip
            self._count(made)

    def linked(self, request: int, doctor: int, start: datetime, gap: int, later: int) -> None:
        """A staged visit and then a plain one, so many tens of minutes (or a day) after its beginning."""
        after = start + (timedelta(days=1) if later % 2 else timedelta(minutes=10 * later))
        pair = [self.wanted(0, doctor, start), self.wanted(3, doctor // 2, after)]
        with self.step("linked"):
            made = plans.book_linked(
                visits=[self._visit(request, one) for one in pair], gaps=[GAPS[gap % len(GAPS)]],
                order_ref="", key=f"linked-{next(keys)}", by=self.clinic.alice, now=self.now,
            )  # fmt: skip
            self._count(made)

    def family(self, request: int, kind: int, start: datetime) -> None:
        """Two people at once, with either doctor."""
        pair = [self.wanted(kind, 0, start), self.wanted(kind, 3, start)]
        visits = [self._visit(request + place, one) for place, one in enumerate(pair)]
        with self.step("family"):
            made = plans.book_family(
                visits=visits, key=f"family-{next(keys)}", by=self.clinic.alice, now=self.now
            )
            self._count(made)

    def extend(self, number: int, kind: int, doctor: int, later: int) -> None:
        """One more, so many times forty minutes after the last one's beginning, or before it."""
        if (plan := pick(Plan.objects.filter(kind=PlanKind.SERIES), number)) is not None:
            last = plan.visits.order_by("plan_place")[plan.visits_wanted - 1]
            wanted = self.wanted(kind, doctor, last.start + later * timedelta(minutes=40))
            with self.step("extend"):
                made = plans.extend(
                    plan=plan, visits=[PlanVisit(wanted, last.patient, plan.asked_for)],
                    key=f"more-{next(keys)}", by=self.clinic.alice, now=self.now,
                )  # fmt: skip
                self._count(made, before=last.plan_place or 0)

    def cancel_rest(self, number: int, place: int) -> None:
        if (plan := pick(Plan.objects.filter(ended_at=None), number)) is not None:
            with self.step("cancel rest"):
                plans.cancel_rest(
                    plan=plan, from_place=1 + place % 3, why="not-needed", note="", key="",
                    by=self.clinic.alice, now=self.now,
                )  # fmt: skip

    def cancel_one(self, number: int) -> None:
        """One visit of a plan; what stands of the plan stays."""
        among = Appointment.objects.filter(status=AppointmentStatus.BOOKED).exclude(plan=None)
        self.cancel_of(pick(among, number), "cancel of a plan")

    def move_one(self, number: int, start: datetime) -> None:
        """One visit of a plan."""
        among = Appointment.objects.filter(status=AppointmentStatus.BOOKED).exclude(plan=None)
        self.move_of(pick(among, number), start, "move of a plan")

    def undo_one(self, number: int) -> None:
        """One visit of a plan that has ended: mostly the latest."""
        ended = Appointment.objects.exclude(plan=None).exclude(status=AppointmentStatus.BOOKED)
        latest = ended.order_by(F("cancelled_at").desc(nulls_last=True), "pk")
        self.undo_of(pick(latest, number // 4), "undo of a plan")

    def group(self, doctor: int, start: datetime) -> None:
        clinic, room = self.clinic, [self.clinic.exam_1, self.clinic.exam_2][doctor // 2 % 2]
        provider = [clinic.dr_carol, clinic.dr_yusuf][doctor % 2]
        with self.step("group"):
            gatherings.plan_group(
                wanted=GroupWanted(self.stage.group, clinic.main, provider, start, room),
                key=f"group-{next(keys)}", by=clinic.alice, now=self.now,
            )  # fmt: skip

    def take_place(self, number: int, request: int) -> None:
        if (group := pick(Gathering.objects.all(), number)) is not None:
            asked = self.request(request)
            assert asked.patient is not None
            with self.step("take place"):
                places.take_place(
                    gathering=group, patient=asked.patient, request_id=asked.pk, key=f"place-{next(keys)}",
                    by=self.clinic.alice, now=self.now,
                )  # fmt: skip
                self.booked += 1

    def move_place(self, number: int, doctor: int, start: datetime) -> None:
        """Into a group that is planned for it, or (one in four) one that there is already."""
        visit = pick(Appointment.objects.filter(status="booked").exclude(gathering=None), number)
        if number % 4:
            self.group(doctor, start)
        to = pick(Gathering.objects.order_by("-pk"), number // 4)
        if visit is not None and to is not None:
            with self.step("move place"):
                places.move_place(
                    visit=visit, to=to, why="patient-asked", note="", version=visit.version, key="",
                    by=self.clinic.alice, now=self.now,
                )  # fmt: skip

    def cancel_group(self, number: int) -> None:
        if (group := pick(Gathering.objects.all(), number)) is not None:
            with self.step("cancel group"):
                gatherings.cancel_gathering(
                    gathering=group, why="provider-away", note="", key="", by=self.clinic.alice, now=self.now
                )

    def _visit(self, request: int, wanted: Wanted) -> PlanVisit:
        asked = self.request(request)
        assert asked.patient is not None
        return PlanVisit(wanted, asked.patient, asked.pk)

    def _count(self, plan: Plan, *, before: int = 0) -> None:
        self.booked += plan.visits.count() - before
