"""What triage writes in the daybook of the counter: walk-ins, late arrivals, what was offered, who was spoken with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from frontdesk.daybook.facts import Fact
from frontdesk.triage.facts import RequestFact


@dataclass(frozen=True, kw_only=True)
class WalkInArrived(RequestFact):
    walk_in_id: int
    site: str
    arrived_at: datetime
    waiting: int


@dataclass(frozen=True, kw_only=True)
class WalkInTierSet(RequestFact):
    """The whole order before and after, as the numbers of the requests that waited at the site."""

    walk_in_id: int
    was: int | None
    became: int
    before: list[int] = field(default_factory=list)
    after: list[int] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class WalkInLeft(RequestFact):
    """`place` is where they stood among `waiting` when they left; the first is 1."""

    walk_in_id: int
    how: str
    note: str
    place: int
    waiting: int


@dataclass(frozen=True, kw_only=True)
class LateFact(Fact):
    """About a visit to which the patient came late; `request_id` is the request that had asked for it."""

    late_arrival_id: int
    appointment_id: int
    patient_id: int
    request_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class LateArrivalRecorded(LateFact):
    arrived_at: datetime
    minutes_late: int


@dataclass(frozen=True, kw_only=True)
class LateArrivalAnswered(LateFact):
    feasible: bool
    words: str


@dataclass(frozen=True, kw_only=True)
class LateArrivalApproved(LateFact):
    pass


@dataclass(frozen=True, kw_only=True)
class LateArrivalSettled(LateFact):
    arrived_at: datetime
    disposition: str
    note: str


@dataclass(frozen=True, kw_only=True)
class AlternativeOffered(RequestFact):
    words: str
    taken: bool


@dataclass(frozen=True, kw_only=True)
class ContactLogged(Fact):
    """One call or conversation; about a request, a patient or both."""

    contact_id: int
    how: str
    end: str
    said: str
    began_at: datetime
    ended_at: datetime | None = None
    request_id: int | None = None
    patient_id: int | None = None
