"""Rules for extra visits: drafted by whoever may change settings, signed by the provider alone, ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.actions.taking import refuses
from frontdesk.book.actions.wanted import Wanted
from frontdesk.book.facts_overbooking import OverbookingDrafted, OverbookingEnded, OverbookingSigned
from frontdesk.book.models import OverbookRule
from frontdesk.book.queries.overbooking import standing
from frontdesk.book.rules_overbooking import check_can_end, check_can_sign
from frontdesk.clinic.models import Provider, VisitType
from frontdesk.daybook.record import record
from frontdesk.kit.clock import local_day
from frontdesk.kit.errors import BadValue, Refused
from frontdesk.kit.text import one_line

LONGEST = timedelta(days=366)
MOST = 20  # extra visits a day: beyond that it is another template


class RuleClosed(Refused):
    """The rule was signed or ended before."""

    code = "RULE_CLOSED"


@dataclass(frozen=True)
class RuleDraft:
    """A rule as it is asked for. Local days and hours; Monday is 0; no weekday means every day.

    Without visit types it holds for all that the provider sees.
    """

    provider: Provider
    starts: time
    ends: time
    cap: int
    valid_from: date
    valid_until: date
    because: str
    weekdays: Sequence[int] = ()
    visit_types: Sequence[VisitType] = ()


@transaction.atomic
def draft(*, rule: RuleDraft, by: User, now: datetime) -> OverbookRule:
    """Write a rule down. It opens nothing until the provider has signed it. Raises NotAllowed or BadValue."""
    by.check_may(Permission.DRAFT_SETTINGS)
    _check(rule, local_day(now, rule.provider.site.time_zone))
    made = OverbookRule.objects.create(
        provider=rule.provider,
        weekdays=sorted(set(rule.weekdays)),
        starts=rule.starts,
        ends=rule.ends,
        cap=rule.cap,
        valid_from=rule.valid_from,
        valid_until=rule.valid_until,
        because=one_line(rule.because, limit=200),
        drafted_at=now,
        drafted_by=by,
    )
    made.visit_types.set(rule.visit_types)
    fact = OverbookingDrafted(
        overbook_rule_id=made.pk,
        resource_id=made.provider_id,
        weekdays=made.weekdays,
        hours=OverbookingDrafted.hours_of(made.starts, made.ends),
        cap=made.cap,
        visit_types=[one.code for one in rule.visit_types],
        valid_from=made.valid_from,
        valid_until=made.valid_until,
    )
    record(fact, by=by, now=now, because=made.because)
    return made


@transaction.atomic
def sign(*, rule: OverbookRule, by: User, now: datetime) -> OverbookRule:
    """Put a drafted rule in force, as the provider whose time it is.

    Raises NotAllowed; RuleClosed where it was signed or ended before; BadValue where its days have passed.
    """
    rule = _lock(rule)
    check_can_sign(rule, by=by)
    if rule.signed_at is not None or rule.ended_at is not None:
        raise RuleClosed(
            "This rule was signed before." if rule.ended_at is None else "This rule was ended before."
        )
    if rule.valid_until < local_day(now, rule.provider.site.time_zone):
        raise BadValue("The days of this rule have passed: draft it anew.")
    rule.signed_at, rule.signed_by = now, by
    rule.save(update_fields=["signed_at", "signed_by"])
    fact = OverbookingSigned(overbook_rule_id=rule.pk, resource_id=rule.provider_id)
    record(fact, by=by, now=now, because=rule.because, approved_by=by)
    return rule


@transaction.atomic
def end(*, rule: OverbookRule, because: str, by: User, now: datetime) -> OverbookRule:
    """Take a rule out of force, or a draft away. Extra visits that are booked stand.

    Raises NotAllowed, BadValue without a reason, or RuleClosed where it was ended before.
    """
    rule = _lock(rule)
    check_can_end(rule, by=by)
    if len(because.strip()) < 3:
        raise BadValue("Say why the rule ends.", field="because")
    if rule.ended_at is not None:
        raise RuleClosed("This rule was ended before.")
    rule.ended_at, rule.ended_by = now, by
    rule.save(update_fields=["ended_at", "ended_by"])
    fact = OverbookingEnded(
        overbook_rule_id=rule.pk, resource_id=rule.provider_id, standing=standing(rule, now=now)
    )
    record(fact, by=by, now=now, because=one_line(because, limit=200))
    return rule


def rule_for(*, wanted: Wanted, by: User) -> OverbookRule | None:
    """The signed rule that lets the provider be given `wanted` beside what is booked; None where there is none.

    It reads only: whether a place is left is decided under the lock, when the time is taken.
    """
    by.check_may(Permission.BOOK)
    signed = OverbookRule.objects.filter(
        provider=wanted.provider, signed_at__isnull=False, ended_at=None
    ).order_by("-cap", "pk")
    return next((rule for rule in signed if not refuses(rule, wanted)), None)


def _lock(rule: OverbookRule) -> OverbookRule:
    rows = OverbookRule.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("provider__site").get(pk=rule.pk)


def _check(rule: RuleDraft, today: date) -> None:
    if not rule.provider.active:
        raise BadValue(f"{rule.provider.name} no longer works here.", field="provider")
    if rule.provider.user_id is None:
        raise BadValue(
            f"{rule.provider.name} has no log-in, so nobody could sign the rule.", field="provider"
        )
    if any(day not in range(7) for day in rule.weekdays):
        raise BadValue("Choose days of the week.", field="weekdays")
    if rule.ends <= rule.starts:
        raise BadValue("The end comes before the beginning.", field="ends")
    if not 1 <= rule.cap <= MOST:
        raise BadValue(f"From 1 to {MOST} extra visits a day.", field="cap")
    if rule.valid_until < rule.valid_from:
        raise BadValue("The last day comes before the first.", field="valid_until")
    if rule.valid_until < today:
        raise BadValue("These days have passed.", field="valid_until")
    if rule.valid_until - rule.valid_from > LONGEST:
        raise BadValue("A rule holds for a year at most: sign it anew after that.", field="valid_until")
    if len(rule.because.strip()) < 3:
        raise BadValue("Say why extra visits are wanted.", field="because")
    strangers = [one.name for one in rule.visit_types if one.specialty_id != rule.provider.specialty_id]
    if strangers:
        raise BadValue(f"{rule.provider.name} does not see: {', '.join(strangers)}.", field="visit_types")
