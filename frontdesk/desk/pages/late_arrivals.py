"""A late arrival on its page: when they came, what the team says, who approved it, how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.models import Appointment
from frontdesk.desk.pages.walk_ins import late_state
from frontdesk.triage.actions.late_arrivals import ANSWER_WITHIN
from frontdesk.triage.models import Disposition, LateArrival
from frontdesk.triage.queries.late_arrivals import is_urgent, late_seen_by


@dataclass(frozen=True)
class LateProblem:
    """Which form was refused: the sentence, the bad field it is about, and what had been typed."""

    form: str
    sentence: str
    bad: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LatePage:
    """`late` is the one that is open, None where none is; `earlier` are settled ones of the same visit."""

    visit: Appointment
    late: LateArrival | None
    earlier: Sequence[LateArrival]
    urgent: bool
    has_begun: bool
    arrived: str
    shows_reason: bool
    trail: int
    may_record: bool
    may_answer: bool
    may_approve: bool
    may_settle: bool
    seconds_left: int = 0
    problem: LateProblem | None = None

    dispositions = Disposition.choices

    @property
    def last(self) -> LateArrival | None:
        """The one that was settled last."""
        return self.earlier[-1] if self.earlier else None

    @property
    def state(self) -> str:
        return late_state(self.late) if self.late else ""

    @property
    def due_at(self) -> datetime | None:
        """When the team's answer is due."""
        return self.late.recorded_at + ANSWER_WITHIN if self.late else None


def late_page(
    visit: Appointment, *, user: User, now: datetime, problem: LateProblem | None = None
) -> LatePage:
    """The page of one visit that `user` may see."""
    rows = list(late_seen_by(user).filter(appointment=visit).order_by("pk"))
    late = next((one for one in rows if one.settled_at is None), None)
    due = late.recorded_at + ANSWER_WITHIN if late else now
    clinical = user.may(Permission.ACCEPT_HANDOFFS)
    approves = user.may(Permission.APPROVE_MOVES) and late is not None
    return LatePage(
        visit=visit,
        late=late,
        earlier=[one for one in rows if one is not late],
        urgent=is_urgent(visit),
        has_begun=visit.start < now,
        arrived=f"{now.astimezone(visit.site.zone):%H:%M}",
        shows_reason=user.may(Permission.SEE_REASON),
        trail=visit.asked_for or 0,
        may_record=user.may(Permission.BOOK) and late is None and visit.is_live and visit.start < now,
        may_answer=clinical and late is not None and late.answered_at is None,
        may_approve=bool(approves and late and late.feasible and late.approved_at is None),
        may_settle=late is not None and (clinical or user.may(Permission.BOOK)),
        seconds_left=int((due - now).total_seconds()),
        problem=problem,
    )
