"""A patient comes late: the provider's team is asked, squeezing in is approved, and it ends with a disposition."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.models import Appointment
from frontdesk.daybook.record import record
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from frontdesk.kit.text import one_line
from frontdesk.triage.facts_counter import (
    LateArrivalAnswered,
    LateArrivalApproved,
    LateArrivalRecorded,
    LateArrivalSettled,
)
from frontdesk.triage.models import Disposition, LateArrival
from frontdesk.triage.queries.late_arrivals import is_urgent, request_of
from frontdesk.work.actions.tasks import finish_about, open_task
from frontdesk.work.models import Queue

ABOUT = "late_arrival"
ANSWER_WITHIN = timedelta(minutes=5)
NEEDS_YES = (Disposition.SEEN, Disposition.SQUEEZED_IN)
SENDS_AWAY = (Disposition.MOVED, Disposition.LEFT)


class NotLate(Refused):
    code = "NOT_LATE"


class LateAlready(Refused):
    """This was done before."""

    code = "LATE_ALREADY"


class LateNeeds(Refused):
    """An answer or an approval is missing."""

    code = "LATE_NEEDS"


@transaction.atomic
def record_arrival(*, visit: Appointment, arrived_at: datetime, by: User, now: datetime) -> LateArrival:
    """Write down that the visit's patient came after its time, and ask the provider's team whether it can be done.

    Raises NotLate, BadValue for a time that cannot be, LateAlready while one is open, NotAllowed.
    """
    by.check_may(Permission.BOOK)
    visit = Appointment.objects.select_for_update(no_key=True, of=("self",)).get(pk=visit.pk)
    _check_arrival(visit, arrived_at, now)
    late = LateArrival.objects.create(
        appointment=visit,
        site=visit.site,
        arrived_at=arrived_at,
        recorded_at=now,
        recorded_by=by,
        minutes_late=int((arrived_at - visit.start).total_seconds() // 60),
    )
    fact = LateArrivalRecorded(**_about(late), arrived_at=arrived_at, minutes_late=late.minutes_late)
    record(fact, by=by, now=now)
    _ask_the_team(late, by, now)
    return late


@transaction.atomic
def answer(*, late: LateArrival, feasible: bool, words: str, by: User, now: datetime) -> LateArrival:
    """The provider's team says whether it can still be done. Raises LateAlready, BadValue, NotAllowed."""
    if not by.may(Permission.ACCEPT_HANDOFFS):
        raise NotAllowed("A clinician of the provider’s team answers this.", code="LATE_CLINICIAN")
    late = _open(late)
    if late.answered_at is not None:
        raise LateAlready(f"{_name(late.answered_by)} has answered already.")
    said = one_line(words, limit=300)
    if not feasible and not said:
        raise BadValue("Say in a few words what is to happen instead.", field="answer")
    late.feasible, late.answer, late.answered_at, late.answered_by = feasible, said, now, by
    late.save(update_fields=["feasible", "answer", "answered_at", "answered_by"])
    record(LateArrivalAnswered(**_about(late), feasible=feasible, words=said), by=by, now=now)
    finish_about(
        about=(ABOUT, late.pk), outcome="It can be done" if feasible else "It cannot be done", by=by, now=now
    )
    return late


@transaction.atomic
def approve(*, late: LateArrival, because: str, by: User, now: datetime) -> LateArrival:
    """Somebody who may approve moves lets the patient be squeezed in, after the team said that it can be done.

    Raises LateNeeds, LateAlready, BadValue, NotAllowed.
    """
    by.check_may(Permission.APPROVE_MOVES)
    late = _open(late)
    if late.approved_at is not None:
        raise LateAlready(f"{_name(late.approved_by)} has approved it already.")
    if late.feasible is not True:
        raise LateNeeds("The provider’s team must say first that it can be done.")
    why = one_line(because, limit=300)
    if not why:
        raise BadValue("Say why it is approved.", field="because")
    late.approved_at, late.approved_by, late.approved_because = now, by, why
    late.save(update_fields=["approved_at", "approved_by", "approved_because"])
    record(LateArrivalApproved(**_about(late)), by=by, now=now, because=why, approved_by=by)
    return late


