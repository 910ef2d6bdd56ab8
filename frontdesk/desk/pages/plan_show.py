"""What the page of one plan shows."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.engine.why import CHANGES
from frontdesk.book.models import Appointment, AppointmentStatus, Plan, PlanKind
from frontdesk.book.queries.plans import gaps_of, rhythm_of, visits_of
from frontdesk.desk.pages.acts import Groups, reason_groups
from frontdesk.people.models import Patient
from frontdesk.triage.models import Request


class PlanPage:
    """Everything is read when it is asked for, and once. `error` is why a form was refused."""

    def __init__(
        self, plan: Plan, *, user: User, now: datetime, error: str = "", typed: dict[str, str] | None = None
    ) -> None:
        self.plan, self.user, self.now, self.error, self.typed = plan, user, now, error, typed or {}

    @cached_property
    def visits(self) -> list[Appointment]:
        return visits_of(self.plan)

    @cached_property
    def patients(self) -> list[Patient]:
        return list({visit.patient_id: visit.patient for visit in self.visits}.values())

    @property
    def is_family(self) -> bool:
        return self.plan.kind == PlanKind.FAMILY

    @property
    def title(self) -> str:
        if self.is_family:
            return "Visits side by side"
        return f"{self.plan.get_kind_display()} for {self.patients[0].name}"

    @cached_property
    def rhythm(self) -> str:
        return rhythm_of(self.plan)

    @cached_property
    def between(self) -> list[str]:
        """What lies between linked visits, in words."""
        found = []
        for gap in gaps_of(self.plan):
            if gap.most_days:
                found.append(f"{gap.least_days} to {gap.most_days} days")
            else:
                most = f" to {gap.most_minutes}" if gap.most_minutes is not None else " or more"
                found.append(f"the same day, {gap.least_minutes}{most} minutes")
        return found

    @property
    def ahead(self) -> list[Appointment]:
        """What is booked and still to come."""
        return [
            one for one in self.visits if one.status == AppointmentStatus.BOOKED and one.start >= self.now
        ]

    @property
    def cancelled(self) -> int:
        return sum(1 for one in self.visits if one.status == AppointmentStatus.CANCELLED)

    @property
    def over(self) -> int:
        return len(self.visits) - len(self.ahead) - self.cancelled

    @property
    def may_book(self) -> bool:
        return self.user.may(Permission.BOOK)

    @property
    def may_cancel(self) -> bool:
        return self.may_book and self.plan.ended_at is None and bool(self.ahead)

    @property
    def may_extend(self) -> bool:
        return self.may_book and self.plan.ended_at is None and self.plan.kind == PlanKind.SERIES

    @cached_property
    def open_request(self) -> Request | None:
        """An open request of the patient, for which more visits could be booked."""
        own = Request.objects.visible_to(self.user).open().filter(patient=self.patients[0])
        return own.order_by("-pk").first()

    @property
    def reasons(self) -> Groups:
        return reason_groups(CHANGES)
