"""Booking a visit: out of a hold, or straight away under the same locks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from django.db import IntegrityError, transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Role
from frontdesk.book.actions.chains import links_of
from frontdesk.book.actions.expiry import write_off
from frontdesk.book.actions.taking import (
    For,
    PatientBusy,
    check_free_patient,
    check_notice,
    claims_of,
    keys_of_wanted,
    take,
)
from frontdesk.book.actions.time import Days, TimeTaken, in_the_way, keys_of_hold
from frontdesk.book.actions.wanted import Wanted, ask_for, ask_of_hold, check_fits, with_others
from frontdesk.book.facts import AppointmentBooked, BookingRefused
from frontdesk.book.models import Appointment, Hold, HoldEnd
from frontdesk.book.ports import Ask, Finding
from frontdesk.book.queries.chain import chain
from frontdesk.book.rules import (
    BookingGate,
    Waivers,
    check_all,
    check_can_book,
    in_words,
    is_directed,
    only_in,
    open_only,
)
from frontdesk.clinic.models import Interpreter, Provider, Room, Site, VisitType
from frontdesk.clinic.queries.changes import read_once
from frontdesk.clinic.queries.remembered import row
from frontdesk.daybook.record import record, together
from frontdesk.kit import rows
from frontdesk.kit.errors import Refused
from frontdesk.people.models import Patient

# The hold ends, and its time is the visit's.
_TAKE_OVER = """
    WITH ended AS (UPDATE book_hold SET ended_at = %s, ended_how = %s WHERE id = %s)
    UPDATE book_claim SET appointment_id = %s WHERE hold_id = %s AND released_at IS NULL
"""


class AnotherIsFree(TimeTaken):
    """The room, the machine or the interpreter was taken meanwhile, and another one is free: try again."""


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
        with transaction.atomic(), read_once(), together():
            return _book(hold, by, now, waivers)
    except IntegrityError:
        raise PatientBusy("The patient has another visit at this time.") from None


def book_now(
    *,
    wanted: Wanted,
    patient: Patient,
    request_id: int | None,
    key: str,
    by: User,
    now: datetime,
    request: object = None,
) -> Appointment:
    """Book a time without holding it first: what `place` and `book` do, in one transaction and with one fact.

    `key` makes a repeat harmless: the same key of the same person answers the same visit. As in `place`, earlier
    holds of the request are let go, and where only the room, the machine or the interpreter was taken meanwhile,
    another that fits is taken. Raises what `place` raises, and BookingGate for a link of the chain that fails.

    `request` is the request itself where the caller's transaction has made it (Ask.request). Then there is one try and
    no savepoint: whatever it raises, AnotherIsFree or IntegrityError too, must undo that transaction.
    """
    order = _Order(patient, request_id, _own_key(key, by), by, now, request)
    once = request is not None
    with read_once():
        try:
            return _book_now(wanted.known(), order) if once else _try_now(wanted.known(), order)
        except TimeTaken:
            other = with_others(wanted, patient, now)
            if other is None:
                raise
            if once:
                raise AnotherIsFree from None
            return _try_now(other.known(), order)


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
    hold = _fresh(hold)
    if (same := _same(_key_of(hold))) is not None:
        return same
    _check_stands(hold, now)
    found = check_can_book(ask_of_hold(hold, by, now), waivers, (chain,))
    # Two visits of one patient at once would each wait for the other at the exclusion constraint.
    hold.patient = _lock_patient(hold.patient_id)
    (ended,) = rows.read(Hold, "WHERE id = %s FOR UPDATE", [hold.pk])
    if (same := _same(_key_of(hold))) is not None:
        return same
    _check_stands(ended, now)
    appointment = rows.insert_with(_of_hold(hold, by, now), links_of(found=found, by=by, now=now))
    rows.run(_TAKE_OVER, [now, HoldEnd.BOOKED.value, hold.pk, appointment.pk, hold.pk])
    record(_booked(appointment, hold.pk, hold.also, found), by=by, now=now, of=appointment)
    return appointment


def _fresh(hold: Hold) -> Hold:
    """The hold as it is stored, with what it names. Raises Hold.DoesNotExist."""
    found = rows.read(Hold, "WHERE id = %s", [hold.pk])
    if not found:
        raise Hold.DoesNotExist
    hold = found[0]
    hold.visit_type = row(VisitType, hold.visit_type_id)
    hold.site = row(Site, hold.site_id)
    hold.provider = row(Provider, hold.provider_id)
    hold.room = row(Room, hold.room_id) if hold.room_id else None
    hold.interpreter = row(Interpreter, hold.interpreter_id) if hold.interpreter_id else None
    (hold.patient,) = rows.read(Patient, "WHERE id = %s", [hold.patient_id])
    return hold


def _lock_patient(pk: int) -> Patient:
    (patient,) = rows.read(Patient, "WHERE id = %s FOR NO KEY UPDATE", [pk])
    return patient


def _own_key(key: str, by: User) -> str:
    """As the visit keeps it: no two people's keys can meet, nor one with that of a hold."""
    return f"now-{sha256(f'{by.pk} {key}'.encode()).hexdigest()[:60]}"


