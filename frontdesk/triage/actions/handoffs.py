"""Giving a request to a clinician: offered with a clock, accepted by name, directed in words."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.models import SlotClass, VisitType
from frontdesk.daybook.record import Actor, record
from frontdesk.kit.errors import BadValue, Refused
from frontdesk.kit.text import one_line
from frontdesk.triage.actions import escalation
from frontdesk.triage.actions.locks import locked
from frontdesk.triage.directions import Directed, check_direction
from frontdesk.triage.engine.lanes import Lane
from frontdesk.triage.facts import (
    HandoffAccepted,
    HandoffDirected,
    HandoffOffered,
    HandoffOutcomeNoted,
)
from frontdesk.triage.models import Direction, EscalationStep, Handoff, Request, StepEnd
from frontdesk.triage.rules import CLINICAL, OPENS_BOOKING, check_open
from frontdesk.work.actions.tasks import claim, finish_about, open_task
from frontdesk.work.models import Queue, Task


class AlreadyAccepted(Refused):
    code = "HANDOFF_ACCEPTED"


class NotAccepted(Refused):
    code = "HANDOFF_NOT_ACCEPTED"


class OutcomeNoted(Refused):
    code = "HANDOFF_OUTCOME_NOTED"


def offer(*, request: Request, target: str, minutes: int, by: Actor, now: datetime) -> Handoff:
    """Put the request before whoever the target's tree asks first, for `minutes` at most.

    One that waits for the same target is kept: the lane may have risen, and then its clock runs out sooner. Called
    inside the transaction that set the lane.
    """
    waiting = request.handoffs.filter(target=target, directed_at=None).first()
    if waiting is not None:
        _offer_again(request, waiting, minutes, by, now)
        return waiting
    handoff = Handoff.objects.create(
        request=request,
        target=target,
        situation=request.rule_title,
        words=said_so_far(request),
        callback=request.callback,
        asked_action=_asked_action(request),
        offered_at=now,
        offered_by=by if isinstance(by, User) else None,
        due_at=now + timedelta(minutes=minutes),
    )
    step = escalation.begin(handoff=handoff, request=request, minutes=minutes, now=now)
    fact = HandoffOffered(
        request_id=request.pk,
        patient_id=request.patient_id,
        handoff_id=handoff.pk,
        target=target,
        asked_action=handoff.asked_action,
        due_at=handoff.due_at,
        asked=step.words,
        skipped=escalation.skipped_before(step),
    )
    record(fact, by=by, now=now)
    _open_task(request, handoff, step, by, now)
    return handoff


@transaction.atomic
def accept(*, handoff: Handoff, by: User, now: datetime, other: str = "") -> Handoff:
    """A clinician accepts; or anybody at the desk writes down that somebody outside did (`other`: "911").

    The handoff keeps the caller's words and the callback as they stand now; nobody else is asked any more. Raises
    AlreadyAccepted with the name of whoever was first.
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
    handoff.words, handoff.callback = said_so_far(request), request.callback
    handoff.save(update_fields=["accepted_at", "accepted_by", "accepted_by_other", "words", "callback"])
    escalation.end(handoff=handoff, how=StepEnd.ACCEPTED, now=now)
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
    slot_class: SlotClass | None = None,
    modality: str = "",
    note: str = "",
) -> Handoff:
    """The clinician says what is to happen. Only a direction to book opens booking, and only within it.

    `visit_by` is a local day of the site, today or later. With a `slot_class` or a `modality` nothing else may be
    booked. What the rule's limits do not allow is refused. Raises NotAccepted, BadValue, NotAllowed.
    """
    by.check_may(Permission.ACCEPT_HANDOFFS)
    request = locked(handoff.request)
    check_open(request)
    handoff = Handoff.objects.select_for_update(of=("self",)).get(pk=handoff.pk)
    if handoff.accepted_at is None:
        raise NotAccepted("Accept the handoff first, then direct.")
    today = now.astimezone(request.site.zone).date()
    asked = Directed(direction, visit_type, visit_by, slot_class, modality)
    day = check_direction(request, asked, today=today, now=now)
    handoff.direction, handoff.direct_visit_type, handoff.direct_by = direction, visit_type, day
    opens = direction in OPENS_BOOKING
    handoff.direct_slot_class, handoff.direct_modality = (slot_class, modality) if opens else (None, "")
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
        slot_class=slot_class.name if slot_class and opens else "",
        modality=handoff.direct_modality,
    )
    record(fact, by=by, now=now)
    finish_about(about=("handoff", handoff.pk), outcome=Direction(direction).label, by=by, now=now)
    return handoff


