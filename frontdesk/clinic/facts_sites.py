from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from frontdesk.daybook.facts import Fact


@dataclass(frozen=True, kw_only=True)
class SiteClosed(Fact):
    """A site sees nobody on a local day."""

    closure_id: int
    site_id: int
    day: date
    name: str
    holiday: bool


@dataclass(frozen=True, kw_only=True)
class SiteReopened(Fact):
    """A day that was closed is open again."""

    closure_id: int
    site_id: int
    day: date
    name: str
