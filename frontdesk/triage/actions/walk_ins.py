"""Walk-ins: they arrive, a clinician weighs them, they leave. Nothing but the tier and the arrival orders them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.models import Appointment
from frontdesk.clinic.models import Site
from frontdesk.daybook.record import Actor, record
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from frontdesk.kit.text import one_line
from frontdesk.triage.actions.locks import locked
from frontdesk.triage.engine.lanes import Lane
from frontdesk.triage.facts_counter import WalkInArrived, WalkInLeft, WalkInTierSet
from frontdesk.triage.models import Channel, Outcome, Request, TierChange, WalkIn, WalkInEnd
from frontdesk.triage.queries.walk_ins import order_of
from frontdesk.triage.rules import CLINICAL, check_open
from frontdesk.work.actions.tasks import finish_about, open_task
from frontdesk.work.models import Queue, Task

ABOUT = "walk_in"
TIERS = (1, 2, 3, 4, 5)
WEIGH_WITHIN = timedelta(minutes=5)
CALL_BACK_WITHIN = timedelta(minutes=15)
ENDS = {
    Outcome.BOOKED: WalkInEnd.BOOKED,
    Outcome.HANDED_OVER: WalkInEnd.REFERRED,
    Outcome.ANSWERED: WalkInEnd.REFERRED,
    Outcome.CALLER_LEFT: WalkInEnd.LEFT,
    Outcome.DUPLICATE: WalkInEnd.REFERRED,
}


class NotWaiting(Refused):
    code = "NOT_WAITING"


class SameTier(Refused):
    code = "SAME_TIER"


class EmergencyTier(Refused):
    """A person in the emergency lane is seen first, or the lane is lowered first."""

    code = "TIER_EMERGENCY"


class OutOfTurn(Refused):
    """Somebody is taken in while others stand before them, and nobody said why."""

    code = "OUT_OF_TURN"


@transaction.atomic
def arrive(*, request: Request, by: User, now: datetime) -> WalkIn:
    """Put the request's person among those who wait at its site, from `now`. Who waits already stays as they are.

    The time of arrival is the clock's and nobody can type it. Raises BadValue for a request of another channel.
    """
    by.check_may(Permission.TAKE_REQUESTS)
    request = locked(request)
    check_open(request)
    if request.channel != Channel.WALK_IN:
        raise BadValue("Only a walk-in waits at the counter.", field="channel")
    if (before := WalkIn.objects.filter(request=request).first()) is not None:
        return before
    walk_in = WalkIn.objects.create(request=request, site=request.site, arrived_at=now)
    fact = WalkInArrived(
        request_id=request.pk,
        patient_id=request.patient_id,
        walk_in_id=walk_in.pk,
        site=request.site.name,
        arrived_at=now,
        waiting=len(order_of(request.site)),
    )
    record(fact, by=by, now=now)
    return walk_in


@transaction.atomic
def set_tier(*, walk_in: WalkIn, tier: int, reason: str, by: User, now: datetime) -> WalkIn:
    """A clinician weighs somebody who waits: tier 1 is seen first, 5 last. The reason is part of the record.

    Raises NotAllowed for who may not lower a lane, BadValue, NotWaiting, SameTier, EmergencyTier.
    """
    if not by.may(Permission.LOWER_LANE):
        raise NotAllowed("Only a clinician may set the tier of somebody who waits.", code="TIER_CLINICIAN")
    if tier not in TIERS:
        raise BadValue("Choose a tier from 1 to 5.", field="tier")
    why = one_line(reason, limit=300)
    if not why:
        raise BadValue("Say why, in a few words.", field="reason")
    request = locked(walk_in.request)
    walk_in = _waiting(walk_in)
    _check_tier(request, walk_in, tier)
    before, was = order_of(walk_in.site), walk_in.tier
    walk_in.tier, walk_in.tier_at, walk_in.tier_by = tier, now, by
    walk_in.save(update_fields=["tier", "tier_at", "tier_by"])
    TierChange.objects.create(
        walk_in=walk_in, was=was, became=tier, reason=why, changed_at=now, changed_by=by
    )
    fact = WalkInTierSet(
        request_id=request.pk,
        patient_id=request.patient_id,
        walk_in_id=walk_in.pk,
        was=was,
        became=tier,
        before=before,
        after=order_of(walk_in.site),
    )
    record(fact, by=by, now=now, because=why)
    finish_about(about=(ABOUT, walk_in.pk), outcome=f"Tier {tier}", by=by, now=now)
    return walk_in


@transaction.atomic
def leave(*, walk_in: WalkIn, end: str, note: str, by: User, now: datetime) -> WalkIn:
    """Somebody no longer waits. Taking in a person before others who stand before them needs a note that says why.

    Who leaves unseen in a clinical lane becomes a task of the nurse. Raises BadValue, NotWaiting, OutOfTurn.
    """
    if not by.may(Permission.ACCEPT_HANDOFFS):
        by.check_may(Permission.TAKE_REQUESTS)
    if end not in WalkInEnd.values:
        raise BadValue("Say how the waiting ended.", field="end")
    said = one_line(note, limit=300)
    request = locked(walk_in.request)
    walk_in = _waiting(walk_in)
    _check_end(request, walk_in, WalkInEnd(end), said)
    return _end(request, walk_in, WalkInEnd(end), said, by=by, now=now)


def end_with_request(*, request: Request, by: User, now: datetime) -> None:
    """The request was closed: its person no longer waits. Inside the transaction that closed it."""
    walk_in = WalkIn.objects.waiting().select_related("site").filter(request=request).first()
    if walk_in is None or not request.outcome or _goes_on(walk_in, request, by, now):
        return
    _end(request, walk_in, ENDS[Outcome(request.outcome)], "The request was closed", by=by, now=now)


def ask_for_tier(*, request: Request, by: Actor, now: datetime) -> None:
    """A walk-in in a clinical lane that nobody has weighed is put before the nurse, once.

    Inside the transaction that set the lane.
    """
    walk_in = WalkIn.objects.waiting().filter(request=request, tier=None).first()
    if walk_in is None or request.current_lane not in CLINICAL:
        return
    open_tasks = Task.objects.open().filter(about_kind=ABOUT, about_ref=walk_in.pk)
    if open_tasks.exists():
        open_tasks.update(weight=request.rank)
        return
    open_task(
        queue=Queue.NURSE,
        site=walk_in.site,
        patient=request.patient,
        about=(ABOUT, walk_in.pk),
        title="Walk-in not weighed yet",
        next_step="Set the tier under “Walk-ins”",
        due_at=now + WEIGH_WITHIN,
        weight=request.rank,
        restricted=request.restricted,
        by=by,
        now=now,
    )


def _goes_on(walk_in: WalkIn, request: Request, by: User, now: datetime) -> bool:
    """Closed as a duplicate: the person still stands there, and waits on with the request that goes on."""
    other = Request.objects.open().filter(pk=request.same_as_id or 0, walk_in=None).first()
    if other is None:
        return False
    walk_in.request = other
    walk_in.save(update_fields=["request"])
    fact = WalkInArrived(
        request_id=other.pk,
        patient_id=other.patient_id,
        walk_in_id=walk_in.pk,
        site=walk_in.site.name,
        arrived_at=walk_in.arrived_at,
        waiting=len(order_of(walk_in.site)),
    )
    record(fact, by=by, now=now)
    ask_for_tier(request=other, by=by, now=now)
    return True


def _waiting(walk_in: WalkIn) -> WalkIn:
    """Everybody who waits at the site is locked, in one order, so that no two orders are made at once."""
    site = WalkIn.objects.filter(site=walk_in.site_id).waiting().order_by("pk")
    rows = {
        one.pk: one
        for one in site.select_for_update(no_key=True, of=("self",)).select_related("site", "request")
    }
    if walk_in.pk not in rows:
        raise NotWaiting("This person no longer waits.")
    return rows[walk_in.pk]


def _check_tier(request: Request, walk_in: WalkIn, tier: int) -> None:
    if request.current_lane is Lane.EMERGENCY and tier != 1:
        raise EmergencyTier(
            "This person is in the emergency lane: tier 1, or lower the lane first, with a reason."
        )
    if tier == walk_in.tier:
        raise SameTier(f"The tier is {tier} already.")


def _check_end(request: Request, walk_in: WalkIn, end: WalkInEnd, note: str) -> None:
    booked = Appointment.objects.filter(asked_for=request.pk).exclude(status="cancelled")
    if end is WalkInEnd.BOOKED and not booked.exists():
        raise BadValue("No visit is booked for this person yet.", field="end")
    if end is WalkInEnd.SEEN and not note and order_of(walk_in.site)[0] != request.pk:
        raise OutOfTurn("Others stand before this person. Say in the note why they are taken in first.")


def _end(request: Request, walk_in: WalkIn, end: WalkInEnd, note: str, *, by: User, now: datetime) -> WalkIn:
    order = order_of(walk_in.site)
    walk_in.left_at, walk_in.left_by, walk_in.end, walk_in.end_note = now, by, end, note
    walk_in.save(update_fields=["left_at", "left_by", "end", "end_note"])
    fact = WalkInLeft(
        request_id=request.pk,
        patient_id=request.patient_id,
        walk_in_id=walk_in.pk,
        how=end.label,
        note=note,
        place=order.index(request.pk) + 1,
        waiting=len(order),
    )
    record(fact, by=by, now=now)
    finish_about(about=(ABOUT, walk_in.pk), outcome=end.label, by=by, now=now)
    if end is WalkInEnd.LEFT and request.is_open and request.current_lane in CLINICAL:
        _call_back(request, walk_in.site, by, now)
    return walk_in


def _call_back(request: Request, site: Site, by: User, now: datetime) -> None:
    open_task(
        queue=Queue.NURSE,
        site=site,
        patient=request.patient,
        about=("request", request.pk),
        title="Left the counter before being seen",
        next_step="Call them back at once",
        due_at=now + CALL_BACK_WITHIN,
        weight=request.rank,
        restricted=request.restricted,
        by=by,
        now=now,
    )
