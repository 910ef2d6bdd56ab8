"""A handoff as the request page shows it: who was asked, who is asked now, who would be next, and the last resort."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from frontdesk.clinic.queries.roster import target_words
from frontdesk.desk.pages.scripts import FollowedScript, followed
from frontdesk.triage.actions.escalation import course_of
from frontdesk.triage.actions.handoffs import accepted_name
from frontdesk.triage.engine.follow import ANYBODY
from frontdesk.triage.models import EscalationStep, Handoff, Request, StepEnd
from frontdesk.triage.models.in_force import InForce


@dataclass(frozen=True)
class AskedLine:
    """One step of the tree as it went."""

    words: str
    at: datetime
    until: datetime | None
    runs: bool
    end: str

    @property
    def skipped(self) -> bool:
        return self.end == StepEnd.NOBODY

    @property
    def passed_on(self) -> bool:
        return self.end == StepEnd.PASSED_ON

    @property
    def is_last_resort(self) -> bool:
        return self.until is None


@dataclass(frozen=True)
class HandoffCard:
    """`lines` are the steps so far; `then` says who is asked if nobody accepts, in words."""

    handoff: Handoff
    accepted_by: str
    title: str = ""
    lines: Sequence[AskedLine] = ()
    then: Sequence[str] = ()

    @property
    def target(self) -> str:
        return self.title or self.handoff.target.replace("_", " ")

    @property
    def waits(self) -> bool:
        return self.handoff.accepted_at is None

    @property
    def undirected(self) -> bool:
        return self.handoff.accepted_at is not None and self.handoff.directed_at is None

    @property
    def at_last_resort(self) -> bool:
        return self.waits and any(one.runs and one.is_last_resort for one in self.lines)

    @property
    def asked_now(self) -> AskedLine | None:
        return next((one for one in self.lines if one.runs), None)


def handoff_cards(request: Request, *, now: datetime) -> list[HandoffCard]:
    """Every handoff of the request, the oldest first."""
    rows = request.handoffs.select_related("accepted_by", "directed_by", "direct_visit_type", "outcome_by")
    return [_card(row, request, now) for row in rows.prefetch_related("steps")]


def _card(row: Handoff, request: Request, now: datetime) -> HandoffCard:
    course = course_of(row, request, now)
    waits = row.accepted_at is None
    so_far = sorted(row.steps.all(), key=lambda one: one.number)
    ahead = course.ahead(so_far) if waits and any(one.due_at for one in so_far if not one.ended_at) else ()
    then = [_who(step.duty) for step in ahead]
    return HandoffCard(row, accepted_name(row), course.tree.title, [_line(one) for one in so_far], then)


def _who(duty: str) -> str:
    return "everybody who answers handoffs" if duty == ANYBODY else target_words(duty).lower()


def _line(one: EscalationStep) -> AskedLine:
    return AskedLine(one.words, one.began_at, one.due_at, one.ended_at is None, one.end)


def last_resort(
    request: Request, cards: Sequence[HandoffCard], protocol: InForce | None
) -> FollowedScript | None:
    """What is said to the caller and done now that nobody has accepted, if that is so and the protocol says it."""
    keys = (
        one.script_key
        for card in cards
        if card.at_last_resort
        for one in card.handoff.steps.all()
        if one.script_key and one.ended_at is None
    )
    found = (protocol.script(key, request.rule_code) for key in keys) if protocol else ()
    script = next((one for one in found if one is not None), None)
    return followed(request, script) if script else None
