"""What the routine audit and the conflict detector find."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from frontdesk.daybook.facts import Fact


@dataclass(frozen=True, kw_only=True)
class AuditRun(Fact):
    """Every visit still ahead was held against the rules. `findings` counts by code.

    `tasks` were opened by this run; `waiting` findings get theirs with the next run.
    """

    visits: int
    findings: dict[str, int]
    tasks: int
    waiting: int


@dataclass(frozen=True, kw_only=True)
class ConflictFound(Fact):
    """A resource is wanted by visits and by something else at once. `source`: block, closure, outside."""

    conflict_id: int
    resource_id: int
    site_id: int
    resource: str
    start: datetime
    end: datetime
    source: str
    visits: list[int]


@dataclass(frozen=True, kw_only=True)
class ConflictResolved(Fact):
    """`moved` are the visits that were given another room or time; `left` those that stand as they did."""

    conflict_id: int
    resource_id: int
    source: str
    resolution: str
    moved: list[int]
    left: list[int]
