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


@dataclass(frozen=True, kw_only=True)
class SiteHoursSet(Fact):
    """When the site answers from now on: stretches by weekday ("0" is Monday), before and after."""

    site_id: int
    site: str
    was: dict[str, list[str]]
    holds: dict[str, list[str]]
