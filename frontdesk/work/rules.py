"""May somebody take, be given or end this task?"""

from __future__ import annotations

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.kit.errors import NotAllowed, Refused
from frontdesk.work.models import Queue, QueueRule, Task
from frontdesk.work.standing import STANDING

# Their owner is whoever accepted; they end on their own pages.
ENDS_ELSEWHERE = {
    "handoff": "A handoff ends with the clinician’s direction. Open the request.",
    "walk_in": "A walk-in is weighed and taken in on its own page. Open it.",
    "late_arrival": "A late arrival is answered where it was asked. Open it.",
    "conflict": "A conflict is taken and resolved on its own page. Open it.",
}


def check_can_claim(task: Task, *, by: User, take_over: bool) -> None:
    """Raises Refused where somebody else was first and `by` did not ask to take it over, NotAllowed by the role."""
    if task.about_kind not in ENDS_ELSEWHERE and not may_work(by, task.queue):
        raise NotAllowed(f"Your role does not work in {task.get_queue_display()}.", code="QUEUE_ROLE")
    if task.owner is not None and task.owner != by and not take_over:
        raise Refused(f"{task.owner.name} has claimed this already.", code="TASK_CLAIMED")


def check_can_be_given(task: Task, *, to: User, by: User) -> None:
    """Raises Refused where `to` could not do the work or not see it, or where it is somebody else's to give."""
    check_kept_here(task)
    if not can_be_given(task, to=to):
        raise Refused(
            f"{to.name} does not work in {task.get_queue_display()} at {task.site.name}.",
            code="TASK_NOT_THEIRS",
        )
    if task.owner is not None and task.owner != by and not answers_for(by, task.queue):
        raise Refused(
            f"{task.owner.name} has this task. They, or whoever answers for the queue, may give it away.",
            code="TASK_CLAIMED",
        )


def can_be_given(task: Task, *, to: User) -> bool:
    """May `to` work in the task's queue, and see this task?"""
    sees = Task.objects.visible_to(to).filter(pk=task.pk).exists()
    return to.is_active and may_work(to, task.queue) and sees


def check_kept_here(task: Task) -> None:
    """Raises Refused for a task that is given and ended on another page."""
    if task.about_kind in ENDS_ELSEWHERE:
        raise Refused(ENDS_ELSEWHERE[task.about_kind], code=f"TASK_OF_{task.about_kind.upper()}")


def roles_of(queue: str) -> list[str]:
    """The roles that work in a queue."""
    rule = QueueRule.objects.filter(queue=queue).first()
    return list(rule.roles) if rule is not None else list(STANDING[Queue(queue)].roles)


def may_work(user: User, queue: str) -> bool:
    """Does this person's role work in the queue? The crisis queue asks besides for the right to see it."""
    sees = user.may(Permission.SEE_RESTRICTED) if queue == Queue.CRISIS else user.may(Permission.SEE_QUEUES)
    return sees and user.role in roles_of(queue)


def answers_for(user: User, queue: str) -> bool:
    """Is this the person who answers for the queue, or to whom its breaches go?"""
    rule = QueueRule.objects.filter(queue=queue).first()
    return rule is not None and user.pk in (rule.owner_id, rule.escalate_to_id)