@dataclass(frozen=True)
class _Order:
    """For whom a time is booked straight away, on which request, under which key, by whom."""

    patient: Patient
    request_id: int | None
    key: str
    by: User
    now: datetime
    request: object

    def ask(self, wanted: Wanted) -> Ask:
        asked = ask_for(wanted, self.patient, self.request_id, self.by, self.now)
        return replace(asked, request=self.request)


def _try_now(wanted: Wanted, order: _Order) -> Appointment:
    try:
        with transaction.atomic():
            return _book_now(wanted, order)
    except (Refused, IntegrityError) as error:
        # Sent before: then the patient is busy, the time is taken, or the key is there already.
        if (same := _same(order.key)) is not None:
            return same
        if isinstance(error, Refused):
            raise
        if "book_patient_once" in str(error):
            raise PatientBusy("The patient has another visit at this time.") from None
        raise TimeTaken from None


def _book_now(wanted: Wanted, order: _Order) -> Appointment:
    """Locks in the order that every action keeps: the request (its check does so), the patient, the days, holds."""
    by, now, request_id = order.by, order.now, order.request_id
    found = check_can_book(order.ask(wanted))
    check_fits(wanted, order.patient)
    patient = _lock_patient(order.patient.pk)
    check_free_patient(patient, wanted.start, wanted.end, now=now)
    check_notice(wanted.visit_type, wanted.start, wanted.site, now=now)
    stale, earlier = in_the_way(wanted.resources, wanted.start, wanted.end, request_id, now)
    days = Days(keys_of_wanted(wanted).union(*(keys_of_hold(hold) for hold in [*stale, *earlier])))
    write_off(stale, HoldEnd.EXPIRED, days, by, now)
    write_off(earlier, HoldEnd.LET_GO, days, by, now)
    take(wanted, For(patient, is_directed(found), only_in(found), open_only(found)), days, now=now)
    order = replace(order, patient=patient)
    found = check_all([*found, *chain(order.ask(wanted))], by)
    visit, links = _of_wanted(wanted, order), links_of(found=found, by=by, now=now)
    appointment = rows.insert_with(visit, claims_of(wanted), links)
    days.save()
    record(_booked(appointment, None, wanted.also, found), by=by, now=now, of=appointment)
    return appointment


def _key_of(hold: Hold) -> str:
    return f"hold-{hold.pk}"


def _same(key: str) -> Appointment | None:
    found = rows.read(Appointment, "WHERE idempotency_key = %s", [key])
    return found[0] if found else None


def _of_wanted(wanted: Wanted, order: _Order) -> Appointment:
    return Appointment(
        patient=order.patient,
        visit_type=wanted.visit_type,
        site=wanted.site,
        provider=wanted.provider,
        room=wanted.room,
        interpreter=wanted.interpreter,
        modality=wanted.by,
        overbooked_by=wanted.overbook,
        start=wanted.start,
        end=wanted.end,
        asked_for=order.request_id,
        booked_at=order.now,
        booked_by=order.by,
        booked_how=_how(order.by),
        idempotency_key=order.key,
    )


def _how(by: User) -> str:
    """Where it was booked, as Appointment.booked_how has it: by another system, or at the desk."""
    return "partner" if by.role == Role.MACHINE else "desk"


def _check_stands(hold: Hold, now: datetime) -> None:
    if not hold.stands(now):
        raise HoldGone("This hold has ended. The time may still be free: hold it again.")


def _of_hold(hold: Hold, by: User, now: datetime) -> Appointment:
    return Appointment(
        patient=hold.patient,
        visit_type=hold.visit_type,
        site=hold.site,
        provider=hold.provider,
        room=hold.room,
        interpreter=hold.interpreter,
        modality=hold.modality,
        overbooked_by_id=hold.overbooked_by_id,
        start=hold.start,
        end=hold.end,
        asked_for=hold.asked_for,
        booked_at=now,
        booked_by=by,
        booked_how=_how(by),
        idempotency_key=_key_of(hold),
    )


def _booked(
    appointment: Appointment, hold: int | None, also: list[str], found: list[Finding]
) -> AppointmentBooked:
    return AppointmentBooked(
        appointment_id=appointment.pk,
        patient_id=appointment.patient_id,
        request_id=appointment.asked_for,
        hold_id=hold,
        visit_type=appointment.visit_type.name,
        provider=appointment.provider.name,
        site=appointment.site.name,
        start=appointment.start,
        end=appointment.end,
        also=also,
        checks=in_words(found),
        overbooked=appointment.overbooked_by_id is not None,
    )
