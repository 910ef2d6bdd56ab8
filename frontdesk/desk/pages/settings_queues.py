"""How the queues are kept: the list, and the form for one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import ROLE_PERMISSIONS, Permission, Role
from frontdesk.desk.pages.offering import offer
from frontdesk.desk.pages.settings_forms import Number, OneOf, SettingsForm, Several, Tick
from frontdesk.work.actions.queue_rules import LONGEST, Wanted
from frontdesk.work.models import Queue, QueueRule
from frontdesk.work.queries.answering import Rules, gaps, rules_by_queue
from frontdesk.work.standing import CATEGORIES, STANDING, Due


@dataclass(frozen=True)
class QueueLine:
    """One queue as the list shows it; `faults` are sentences about what is missing."""

    queue: Queue
    owner: str
    roles: str
    due: str
    categories: Sequence[str]
    escalates: str
    faults: Sequence[str]


def queue_lines() -> list[QueueLine]:
    """Every queue, those with a fault first."""
    rules = rules_by_queue()
    faults: dict[Queue, list[str]] = {}
    for gap in gaps(rules):
        faults.setdefault(gap.queue, []).append(gap.sentence)
    lines = [_line(queue, rules, faults.get(queue, [])) for queue in Queue]
    return sorted(lines, key=lambda one: not one.faults)


def in_words(due: Due) -> str:
    """ "2 h of business hours", "15 min by the clock"."""
    hours, minutes = divmod(due.minutes, 60)
    long = f"{hours} h" if hours and not minutes else f"{hours} h {minutes:02}" if hours else f"{minutes} min"
    return f"{long} {'of business hours' if due.business_hours else 'by the clock'}"


def _line(queue: Queue, rules: Rules, faults: Sequence[str]) -> QueueLine:
    wanted = as_wanted(queue, rules.get(queue.value))
    owner = wanted.owner.name if wanted.owner else ""
    to = wanted.escalate_to.name if wanted.escalate_to else owner
    after = f"{wanted.escalate_minutes} min overdue"
    return QueueLine(
        queue=queue,
        owner=owner,
        roles=", ".join(str(Role(role).label).lower() for role in sorted(wanted.roles)),
        due=in_words(wanted.due),
        categories=[f"{CATEGORIES[key]}: {in_words(due)}" for key, due in wanted.due_times.items()],
        escalates=f"{after}, to {to}" if to else after,
        faults=faults,
    )


def as_wanted(queue: Queue, rule: QueueRule | None) -> Wanted:
    """The rule as it holds; where none is set, as it stands."""
    if rule is None:
        one = STANDING[queue]
        return Wanted(None, one.roles, one.due, one.escalate_minutes, None, one.due_times)
    times = {one.category: Due(one.due_minutes, one.business_hours) for one in rule.due_times.all()}
    due = Due(rule.due_minutes, rule.business_hours)
    return Wanted(rule.owner, rule.roles, due, rule.escalate_minutes, rule.escalate_to, times)


FIRST = ("owner", "escalate_to", "escalate_minutes", "due_minutes", "business_hours")


class QueueForm(SettingsForm):
    """One rule. The category fields are named due_KEY and hours_KEY."""

    owner = OneOf(
        "Who answers for it", (), help_text="Hears of what nobody does, and may give work to others."
    )
    roles = Several("Which roles work in it", ())
    due_minutes = Number("Due after, in minutes", least=1, most=LONGEST)
    business_hours = Tick("Counted while the site is open")
    escalate_minutes = Number("Escalated when overdue by, in minutes", least=1, most=LONGEST)
    escalate_to = OneOf("Escalated first to", (), required=False, help_text="Then to whoever answers for it.")

    def __init__(self, data: QueryDict | None = None, *, queue: Queue, rule: QueueRule | None) -> None:
        holds = as_wanted(queue, rule)
        super().__init__(data, initial=_initial(holds))
        needs = Permission.SEE_RESTRICTED if queue == Queue.CRISIS else Permission.SEE_QUEUES
        roles = [role for role in Role if needs in ROLE_PERMISSIONS[role]]
        self.people = _people([role.value for role in roles])
        named = [(pk, f"{one.name} ({one.get_role_display().lower()})") for pk, one in self.people.items()]
        offer(self, "owner", [("", "Choose somebody"), *named])
        offer(self, "escalate_to", [("", "Nobody else"), *named])
        offer(self, "roles", [(role.value, str(role.label)) for role in roles])
        self.categories = list(STANDING[queue].due_times)
        for key in self.categories:
            self._add_category(key, holds.due_times.get(key, holds.due))

    @property
    def first(self) -> list[forms.BoundField]:
        return [self[name] for name in FIRST]

    @property
    def times(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """Each category with its two fields."""
        return [(CATEGORIES[key], self[f"due_{key}"], self[f"hours_{key}"]) for key in self.categories]

    def wanted(self) -> Wanted:
        """What the valid form says."""
        read = self.cleaned_data
        return Wanted(
            owner=self.people[read["owner"]],
            roles=read["roles"],
            due=Due(read["due_minutes"], read["business_hours"]),
            escalate_minutes=read["escalate_minutes"],
            escalate_to=self.people.get(read["escalate_to"]),
            due_times={key: Due(read[f"due_{key}"], read[f"hours_{key}"]) for key in self.categories},
        )

    def _add_category(self, key: str, due: Due) -> None:
        label = f"{CATEGORIES[key]}: due after, in minutes"
        self.fields[f"due_{key}"] = Number(label, least=1, most=LONGEST, initial=due.minutes)
        self.fields[f"hours_{key}"] = Tick("Counted while the site is open", initial=due.business_hours)


def _initial(holds: Wanted) -> dict[str, Any]:
    return {
        "owner": str(holds.owner.pk) if holds.owner else "",
        "roles": list(holds.roles),
        "due_minutes": holds.due.minutes,
        "business_hours": holds.due.business_hours,
        "escalate_minutes": holds.escalate_minutes,
        "escalate_to": str(holds.escalate_to.pk) if holds.escalate_to else "",
    }


def _people(roles: list[str]) -> dict[str, User]:
    found = User.objects.filter(is_active=True, role__in=roles).order_by("last_name", "first_name", "pk")
    return {str(one.pk): one for one in found}
