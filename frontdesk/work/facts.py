from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from frontdesk.daybook.facts import Fact


@dataclass(frozen=True, kw_only=True)
class TaskOpened(Fact):
    task_id: int
    queue: str
    due_at: datetime
    about: str
    request_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class TaskClaimed(Fact):
    task_id: int
    owner: str
    request_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class TaskDone(Fact):
    task_id: int
    outcome: str
    request_id: int | None = None
