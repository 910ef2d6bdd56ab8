"""Giving a request to a clinician: offered with a clock, accepted by name, directed in words."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.models import VisitType
from frontdesk.daybook.record import Actor, record
from frontdesk.kit.errors import BadValue, Refused
from frontdesk.kit.text import one_line
from frontdesk.triage.actions.locks import locked
from frontdesk.triage.engine.lanes import Lane
from frontdesk.triage.facts import HandoffAccepted, HandoffDirected, HandoffOffered
from frontdesk.triage.models import Direction, Handoff, Request
from frontdesk.triage.rules import OPENS_BOOKING, check_open
from frontdesk.work.actions.tasks import claim, finish_about, open_task
from frontdesk.work.models import Queue, Task

# Where a protocol's target waits. What is not named here waits for the triage nurse.
QUEUES = {
    "provider": Queue.PROVIDER,
    "provider_team": Queue.PROVIDER,
    "crisis": Queue.CRISIS,
    "crisis_clinician": Queue.CRISIS,
    "behavioural_health": Queue.CRISIS,
    "front_desk_lead": Queue.DESK,
    "manager": Queue.DESK,
    "authorizations": Queue.DESK,
    "language_services": Queue.DESK,
    "referrals": Queue.DESK,
}


class AlreadyAccepted(Refused):
    code = "HANDOFF_ACCEPTED"


class NotAccepted(Refused):
    code = "HANDOFF_NOT_ACCEPTED"


def offer(*, request: Request, target: str, minutes: int, by: Actor, now: datetime) -> Handoff:
    """Put the request before a clinician, with a clock. One that waits for the same target is kept.

    Called inside the transaction that set the lane.
    """
    waiting = request.handoffs.filter(target=target, directed_at=None).first()
    if waiting is not None:
        _raise_weight(request, waiting)
        return waiting
    emergency = request.current_lane is Lane.EMERGENCY
    handoff = Handoff.objects.create(
        request=request,
        target=target,
        situation=request.rule_title,
        asked_action="Join the call now" if emergency else "Accept, and direct what may be booked",
        offered_at=now,
        offered_by=by if isinstance(by, User) else None,
        due_at=now + timedelta(minutes=minutes),
    )
    fact = HandoffOffered(
        request_id=request.pk,
        patient_id=request.patient_id,
        handoff_id=handoff.pk,
        target=target,
        asked_action=handoff.asked_action,
        due_at=handoff.due_at,
    )
    record(fact, by=by, now=now)
    _open_task(request, handoff, by, now)
    return handoff


@transaction.atomic
def accept(*, handoff: Handoff, by: User, now: datetime, other: str = "") -> Handoff:
    """A clinician accepts; or anybody at the desk writes down that somebody outside did (`other`: "911").

    Raises AlreadyAccepted with the name of whoever was first.
    """
    request = locked(handoff.request)
    check_open(request)
    other = one_line(other, limit=120)
    if not other:
        by.check_may(Permission.ACCEPT_HANDOFFS)
    handoff = Handoff.objects.select_for_update(of=("self",)).get(pk=handoff.pk)
    if handoff.accepted_at is not None:
        raise AlreadyAccepted(f"{accepted_name(handoff)} has accepted this already.")
    handoff.accepted_at, handoff.accepted_by, handoff.accepted_by_other = now, by, other
    handoff.save(update_fields=["accepted_at", "accepted_by", "accepted_by_other"])
    fact = HandoffAccepted(
        request_id=request.pk,
        patient_id=request.patient_id,
        handoff_id=handoff.pk,
        accepted_by=accepted_name(handoff),
        after_seconds=int((now - handoff.offered_at).total_seconds()),
    )
    record(fact, by=by, now=now)
    for task in Task.objects.open().filter(about_kind="handoff", about_ref=handoff.pk):
        claim(task=task, by=by, take_over=True, now=now)
        Task.objects.filter(pk=task.pk).update(next_step="Direct what may be booked")
    return handoff


@transaction.atomic
def direct(
    *,
    handoff: Handoff,
    direction: str,
    by: User,
    now: datetime,
    visit_type: VisitType | None = None,
    visit_by: date | None = None,
    note: str = "",
) -> Handoff:
    """The clinician says what is to happen. Only a direction to book opens booking, and only within it.

    `visit_by` is a local day of the site, today or later. Raises NotAccepted, BadValue, NotAllowed.
    """
    by.check_may(Permission.ACCEPT_HANDOFFS)
    request = locked(handoff.request)
    check_open(request)
    handoff = Handoff.objects.select_for_update(of=("self",)).get(pk=handoff.pk)
    if handoff.accepted_at is None:
        raise NotAccepted("Accept the handoff first, then direct.")
    today = now.astimezone(request.site.zone).date()
    day = _check_direction(request, direction, visit_type, visit_by, today)
    handoff.direction, handoff.direct_visit_type, handoff.direct_by = direction, visit_type, day
    handoff.direction_note = one_line(note, limit=500)
    handoff.directed_at, handoff.directed_by = now, by
    handoff.save()
    fact = HandoffDirected(
        request_id=request.pk,
        patient_id=request.patient_id,
        handoff_id=handoff.pk,
        direction=Direction(direction).label,
        visit_type=visit_type.name if visit_type else "",
        visit_by=day,
        note=handoff.direction_note,
    )
    record(fact, by=by, now=now)
    finish_about(about=("handoff", handoff.pk), outcome=Direction(direction).label, by=by, now=now)
    return handoff


def show_lane_in_queue(*, request: Request) -> None:
    """The queue shows the new lane at once. Called inside the transaction that changed it."""
    for handoff in request.handoffs.filter(directed_at=None):
        _raise_weight(request, handoff)


def queue_of(target: str) -> Queue:
    """The queue in which a target of the protocol looks for its work."""
    return QUEUES.get(target, Queue.NURSE)


def accepted_name(handoff: Handoff) -> str:
    """Who accepted: the name given for somebody outside, else the clinician's own."""
    return handoff.accepted_by_other or (handoff.accepted_by.name if handoff.accepted_by else "")


def _check_direction(
    request: Request, direction: str, visit_type: VisitType | None, visit_by: date | None, today: date
) -> date | None:
    if direction not in Direction.values:
        raise BadValue("Choose what is to happen.", field="direction")
    if direction not in OPENS_BOOKING:
        return None
    if request.current_lane is Lane.EMERGENCY:
        raise BadValue(
            "An emergency is never booked. Lower the lane first, with a reason.", field="direction"
        )
    if visit_type is None:
        raise BadValue("Choose the visit type that may be booked.", field="visit_type")
    if direction == Direction.SAME_DAY:
        return today
    if visit_by is None or not today <= visit_by <= today + timedelta(days=60):
        raise BadValue("Give the last day for the visit, from today to 60 days ahead.", field="visit_by")
    return visit_by


def _open_task(request: Request, handoff: Handoff, by: Actor, now: datetime) -> None:
    open_task(
        queue=queue_of(handoff.target),
        site=request.site,
        patient=request.patient,
        about=("handoff", handoff.pk),
        title=request.rule_title or "Asked for by the desk",
        next_step="Accept the handoff",
        due_at=handoff.due_at,
        weight=request.rank,
        restricted=request.restricted,
        by=by,
        now=now,
    )


def _raise_weight(request: Request, handoff: Handoff) -> None:
    Task.objects.open().filter(about_kind="handoff", about_ref=handoff.pk).update(weight=request.rank)
