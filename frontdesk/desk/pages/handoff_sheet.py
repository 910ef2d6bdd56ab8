"""One handoff on one page, for paper and for another system: what was said, to whom it went, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from frontdesk.triage.actions.escalation import tree_of
from frontdesk.triage.actions.handoffs import accepted_name, said_so_far
from frontdesk.triage.models import EscalationStep, Handoff, Request

FORMAT = "frontdesk-handoff-1"


@dataclass(frozen=True)
class HandoffSheet:
    """Until somebody accepts, `words` and `callback` are what the request has now; then what it had at that moment."""

    handoff: Handoff
    request: Request
    target: str
    words: str
    callback: str
    accepted_by: str
    steps: Sequence[EscalationStep]

    @property
    def patient(self) -> str:
        return self.request.patient.name if self.request.patient else self.request.said_name


def handoff_sheet(handoff: Handoff, *, now: datetime) -> HandoffSheet:
    request, waits = handoff.request, handoff.accepted_at is None
    return HandoffSheet(
        handoff=handoff,
        request=request,
        target=tree_of(handoff.target, request=request, now=now).title,
        words=said_so_far(request) if waits else handoff.words,
        callback=request.callback if waits else handoff.callback,
        accepted_by=accepted_name(handoff),
        steps=list(handoff.steps.order_by("number")),
    )


def as_document(sheet: HandoffSheet, *, exported_by: str, now: datetime) -> dict[str, Any]:
    """The sheet for another system. Times are ISO 8601 with their offset, in the site's zone; what is not yet is null."""
    handoff, request, zone = sheet.handoff, sheet.request, sheet.request.site.zone

    def at(moment: datetime | None) -> str | None:
        return moment.astimezone(zone).isoformat(timespec="seconds") if moment else None

    return {
        "format": FORMAT,
        "handoff": handoff.pk,
        "request": request.pk,
        "site": request.site.code,
        "patient": _patient(sheet),
        "lane": request.lane,
        "rule": request.rule_code or None,
        "situation": handoff.situation,
        "words": sheet.words.splitlines(),
        "callback": sheet.callback or None,
        "asked_action": handoff.asked_action,
        "asked_of": sheet.target,
        "offered_at": at(handoff.offered_at),
        "steps": [
            {
                "asked": one.words,
                "began_at": at(one.began_at),
                "ended_at": at(one.ended_at),
                "end": one.end or None,
            }
            for one in sheet.steps
        ],
        "accepted_by": sheet.accepted_by or None,
        "accepted_at": at(handoff.accepted_at),
        "direction": _direction(handoff, at(handoff.directed_at)),
        "outcome": handoff.outcome or None,
        "outcome_at": at(handoff.outcome_at),
        "exported_at": at(now),
        "exported_by": exported_by,
    }


def _patient(sheet: HandoffSheet) -> dict[str, str | None] | None:
    patient = sheet.request.patient
    if patient is None:
        return None
    born = patient.birth_date.isoformat() if patient.birth_date else None
    return {"mrn": patient.mrn, "name": patient.name, "birth_date": born}


def _direction(handoff: Handoff, at: str | None) -> dict[str, str | None] | None:
    if not handoff.direction:
        return None
    return {
        "what": handoff.direction,
        "visit_type": handoff.direct_visit_type.code if handoff.direct_visit_type else None,
        "by_day": handoff.direct_by.isoformat() if handoff.direct_by else None,
        "note": handoff.direction_note or None,
        "directed_by": handoff.directed_by.name if handoff.directed_by else None,
        "directed_at": at,
    }
