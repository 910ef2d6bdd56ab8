"""May somebody take or end this task?"""

from __future__ import annotations

from frontdesk.accounts.models import User
from frontdesk.kit.errors import Refused
from frontdesk.work.models import Task


def check_can_claim(task: Task, *, by: User, take_over: bool) -> None:
    """Raises Refused where somebody else was first and `by` did not ask to take it over."""
    if task.owner is not None and task.owner != by and not take_over:
        raise Refused(f"{task.owner.name} has claimed this already.", code="TASK_CLAIMED")
