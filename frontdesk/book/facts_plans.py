"""What happens to visits that belong together, and to time that many share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from frontdesk.daybook.facts import Fact


@dataclass(frozen=True, kw_only=True)
class PlanBooked(Fact):
    """Visits were booked together, in the order of `visits`.

    `gaps` are those between linked visits, one fewer than visits: see engine/plans.py. `rhythm` says in words how
    often a series comes.
    """

    plan_id: int
    request_id: int | None
    plan_kind: str
    order_ref: str
    visits: list[int]
    gaps: list[dict[str, Any]]
    rhythm: str


@dataclass(frozen=True, kw_only=True)
class PlanExtended(Fact):
    """Visits were added to the end of a series."""

    plan_id: int
    request_id: int | None
    visits: list[int]
    visits_wanted: int


@dataclass(frozen=True, kw_only=True)
class PlanEnded(Fact):
    """What was still ahead was cancelled; no visit is added any more."""

    plan_id: int
    why: str
    whose: str
    cancelled: list[int]


@dataclass(frozen=True, kw_only=True)
class GatheringPlanned(Fact):
    """A group visit or a case conference has its time. `patient_id` is whom a conference is about."""

    gathering_id: int
    gathering_kind: str
    patient_id: int | None
    site: str
    provider: str
    required: list[str]
    room: str
    places: int
    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True)
class GatheringCancelled(Fact):
    """`visits` are the places that were cancelled with a group visit."""

    gathering_id: int
    gathering_kind: str
    patient_id: int | None
    why: str
    whose: str
    visits: list[int]
    start: datetime