@transaction.atomic
def note_outcome(*, handoff: Handoff, outcome: str, by: User, now: datetime) -> Handoff:
    """Write down what came of an accepted handoff, once, also after its request was closed.

    Raises NotAccepted, OutcomeNoted, BadValue, NotAllowed.
    """
    if not by.may(Permission.ACCEPT_HANDOFFS):
        by.check_may(Permission.TAKE_REQUESTS)
    request = locked(handoff.request)
    handoff = Handoff.objects.select_for_update(of=("self",)).get(pk=handoff.pk)
    if handoff.accepted_at is None:
        raise NotAccepted("Nobody has accepted this handoff yet, so nothing has come of it.")
    if handoff.outcome_at is not None:
        raise OutcomeNoted("What came of it is written down already.")
    said = one_line(outcome, limit=301)
    if not said or len(said) > 300:
        raise BadValue("Say what came of it, in at most 300 characters.", field="outcome")
    handoff.outcome, handoff.outcome_at, handoff.outcome_by = said, now, by
    handoff.save(update_fields=["outcome", "outcome_at", "outcome_by"])
    fact = HandoffOutcomeNoted(
        request_id=request.pk, patient_id=request.patient_id, handoff_id=handoff.pk, outcome=said
    )
    record(fact, by=by, now=now)
    return handoff


def show_lane_in_queue(*, request: Request, by: User, now: datetime) -> None:
    """The queue shows the new lane at once; in a lane that needs no clinician nobody is waited for any more.

    Called inside the transaction that changed it.
    """
    for handoff in request.handoffs.filter(directed_at=None):
        _raise_weight(request, handoff)
        if handoff.accepted_at is None and request.current_lane not in CLINICAL:
            escalation.end(handoff=handoff, how=StepEnd.SUPERSEDED, now=now)
            outcome = f"Lane lowered to {request.lane}"
            finish_about(about=("handoff", handoff.pk), outcome=outcome, by=by, now=now)


def keep_restricted(*, request: Request) -> None:
    """What waits about a request is restricted as the request is. Called inside the transaction that restricted it."""
    about = Q(about_kind="request", about_ref=request.pk) | Q(
        about_kind="handoff", about_ref__in=request.handoffs.values("pk")
    )
    Task.objects.filter(about).update(restricted=request.restricted)


def queue_of(target: str, *, request: Request, now: datetime) -> Queue:
    """The queue in which a target of the protocol looks for its work."""
    return Queue(escalation.tree_of(target, request=request, now=now).queue)


def said_so_far(request: Request) -> str:
    """The caller's words, one saying a line, what is being typed last."""
    said = [*request.utterances.values_list("text", flat=True), request.draft_words]
    return "\n".join(text for text in said if text.strip())


def accepted_name(handoff: Handoff) -> str:
    """Who accepted: the name given for somebody outside, else the clinician's own."""
    return handoff.accepted_by_other or (handoff.accepted_by.name if handoff.accepted_by else "")


def _asked_action(request: Request) -> str:
    emergency = request.current_lane is Lane.EMERGENCY
    return "Join the call now" if emergency else "Accept, and direct what may be booked"


def _offer_again(request: Request, handoff: Handoff, minutes: int, by: Actor, now: datetime) -> None:
    _raise_weight(request, handoff)
    if handoff.accepted_at is not None:
        return
    handoff.situation, handoff.asked_action = request.rule_title or handoff.situation, _asked_action(request)
    handoff.save(update_fields=["situation", "asked_action"])
    step = escalation.hasten(handoff=handoff, request=request, minutes=minutes, now=now)
    if not Task.objects.open().filter(about_kind="handoff", about_ref=handoff.pk).exists():
        _open_task(request, handoff, step, by, now)


def _open_task(request: Request, handoff: Handoff, step: EscalationStep, by: Actor, now: datetime) -> None:
    open_task(
        queue=escalation.queue_for(handoff.target, step, request=request, now=now),
        site=request.site,
        patient=request.patient,
        about=("handoff", handoff.pk),
        title=request.rule_title or "Asked for by the desk",
        next_step=escalation.next_step_words(step),
        due_at=step.due_at or now,
        weight=request.rank,
        restricted=request.restricted,
        by=by,
        now=now,
    )


def _raise_weight(request: Request, handoff: Handoff) -> None:
    Task.objects.open().filter(about_kind="handoff", about_ref=handoff.pk).update(weight=request.rank)
