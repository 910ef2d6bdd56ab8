"""Booking a visit: out of a hold, or straight away under the same locks."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from frontdesk.accounts.models import User
from frontdesk.book.actions.chains import keep_chain
from frontdesk.book.actions.taking import PatientBusy
from frontdesk.book.actions.wanted import ask_of_hold
from frontdesk.book.facts import AppointmentBooked, BookingRefused
from frontdesk.book.models import Appointment, Claim, Hold, HoldEnd
from frontdesk.book.ports import Ask, Finding
from frontdesk.book.queries.chain import chain
from frontdesk.book.rules import BookingGate, Waivers, check_can_book, in_words
from frontdesk.daybook.record import record
from frontdesk.kit.errors import Refused
from frontdesk.people.models import Patient


class HoldGone(Refused):
    """The hold has expired or was let go; its time may be somebody else's by now."""

    code = "HOLD_GONE"


def book(*, hold: Hold, by: User, now: datetime, waivers: Waivers | None = None) -> Appointment:
    """Make a hold an appointment, in one transaction with its confirmation and its checked chain.

    Booking the same hold again answers the same appointment. `waivers` has a reason for each link of the chain
    that is waived. Raises NotAllowed, BookingGate, HoldGone or PatientBusy. What the patient is told of follows
    from the fact (config/wiring.py).
    """
    try:
        with transaction.atomic():
            return _book(hold, by, now, waivers)
    except IntegrityError:
        raise PatientBusy("The patient has another visit at this time.") from None


@transaction.atomic
def write_down_refusal(*, gate: BookingGate, ask: Ask, by: User, now: datetime) -> None:
    """Keep that a booking was asked for and refused. Called by a door after the refusal."""
    patient_id = ask.patient.pk if ask.patient else None
    fact = BookingRefused(
        patient_id=patient_id, request_id=ask.request_id, code=gate.code, sentence=gate.sentence
    )
    record(fact, by=by, now=now)


def _book(hold: Hold, by: User, now: datetime, waivers: Waivers | None) -> Appointment:
    """Locks in the order that every action keeps: the request (its check does so), the patient, the hold."""
    hold = Hold.objects.select_related(
        "visit_type", "site", "provider", "patient", "room", "interpreter"
    ).get(pk=hold.pk)
    if (same := _booked_before(hold)) is not None:
        return same
    _check_stands(hold, now)
    found = check_can_book(ask_of_hold(hold, by, now), waivers, (chain,))
    # Two visits of one patient at once would each wait for the other at the exclusion constraint.
    Patient.objects.select_for_update(no_key=True).get(pk=hold.patient_id)
    ended = Hold.objects.select_for_update().get(pk=hold.pk)
    if (same := _booked_before(hold)) is not None:
        return same
    _check_stands(ended, now)
    appointment = _create(hold, by, now)
    Claim.objects.live().filter(hold=hold).update(appointment=appointment)
    Hold.objects.filter(pk=hold.pk).update(ended_at=now, ended_how=HoldEnd.BOOKED)
    keep_chain(appointment=appointment, found=found, by=by, now=now)
    record(_booked(appointment, hold, found), by=by, now=now)
    return appointment


def _booked_before(hold: Hold) -> Appointment | None:
    return Appointment.objects.filter(idempotency_key=f"hold-{hold.pk}").first()


def _check_stands(hold: Hold, now: datetime) -> None:
    if not hold.stands(now):
        raise HoldGone("This hold has ended. The time may still be free: hold it again.")


def _create(hold: Hold, by: User, now: datetime) -> Appointment:
    return Appointment.objects.create(
        patient=hold.patient,
        visit_type=hold.visit_type,
        site=hold.site,
        provider=hold.provider,
        room_id=hold.room_id,
        interpreter_id=hold.interpreter_id,
        modality=hold.modality,
        overbooked_by_id=hold.overbooked_by_id,
        start=hold.start,
        end=hold.end,
        asked_for=hold.asked_for,
        booked_at=now,
        booked_by=by,
        idempotency_key=f"hold-{hold.pk}",
    )


def _booked(appointment: Appointment, hold: Hold, found: list[Finding]) -> AppointmentBooked:
    return AppointmentBooked(
        appointment_id=appointment.pk,
        patient_id=appointment.patient_id,
        request_id=appointment.asked_for,
        hold_id=hold.pk,
        visit_type=hold.visit_type.name,
        provider=hold.provider.name,
        site=hold.site.name,
        start=appointment.start,
        end=appointment.end,
        also=hold.also,
        checks=in_words(found),
        overbooked=hold.overbooked_by_id is not None,
    )
