"""Reading the duty roster: a week at a site, and where nobody answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import ROLE_PERMISSIONS, Permission
from frontdesk.clinic.engine.cover import Stretch, gaps
from frontdesk.clinic.models import Duty, Site
from frontdesk.kit.clock import day_span

TARGETS = {"nurse": "Triage nurse", "provider": "Provider", "crisis": "Crisis"}


@dataclass(frozen=True)
class DutyDay:
    """One local day of one target. `gaps` are the stretches (instants) in which nobody answers."""

    day: date
    span: Stretch
    duties: Sequence[Duty]
    gaps: Sequence[Stretch]


@dataclass(frozen=True)
class TargetWeek:
    target: str
    words: str
    days: Sequence[DutyDay]

    @property
    def has_gaps(self) -> bool:
        return any(one.gaps for one in self.days)


def may_answer(site: Site) -> QuerySet[User]:
    """Who may be on duty at the site: clinicians who accept handoffs and work there, by name."""
    roles = [role for role, may in ROLE_PERMISSIONS.items() if Permission.ACCEPT_HANDOFFS in may]
    found = User.objects.filter(is_active=True, role__in=roles, staff__sites=site)
    return found.order_by("last_name", "first_name", "pk")


def week(site: Site, *, monday: date) -> Sequence[TargetWeek]:
    """The seven local days of the site from `monday`, for each target that is known or has a duty then."""
    days = [monday + timedelta(days=number) for number in range(7)]
    spans = [day_span(day, site.time_zone) for day in days]
    duties = list(
        Duty.objects.filter(site=site, starts__lt=spans[-1][1], ends__gt=spans[0][0])
        .select_related("user__staff")
        .order_by("starts", "rank", "pk")
    )
    targets = [*TARGETS, *sorted({one.target for one in duties} - set(TARGETS))]
    return [
        TargetWeek(
            target,
            target_words(target),
            [_day(day, span, target, duties) for day, span in zip(days, spans, strict=True)],
        )
        for target in targets
    ]


def target_words(target: str) -> str:
    return TARGETS.get(target, target.replace("_", " ").capitalize())


def _day(day: date, span: Stretch, target: str, duties: Sequence[Duty]) -> DutyDay:
    here = [one for one in duties if one.target == target and one.starts < span[1] and one.ends > span[0]]
    return DutyDay(day, span, here, gaps([(one.starts, one.ends) for one in here], span))
