from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from frontdesk.daybook.facts import Fact


@dataclass(frozen=True, kw_only=True)
class HistoryTakenIn(Fact):
    """Past visits that another system reported came in: how many, and the days they span."""

    source: str
    visits: int
    looks_double: int
    first_day: date
    last_day: date
