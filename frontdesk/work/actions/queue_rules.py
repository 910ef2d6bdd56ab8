"""How the queues are kept: who answers, who works in them, by when work is due, who hears of a breach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import ROLE_PERMISSIONS, Permission
from frontdesk.daybook.record import Actor, record
from frontdesk.kit.errors import BadValue
from frontdesk.work.facts import QueueRuleSet
from frontdesk.work.models import DueTime, Queue, QueueRule
from frontdesk.work.standing import STANDING, Due

LONGEST = 30 * 24 * 60  # minutes


@dataclass(frozen=True)
class Wanted:
    """A whole rule. `due_times` by category: one that is left out has the queue's own due time."""

    owner: User | None
    roles: Sequence[str]
    due: Due
    escalate_minutes: int
    escalate_to: User | None = None
    due_times: Mapping[str, Due] = field(default_factory=dict)


@transaction.atomic
def set_rule(*, queue: str, wanted: Wanted, by: User, now: datetime) -> QueueRule:
    """Set how a queue is kept. Raises BadValue with its field; setting the same again writes nothing down."""
    by.check_may(Permission.DRAFT_SETTINGS)
    if queue not in Queue.values:
        raise BadValue("There is no such queue.", field="queue")
    _check(Queue(queue), wanted)
    return _store(Queue(queue), wanted, by, now)


@transaction.atomic
def add_missing(*, by: Actor, now: datetime) -> int:
    """Give every queue without a rule the one that stands until somebody sets it, without an owner.

    For a new clinic; answers how many were added.
    """
    missing = set(Queue) - set(QueueRule.objects.values_list("queue", flat=True))
    for queue in sorted(missing):
        standing = STANDING[Queue(queue)]
        wanted = Wanted(
            None, standing.roles, standing.due, standing.escalate_minutes, due_times=standing.due_times
        )
        _store(Queue(queue), wanted, by, now)
    return len(missing)


def as_it_stands(rule: QueueRule | None) -> dict[str, Any]:
    """A rule as the daybook keeps it; {} where there is none."""
    if rule is None:
        return {}
    return {
        "owner": rule.owner.name if rule.owner else "",
        "roles": sorted(rule.roles),
        "due_minutes": rule.due_minutes,
        "business_hours": rule.business_hours,
        "escalate_minutes": rule.escalate_minutes,
        "escalate_to": rule.escalate_to.name if rule.escalate_to else "",
        "due_times": {
            one.category: [one.due_minutes, one.business_hours] for one in rule.due_times.order_by("category")
        },
    }


def _store(queue: Queue, wanted: Wanted, by: Actor, now: datetime) -> QueueRule:
    before = QueueRule.objects.select_for_update(of=("self",), no_key=True).filter(queue=queue).first()
    was = as_it_stands(before)
    rule, _ = QueueRule.objects.update_or_create(
        queue=queue,
        defaults={
            "owner": wanted.owner,
            "roles": sorted(wanted.roles),
            "due_minutes": wanted.due.minutes,
            "business_hours": wanted.due.business_hours,
            "escalate_minutes": wanted.escalate_minutes,
            "escalate_to": wanted.escalate_to,
        },
    )
    rule.due_times.all().delete()
    DueTime.objects.bulk_create(
        DueTime(rule=rule, category=category, due_minutes=due.minutes, business_hours=due.business_hours)
        for category, due in sorted(wanted.due_times.items())
    )
    holds = as_it_stands(rule)
    if holds != was:
        record(QueueRuleSet(queue_rule_id=rule.pk, queue=queue, was=was, holds=holds), by=by, now=now)
    return rule


def _check(queue: Queue, wanted: Wanted) -> None:
    if wanted.owner is None:
        raise BadValue("Choose who answers for this queue.", field="owner")
    for name, user in (("owner", wanted.owner), ("escalate_to", wanted.escalate_to)):
        _check_person(queue, name, user)
    _check_roles(queue, wanted.roles)
    spans = [("due_minutes", wanted.due.minutes), ("escalate_minutes", wanted.escalate_minutes)]
    spans += [(f"due_{category}", due.minutes) for category, due in wanted.due_times.items()]
    for name, minutes in spans:
        if not 1 <= minutes <= LONGEST:
            raise BadValue(f"From 1 to {LONGEST:,} minutes (30 days).", field=name)
    unknown = set(wanted.due_times) - set(STANDING[queue].due_times)
    if unknown:
        raise BadValue("This queue has no such category.", field="queue")


def _check_person(queue: Queue, field: str, user: User | None) -> None:
    """Whoever answers must see the queue's work: a person of the crisis queue its restricted tasks too."""
    if user is None:
        return
    needs = Permission.SEE_RESTRICTED if queue == Queue.CRISIS else Permission.SEE_QUEUES
    if not user.may(needs):
        raise BadValue(f"{user.name} cannot see the work of this queue.", field=field)


def _check_roles(queue: Queue, roles: Sequence[str]) -> None:
    needs = Permission.SEE_RESTRICTED if queue == Queue.CRISIS else Permission.SEE_QUEUES
    if not roles:
        raise BadValue("Choose at least one role that works in this queue.", field="roles")
    if any(needs not in ROLE_PERMISSIONS.get(role, frozenset()) for role in roles):
        raise BadValue("One of these roles cannot see the work of this queue.", field="roles")
