"""What happens to time itself: templates, blocks, releases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from frontdesk.daybook.facts import Fact


@dataclass(frozen=True, kw_only=True)
class TemplateDrafted(Fact):
    """A version of a resource's week was drafted, or a draft was changed. `differences` are from what is in force."""

    template_id: int
    resource_id: int
    site_id: int
    number: int
    holds_from: date
    differences: list[str]


@dataclass(frozen=True, kw_only=True)
class TemplateApproved(Fact):
    """A version holds from a local day on. `outside` are the visits that no longer fit it."""

    template_id: int
    resource_id: int
    site_id: int
    number: int
    holds_from: date
    differences: list[str]
    outside: list[int]


@dataclass(frozen=True, kw_only=True)
class TemplateWithdrawn(Fact):
    template_id: int
    resource_id: int
    site_id: int
    number: int


@dataclass(frozen=True, kw_only=True)
class TimeBlocked(Fact):
    """A resource is away, or kept for a slot class. `visits` are the appointments it hits."""

    block_id: int
    resource_id: int
    block_kind: str
    slot_class: str
    start: datetime
    end: datetime
    visits: list[int]


@dataclass(frozen=True, kw_only=True)
class BlockLifted(Fact):
    block_id: int
    resource_id: int
    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True)
class TimeReleased(Fact):
    """Kept time of one local day was opened to everybody."""

    session_id: int | None
    block_id: int | None
    resource_id: int
    site_id: int
    day: date
