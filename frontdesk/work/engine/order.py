"""In which order work is done. These are all the things that the order may depend on.

There is no field for how loud somebody was, and none for how full the day is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

SOON = timedelta(minutes=30)
NO_TIER = 6  # after the five tiers that a clinician may set


@dataclass(frozen=True)
class Place:
    """What decides where a task stands: its lane's rank (3 gravest), a clinician's tier (1 first), its clock, its number."""

    weight: int
    tier: int | None
    due_at: datetime
    number: int


def group_of(due_at: datetime, now: datetime) -> int:
    """0 where the clock has run out, 1 where it runs out within half an hour, 2 for later."""
    return 0 if due_at < now else 1 if due_at < now + SOON else 2


def key(place: Place, now: datetime) -> tuple[int, int, int, datetime, int]:
    """Sort by it: overdue first; then the lane, the tier, the clock; at last the number, so that no two are equal."""
    tier = place.tier if place.tier is not None else NO_TIER
    return group_of(place.due_at, now), -place.weight, tier, place.due_at, place.number
