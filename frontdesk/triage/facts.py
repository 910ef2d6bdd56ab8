"""What triage writes in the daybook. Every one of them is about a request."""

from __future__ import annotations

from dataclasses import dataclass, field
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
    asked: str = ""
    skipped: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class HandoffPassedOn(RequestFact):
    """Nobody accepted in time: the next in the tree is asked. `skipped` were steps with nobody on duty."""

    handoff_id: int
    was: str
    asked: str
    skipped: list[str]
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class LastResortReached(RequestFact):
    """The tree was gone through. `script` is what the desk says to the caller now."""

    handoff_id: int
    skipped: list[str]
    script: str


@dataclass(frozen=True, kw_only=True)
class LastResortRaisedAgain(RequestFact):
    handoff_id: int
    waited_seconds: int


@dataclass(frozen=True, kw_only=True)
class HandoffAccepted(RequestFact):
    handoff_id: int
    accepted_by: str
    after_seconds: int


@dataclass(frozen=True, kw_only=True)
class HandoffOutcomeNoted(RequestFact):
    """What came of it, said afterwards."""

    handoff_id: int
    outcome: str


@dataclass(frozen=True, kw_only=True)
class HandoffDirected(RequestFact):
    handoff_id: int
    direction: str
    visit_type: str
    visit_by: date | None
    note: str
    slot_class: str = ""
    modality: str = ""


@dataclass(frozen=True, kw_only=True)
class RequestParked(RequestFact):
    pass


@dataclass(frozen=True, kw_only=True)
class RequestResumed(RequestFact):
    pass


@dataclass(frozen=True, kw_only=True)
class ClosingRefused(RequestFact):
    """Somebody tried to close a request whose record was not whole: the keys of what was missing, and their words."""

    site_id: int
    lane: str
    missing: list[str]
    words: list[str]


@dataclass(frozen=True, kw_only=True)
class RequestClosed(RequestFact):
    outcome: str
    told: str
    lane: str
    told_how: str = ""
    same_as: int | None = None  # the request that goes on, where it is the same matter
