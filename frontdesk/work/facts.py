from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from frontdesk.daybook.facts import Fact


@dataclass(frozen=True, kw_only=True)
class TaskOpened(Fact):
    task_id: int
    queue: str
    due_at: datetime
    about: str
    request_id: int | None = None
    category: str = ""


@dataclass(frozen=True, kw_only=True)
class TaskClaimed(Fact):
    task_id: int
    owner: str
    request_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class TaskAssigned(Fact):
    """Given to somebody by somebody else; `was` is the name of whoever had it before, "" for nobody."""

    task_id: int
    owner: str
    was: str
    note: str
    request_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class TaskReleased(Fact):
    """Nobody owns it any more: it waits in its queue again."""

    task_id: int
    was: str
    note: str
    request_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class TaskRerouted(Fact):
    """Moved to another queue. `times` counts how often this task has been moved, this time among them."""

    task_id: int
    was: str
    became: str
    times: int
    due_at: datetime
    request_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class TaskEscalated(Fact):
    """Overdue by what its queue allows. `level` 1 is the first time; `to` is "" where nobody answers for the queue."""

    task_id: int
    queue: str
    level: int
    to: str
    overdue_minutes: int
    request_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class TaskMerged(Fact):
    """A duplicate was put together with the task that goes on."""

    task_id: int
    into_task_id: int
    title: str
    into: str
    request_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class TaskDone(Fact):
    task_id: int
    outcome: str
    request_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class QueueRuleSet(Fact):
    """How a queue is kept from now on. `was` and `holds` are the rule before and after, whole; {} for a new one."""

    queue_rule_id: int
    queue: str
    was: dict[str, Any]
    holds: dict[str, Any]
