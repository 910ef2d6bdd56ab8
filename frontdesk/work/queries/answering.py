"""Who answers for each queue, and where nobody does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import ROLE_PERMISSIONS, Permission, Role
from frontdesk.clinic.models import Site
from frontdesk.work.models import Queue, QueueRule, Task
from frontdesk.work.standing import STANDING


@dataclass(frozen=True)
class Answering:
    """Who hears of a breach in a queue, the first one first. `escalate_minutes` between one level and the next."""

    queue: Queue
    people: Sequence[User]
    escalate_minutes: int

    @property
    def levels(self) -> int:
        """How often a task of the queue is escalated; once even where nobody answers, so that it is seen."""
        return max(1, len(self.people))

    def person_of(self, level: int) -> User | None:
        """Who is asked at a level; None where nobody answers."""
        return self.people[min(level, len(self.people)) - 1] if self.people and level else None


@dataclass(frozen=True)
class Gap:
    """A fault in how the queues are kept, in one sentence."""

    queue: Queue
    sentence: str


Rules = Mapping[str, QueueRule]


def rules_by_queue() -> Rules:
    """Every rule with its people, by its queue. The functions below take it where it was read before."""
    return {rule.queue: rule for rule in QueueRule.objects.select_related("owner", "escalate_to")}


def answering(rules: Rules | None = None) -> dict[str, Answering]:
    """For every queue: first whoever its breaches go to, then its owner. Who is not active any more is left out."""
    rules = rules_by_queue() if rules is None else rules
    return {queue.value: _of(queue, rules.get(queue.value)) for queue in Queue}


def gaps(rules: Rules | None = None) -> list[Gap]:
    """Where the configuration is wrong: a queue without an owner, or without anybody who may work in it.

    Each site must have somebody active for each queue, since work is seen where one works.
    """
    rules = rules_by_queue() if rules is None else rules
    workers = _workers()
    return [
        gap
        for queue in Queue
        for gap in (
            *_without_owner(queue, rules.get(queue.value)),
            *_without_workers(queue, rules.get(queue.value), workers),
        )
    ]


def queues_of(user: User, rules: Rules | None = None) -> frozenset[str]:
    """The queues in which this person's role works."""
    rules = rules_by_queue() if rules is None else rules
    roles = {queue: rules[queue].roles if queue in rules else STANDING[queue].roles for queue in Queue}
    return frozenset(one.value for one in Queue if user.role in roles[one] and _may(user.role, one))


def who_may_work(task: Task) -> list[User]:
    """Whoever may be given the task: active, of a role that works in its queue, at its site; by name."""
    rule = QueueRule.objects.filter(queue=task.queue).first()
    roles = [
        role for role in (rule.roles if rule else STANDING[Queue(task.queue)].roles) if _sees(role, task)
    ]
    here = Q(role__in=_all_sites()) | Q(staff__sites=task.site_id)
    found = User.objects.filter(here, is_active=True, role__in=roles).distinct()
    return list(found.order_by("last_name", "first_name", "pk"))


def _sees(role: str, task: Task) -> bool:
    hidden = task.restricted and Permission.SEE_RESTRICTED not in ROLE_PERMISSIONS.get(role, frozenset())
    return not hidden and _may(role, Queue(task.queue))


def _of(queue: Queue, rule: QueueRule | None) -> Answering:
    if rule is None:
        return Answering(queue, (), STANDING[queue].escalate_minutes)
    named = [one for one in (rule.escalate_to, rule.owner) if one is not None and one.is_active]
    return Answering(queue, list(dict.fromkeys(named)), rule.escalate_minutes)


def _without_owner(queue: Queue, rule: QueueRule | None) -> Iterator[Gap]:
    if rule is None or rule.owner is None:
        yield Gap(queue, f"Nobody answers for {queue.label}.")
    elif not rule.owner.is_active:
        yield Gap(
            queue, f"Nobody answers for {queue.label}: {rule.owner.name} does not log in here any more."
        )


def _without_workers(queue: Queue, rule: QueueRule | None, workers: Mapping[Site, set[str]]) -> Iterator[Gap]:
    roles = {role for role in (rule.roles if rule else STANDING[queue].roles) if _may(role, queue)}
    without = [site.name for site, there in workers.items() if not roles & there]
    if not roles or (without and len(without) == len(workers)):
        yield Gap(queue, f"Nobody works in {queue.label}.")
    elif without:
        yield Gap(queue, f"Nobody works in {queue.label} at {', '.join(without)}.")


def _may(role: str, queue: Queue) -> bool:
    needs = Permission.SEE_RESTRICTED if queue == Queue.CRISIS else Permission.SEE_QUEUES
    return needs in ROLE_PERMISSIONS.get(role, frozenset())


def _workers() -> dict[Site, set[str]]:
    """The roles of the active people at each site; who sees all sites works at each."""
    active = User.objects.filter(is_active=True)
    everywhere = set(active.filter(role__in=_all_sites()).values_list("role", flat=True))
    there = active.exclude(role__in=_all_sites()).values_list("staff__sites", "role").distinct()
    found = {site.pk: (site, set(everywhere)) for site in Site.objects.all()}
    for site, role in there:
        if site in found:
            found[site][1].add(role)
    return dict(found.values())


def _all_sites() -> list[str]:
    return [role for role in Role.values if Permission.SEE_ALL_SITES in ROLE_PERMISSIONS[role]]
