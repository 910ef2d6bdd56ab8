"""What triage writes in the daybook. Every one of them is about a request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from frontdesk.daybook.facts import Fact


@dataclass(frozen=True, kw_only=True)
class RequestFact(Fact):
    request_id: int
    patient_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class RequestOpened(RequestFact):
    channel: str
    site: str


@dataclass(frozen=True, kw_only=True)
class DetailsTaken(RequestFact):
    """What was typed into the form since the last such entry, as it stood."""

    details: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class PatientMatched(RequestFact):
    on: str
    mrn: str


@dataclass(frozen=True, kw_only=True)
class PatientUnmatched(RequestFact):
    """The identifiers were changed and no longer agree with the record."""


@dataclass(frozen=True, kw_only=True)
class WordsHeard(RequestFact):
    utterance_id: int
    words: str


@dataclass(frozen=True, kw_only=True)
class WordsScreened(RequestFact):
    """The protocol met a rule in the words, quoted exactly as they then stood."""

    screening_id: int
    lane: str
    matches: list[dict[str, Any]]
    text: str


@dataclass(frozen=True, kw_only=True)
class LaneSet(RequestFact):
    was: str
    became: str
    rule: str = ""
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class StepStamped(RequestFact):
    script: str
    step: str
    wording: str
    answer: str


@dataclass(frozen=True, kw_only=True)
class HandoffOffered(RequestFact):
    handoff_id: int
    target: str
    asked_action: str
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class HandoffAccepted(RequestFact):
    handoff_id: int
    accepted_by: str
    after_seconds: int


@dataclass(frozen=True, kw_only=True)
class HandoffDirected(RequestFact):
    handoff_id: int
    direction: str
    visit_type: str
    visit_by: date | None
    note: str


@dataclass(frozen=True, kw_only=True)
class RequestParked(RequestFact):
    pass


@dataclass(frozen=True, kw_only=True)
class RequestResumed(RequestFact):
    pass


@dataclass(frozen=True, kw_only=True)
class RequestClosed(RequestFact):
    outcome: str
    told: str
    lane: str