@transaction.atomic
def settle(*, late: LateArrival, disposition: str, note: str, by: User, now: datetime) -> LateArrival:
    """How it ended. Who is seen or squeezed in needs the team's yes and an approval.

    A patient with an urgent matter is moved or leaves only after a clinician has answered. Raises LateNeeds,
    LateAlready, BadValue, NotAllowed.
    """
    if not by.may(Permission.ACCEPT_HANDOFFS):
        by.check_may(Permission.BOOK)
    late = _open(late)
    if disposition not in Disposition.values:
        raise BadValue("Say how it ended.", field="disposition")
    end = Disposition(disposition)
    _check_disposition(late, end)
    late.disposition, late.disposition_note = end, one_line(note, limit=300)
    late.settled_at, late.settled_by = now, by
    late.save(update_fields=["disposition", "disposition_note", "settled_at", "settled_by"])
    fact = LateArrivalSettled(
        **_about(late), arrived_at=late.arrived_at, disposition=end.label, note=late.disposition_note
    )
    record(fact, by=by, now=now, approved_by=late.approved_by)
    finish_about(about=(ABOUT, late.pk), outcome=end.label, by=by, now=now)
    if end is Disposition.SENT_TO_NURSE:
        about = ("late_patient", late.appointment.patient_id)
        _task(
            late, about, Queue.NURSE, "Came late: see them at the counter", "Take the patient over", by, now
        )
    return late


def _check_arrival(visit: Appointment, arrived_at: datetime, now: datetime) -> None:
    if not visit.is_live:
        raise NotLate("This visit does not stand any more. Take that back first, or open a request.")
    if arrived_at > now:
        raise BadValue("The time of arrival is still ahead.", field="arrived")
    zone = visit.site.zone
    if arrived_at.astimezone(zone).date() != visit.start.astimezone(zone).date():
        raise BadValue("Give a time on the day of the visit.", field="arrived")
    if arrived_at <= visit.start:
        raise NotLate(f"The visit begins at {visit.start.astimezone(zone):%H:%M}: that is not late.")
    if LateArrival.objects.filter(appointment=visit, settled_at=None).exists():
        raise LateAlready("This late arrival is written down already.")


def _check_disposition(late: LateArrival, end: Disposition) -> None:
    if end in NEEDS_YES and late.feasible is not True:
        raise LateNeeds("The provider’s team must say first that it can still be done.")
    if end in NEEDS_YES and late.approved_at is None:
        raise LateNeeds("Somebody who may approve moves must approve it first.")
    if end in SENDS_AWAY and late.answered_at is None and is_urgent(late.appointment):
        raise LateNeeds("This visit is for an urgent matter: a clinician answers before the patient goes.")


def _ask_the_team(late: LateArrival, by: User, now: datetime) -> None:
    visit = late.appointment
    _task(
        late,
        (ABOUT, late.pk),
        Queue.PROVIDER,
        f"{late.minutes_late} min late for {visit.provider.name}: can it still be done?",
        "Answer on the page of the late arrival",
        by,
        now,
    )


def _task(
    late: LateArrival,
    about: tuple[str, int],
    queue: Queue,
    title: str,
    next_step: str,
    by: User,
    now: datetime,
) -> None:
    request = request_of(late.appointment)
    open_task(
        queue=queue,
        site=late.site,
        patient=late.appointment.patient,
        about=about,
        title=title,
        next_step=next_step,
        due_at=now + ANSWER_WITHIN,
        weight=request.rank if request else 0,
        restricted=request.restricted if request else False,
        by=by,
        now=now,
    )


def _open(late: LateArrival) -> LateArrival:
    rows = LateArrival.objects.select_for_update(no_key=True, of=("self",))
    found = rows.select_related("appointment__visit_type", "appointment__provider", "site").get(pk=late.pk)
    if found.settled_at is not None:
        raise LateAlready(f"It is settled already: {found.get_disposition_display()}.")
    return found


def _about(late: LateArrival) -> dict[str, Any]:
    visit = late.appointment
    request = request_of(visit)
    return {
        "late_arrival_id": late.pk,
        "appointment_id": visit.pk,
        "patient_id": visit.patient_id,
        "request_id": request.pk if request else None,
    }


def _name(user: User | None) -> str:
    return user.name if user else "Somebody"
