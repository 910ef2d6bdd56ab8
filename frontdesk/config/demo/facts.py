"""What the daybook says of the demo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from frontdesk.daybook.facts import Fact


@dataclass(frozen=True, kw_only=True)
class DemoLoaded(Fact):
    """A made-up clinic was put into an empty database. `today` is the day that it takes for the present."""

    size: str
    seed: int
    today: date
    sites: int
    providers: int
    nurses: int
    patients: int
    visits: int
    visits_ahead: int
    claims: int
    open_days: int
