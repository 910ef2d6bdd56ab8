"""Reading the duty roster: a week at a site, where nobody answers, and who answers now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import ROLE_PERMISSIONS, Permission
from frontdesk.clinic.engine.cover import Stretch, gaps
from frontdesk.clinic.models import Duty, Site
from frontdesk.kit.clock import day_span

TARGETS = {
    "nurse": "Triage nurse",
    "provider": "Provider",
    "crisis": "Crisis",
    "on_call": "On call after hours",
    "obstetrics": "Obstetrics",
    "paediatrics": "Children",
    "transitions": "After a hospital stay",
    "manager": "Manager",
    "desk_lead": "Front desk lead",
    "referrals": "Referrals",
    "authorizations": "Authorizations",
    "language": "Interpreters",
}
"""What somebody may be on duty for, with its words."""

ALWAYS = ("nurse", "provider", "crisis")
"""Duties that a week shows in any case, with the stretches in which nobody has them."""

FOR_THE_DESK = frozenset({"manager", "desk_lead", "referrals", "authorizations", "language"})
"""Duties that somebody without a clinical role may have."""


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


@dataclass(frozen=True)
class DutyNow:
    """Who answers for a target at a moment, first asked first; and what follows: who, from when."""

    target: str
    words: str
    now: Sequence[Duty]
    then: Sequence[Duty]


def may_answer(site: Site, target: str = "nurse") -> QuerySet[User]:
    """Who may have a duty at the site, by name: clinicians who accept handoffs and work there.

    Duties of the desk's own may be had by everybody who works with the queues there.
    """
    needed = Permission.SEE_QUEUES if target in FOR_THE_DESK else Permission.ACCEPT_HANDOFFS
    here = Q(staff__sites=site)
    if target in FOR_THE_DESK:
        here |= Q(role__in=_roles(Permission.SEE_ALL_SITES))
    found = User.objects.filter(here, is_active=True, role__in=_roles(needed)).distinct()
    return found.order_by("last_name", "first_name", "pk")


def answering(site: Site, target: str, moment: datetime, *, restricted: bool = False) -> list[Duty]:
    """Who has this duty at the site at `moment`, in the order in which they are asked.

    Only people who may still log in and see the site; where the matter is `restricted`, only who may see such.
    """
    sees = Q(user__staff__sites=site) | Q(user__role__in=_roles(Permission.SEE_ALL_SITES))
    rows = Duty.objects.at(moment).for_target(target, site=site).filter(sees, user__is_active=True)
    if restricted:
        rows = rows.filter(user__role__in=_roles(Permission.SEE_RESTRICTED))
    return list(rows.select_related("user__staff").distinct())


def now_and_then(site: Site, moment: datetime) -> list[DutyNow]:
    """Each duty that is always needed or that somebody has in the next day: who answers now, and who after them."""
    until = moment + timedelta(days=1)
    rows = Duty.objects.filter(site=site, ends__gt=moment, starts__lte=until, user__is_active=True)
    duties = list(rows.select_related("user__staff").order_by("starts", "rank", "pk"))
    targets = [*ALWAYS, *(one for one in TARGETS if one not in ALWAYS)]
    targets += sorted({one.target for one in duties} - set(TARGETS))
    found = [_now_and_then(target, duties, moment) for target in targets]
    return [one for one in found if one.target in ALWAYS or one.now or one.then]


def _now_and_then(target: str, duties: Sequence[Duty], moment: datetime) -> DutyNow:
    here = [one for one in duties if one.target == target]
    now = sorted((one for one in here if one.starts <= moment), key=lambda one: (one.rank, one.pk))
    then = [one for one in here if one.starts > moment]
    first = [one for one in then if one.starts == then[0].starts]
    return DutyNow(target, target_words(target), now, first)


def _roles(permission: Permission) -> list[str]:
    return [role for role, may in ROLE_PERMISSIONS.items() if permission in may]


def week(site: Site, *, monday: date) -> Sequence[TargetWeek]:
    """The seven local days of the site from `monday`, for each target that is always needed or has a duty then."""
    days = [monday + timedelta(days=number) for number in range(7)]
    spans = [day_span(day, site.time_zone) for day in days]
    duties = list(
        Duty.objects.filter(site=site, starts__lt=spans[-1][1], ends__gt=spans[0][0])
        .select_related("user__staff")
        .order_by("starts", "rank", "pk")
    )
    there = {one.target for one in duties}
    targets = [*ALWAYS, *(one for one in TARGETS if one in there and one not in ALWAYS)]
    targets += sorted(there - set(TARGETS))
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
    empty = gaps([(one.starts, one.ends) for one in here], span) if target in ALWAYS else ()
    return DutyDay(day, span, here, empty)
