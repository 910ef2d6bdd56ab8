"""What happens to the rules for extra visits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

from frontdesk.daybook.facts import Fact


@dataclass(frozen=True, kw_only=True)
class OverbookingDrafted(Fact):
    """A rule for extra visits was written down; it opens nothing until its provider has signed it."""

    overbook_rule_id: int
    resource_id: int
    weekdays: list[int]
    hours: str
    cap: int
    visit_types: list[str]
    valid_from: date
    valid_until: date

    @staticmethod
    def hours_of(starts: time, ends: time) -> str:
        return f"{starts:%H:%M}–{ends:%H:%M}"


@dataclass(frozen=True, kw_only=True)
class OverbookingSigned(Fact):
    overbook_rule_id: int
    resource_id: int


@dataclass(frozen=True, kw_only=True)
class OverbookingEnded(Fact):
    """It opens nothing any more; extra visits that were booked inside it stand. `standing` is how many."""

    overbook_rule_id: int
    resource_id: int
    standing: int
