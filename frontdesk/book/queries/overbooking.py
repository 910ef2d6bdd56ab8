"""The rules for extra visits as they are read, and how many extra places are used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.models import Appointment, AppointmentStatus, Claim, OverbookRule
from frontdesk.book.rules_overbooking import RuleState, state_of
from frontdesk.clinic.models import Site
from frontdesk.kit.clock import day_span, local_day

LOOK_AHEAD = 14  # days for which the used places are shown


@dataclass(frozen=True)
class DayUse:
    """How many extra places of a provider are taken on a local day; `cap` is how many a rule opens."""

    day: date
    used: int
    cap: int


@dataclass(frozen=True)
class RuleRow:
    rule: OverbookRule
    state: RuleState
    uses: Sequence[DayUse]

    @property
    def used(self) -> int:
        return sum(one.used for one in self.uses)


def rules_seen_by(user: User) -> list[OverbookRule]:
    """The rules of providers at the user's sites; and always one's own."""
    rows = OverbookRule.objects.select_related("provider__site", "drafted_by", "signed_by", "ended_by")
    rows = rows.prefetch_related("visit_types").order_by("provider__family", "provider", "-valid_from", "-pk")
    if user.may(Permission.SEE_ALL_SITES):
        return list(rows)
    return list(rows.filter(Q(provider__site__in=Site.objects.of(user)) | Q(provider__user=user)).distinct())


def rule_rows(rules: Iterable[OverbookRule], *, now: datetime) -> list[RuleRow]:
    """Each rule with its state, and for one in force the coming days on which it holds."""
    rules = list(rules)
    used = _used({rule.provider_id: rule.provider.site for rule in rules}, now)
    found = []
    for rule in rules:
        today = local_day(now, rule.provider.site.time_zone)
        state = state_of(rule, today=today)
        live = state in (RuleState.IN_FORCE, RuleState.LATER)
        found.append(RuleRow(rule, state, _uses(rule, today, used) if live else ()))
    return found


def standing(rule: OverbookRule, *, now: datetime) -> int:
    """How many extra visits of the rule are still to come."""
    ahead = Appointment.objects.filter(overbooked_by=rule, start__gte=now)
    return ahead.filter(status=AppointmentStatus.BOOKED).count()


def _uses(rule: OverbookRule, today: date, used: Counter[tuple[int, date]]) -> list[DayUse]:
    days = (today + timedelta(days=ahead) for ahead in range(LOOK_AHEAD))
    return [
        DayUse(day, used[rule.provider_id, day], rule.cap)
        for day in days
        if rule.valid_from <= day <= rule.valid_until
        and (not rule.weekdays or day.weekday() in rule.weekdays)
    ]


def _used(sites: dict[int, Site], now: datetime) -> Counter[tuple[int, date]]:
    """By provider and local day: the live claims beyond the first unit."""
    found: Counter[tuple[int, date]] = Counter()
    if not sites:
        return found
    first = min(day_span(local_day(now, site.time_zone), site.time_zone)[0] for site in sites.values())
    claims = Claim.objects.live().filter(unit__gt=1, resource__in=sites, start__gte=first)
    ahead = claims.filter(start__lt=now + timedelta(days=LOOK_AHEAD + 1))
    for resource, start in ahead.values_list("resource_id", "start"):
        found[resource, local_day(start, sites[resource].time_zone)] += 1
    return found
