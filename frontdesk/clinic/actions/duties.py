"""The duty roster: who answers which escalation at a site, and when."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.facts_settings import DutyAdded, DutyEnded
from frontdesk.clinic.models import Duty, Site
from frontdesk.clinic.queries.roster import TARGETS, may_answer
from frontdesk.daybook.record import record
from frontdesk.kit.errors import BadValue, Refused

LONGEST, FARTHEST, MOST_RANKS = timedelta(days=31), timedelta(days=731), 9


@transaction.atomic
def add_duty(
    *,
    site: Site,
    target: str,
    who: User,
    rank: int,
    starts: datetime,
    ends: datetime,
    by: User,
    now: datetime,
) -> Duty:
    """Put somebody on duty from `starts` to `ends` (aware instants). `rank` 1 is asked first.

    Raises BadValue with its field: an unknown target, somebody who may not answer it, a stretch that is over, ends
    before it begins or is longer than a month, or one in which the same person answers the same target already.
    """
    by.check_may(Permission.DRAFT_SETTINGS)
    _check_who(target, who, site)
    _check_stretch(starts, ends, now)
    if not 1 <= rank <= MOST_RANKS:
        raise BadValue(f"A number from 1 to {MOST_RANKS}: 1 is asked first.", field="rank")
    User.objects.select_for_update(no_key=True).get(pk=who.pk)  # two of the same duty at once wait here
    same = Duty.objects.filter(site=site, target=target, user=who, starts__lt=ends, ends__gt=starts)
    if same.exists():
        raise BadValue(f"{who.name} answers this already during part of that time.", field="who")
    duty = Duty.objects.create(site=site, target=target, user=who, rank=rank, starts=starts, ends=ends)
    fact = DutyAdded(
        duty_id=duty.pk, site_id=site.pk, target=target, who=who.name, rank=rank, starts=starts, ends=ends
    )
    record(fact, by=by, now=now)
    return duty


@transaction.atomic
def end_duty(*, duty: Duty, by: User, now: datetime) -> None:
    """End a duty now; one that has not begun is taken out. Refused where it is over already."""
    by.check_may(Permission.DRAFT_SETTINGS)
    row = (
        Duty.objects.select_for_update(of=("self",), no_key=True)
        .select_related("user")
        .filter(pk=duty.pk)
        .first()
    )
    if row is None or row.ends <= now:
        raise Refused("This duty is over already.", code="DUTY_OVER")
    fact = DutyEnded(
        duty_id=row.pk, site_id=row.site_id, target=row.target, who=row.user.name, was_to_end=row.ends,
        ends=max(now, row.starts), taken_out=row.starts >= now,
    )  # fmt: skip
    if fact.taken_out:
        row.delete()
    else:
        row.ends = now
        row.save(update_fields=["ends"])
    record(fact, by=by, now=now)


def _check_who(target: str, who: User, site: Site) -> None:
    if target not in TARGETS:
        raise BadValue("Choose one of those that are listed.", field="target")
    if not may_answer(site, target).filter(pk=who.pk).exists():
        raise BadValue(f"{who.name} does not answer escalations at {site.name}.", field="who")


def _check_stretch(starts: datetime, ends: datetime, now: datetime) -> None:
    if ends <= starts:
        raise BadValue("It ends before it begins.", field="ends")
    if ends <= now:
        raise BadValue("This is over already.", field="ends")
    if ends - starts > LONGEST:
        raise BadValue("A month at most: a longer duty hides who is really there.", field="ends")
    if starts > now + FARTHEST:
        raise BadValue("Two years ahead at most.", field="starts")
