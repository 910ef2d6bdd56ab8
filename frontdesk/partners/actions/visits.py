"""A client's wish becomes a screened request, and then a hold or a visit, by the book's own actions."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple, TypeVar

from django.db import IntegrityError, transaction

from frontdesk.accounts.models import User
from frontdesk.book.actions import appointments, holds
from frontdesk.book.actions.time import TimeTaken
from frontdesk.book.models import Appointment, Hold
from frontdesk.book.ports import Ask
from frontdesk.book.rules import BookingGate
from frontdesk.clinic.choices import Language
from frontdesk.clinic.queries.changes import read_once
from frontdesk.daybook.record import together
from frontdesk.kit.errors import BadValue, Refused
from frontdesk.partners.actions import gate
from frontdesk.partners.models import Client, OutsideNumber
from frontdesk.partners.queries.orders import KeyUsed, Order, booked_before, digest, held_before
from frontdesk.partners.queries.persons import Person, matching, phone_of
from frontdesk.partners.queries.places import wanted_at
from frontdesk.people.actions import patients
from frontdesk.people.models import Patient, PatientIdentifier
from frontdesk.triage.actions import partner_requests
from frontdesk.triage.actions.partner_requests import Taken
from frontdesk.triage.models import Request
from frontdesk.triage.models.in_force import in_force

__all__ = ["Booked", "KeyUsed", "Order", "book", "book_held", "hold", "let_go", "who_is"]
_Found = TypeVar("_Found", Appointment, Hold)


class Booked(NamedTuple):
    """The visit, and whether it had been booked before by the same request of the client."""

    visit: Appointment
    again: bool


def book(*, order: Order, client: Client, by: User, now: datetime) -> Booked:
    """Book a time straight away. The same order again answers the same visit.

    Raises NeedsAClinician, where the request is kept and nothing booked; BookingGate, TimeTaken and whatever else
    `book_now` raises: then nothing is kept. BadValue for a patient or words that cannot be.
    """
    if (same := booked_before(order, client, by)) is not None:
        return Booked(same, again=True)
    try:
        return Booked(_book_in_lane(order, client, by, now), again=False)
    except (Refused, IntegrityError) as error:
        # Sent twice at once, and the other was quicker.
        if (same := booked_before(order, client, by)) is not None:
            return Booked(same, again=True)
        if isinstance(error, Refused):
            raise
        raise TimeTaken from None


def hold(*, order: Order, by: User, now: datetime) -> Hold:
    """Hold a time for ten minutes. The same order again answers the same hold. Raises as `book`, and HoldGone."""
    if (same := held_before(order, by, now)) is not None:
        return same
    try:
        return _in_lane("hold", order, by, now, lambda taken: _hold(taken, order, by, now))
    except (Refused, IntegrityError) as error:
        if (same := held_before(order, by, now)) is not None:
            return same
        if isinstance(error, Refused):
            raise
        raise TimeTaken from None


def book_held(*, hold: Hold, said: str, by: User, now: datetime) -> Booked:
    """Book what is held. Words that come with it are screened with those of the hold's request.

    Booking it again answers the same visit. Raises NeedsAClinician, BookingGate, HoldGone or PatientBusy.
    """
    if (same := _of_this_hold(hold)) is not None:
        return Booked(same, again=True)
    ask = Ask(hold.asked_for, hold.patient, hold.visit_type, by, now, site=hold.site)
    taken = None
    try:
        with transaction.atomic():
            taken = _of_hold(hold, said, by, now)
            if taken.plain:
                return Booked(_book_held(taken, hold, by, now), again=False)
        gate.check_gate(request=taken.request, ask=ask, by=by, now=now)
        with transaction.atomic():
            return Booked(_book_held(taken, hold, by, now), again=False)
    except Refused as refused:
        # Sent twice at once: the other was quicker, and its request is closed by now.
        if (same := _of_this_hold(hold)) is not None:
            return Booked(same, again=True)
        if isinstance(refused, BookingGate):
            gate.refuse(gate=refused, request=taken.request if taken else None, ask=ask, by=by, now=now)
        raise


def _of_this_hold(hold: Hold) -> Appointment | None:
    """The visit that the hold became."""
    return Appointment.objects.filter(idempotency_key=f"hold-{hold.pk}").first()


@transaction.atomic
def let_go(*, hold: Hold, by: User, now: datetime) -> Hold:
    """Give a held time back, and close the request that it was held for."""
    request = (
        Request.objects.select_for_update(no_key=True, of=("self",)).filter(pk=hold.asked_for or 0).first()
    )
    ended = holds.let_go(hold=hold, by=by, now=now)
    if request is not None:
        partner_requests.end_unbooked(request=request, by=by, now=now)
    return ended


def who_is(*, person: Person, by: User) -> tuple[Patient | Person, str]:
    """The one record that agrees on two identifiers, and on which; or the person, to be started as a new record.

    Raises Refused where several agree: somebody at the desk tells them apart.
    """
    found = matching(person, by=by)
    if len(found) > 1:
        raise Refused("Several records agree with this patient: name one by reference.", code="GATE_IDENTITY")
    return (
        (found[0].patient, " and ".join(found[0].on[:2]))
        if found
        else (person, "new record: name, birth date")
    )


def _book_in_lane(order: Order, client: Client, by: User, now: datetime) -> Appointment:
    """At once; and where the room alone was taken meanwhile, again step by step."""

    def act(taken: Taken) -> Appointment:
        return _book(taken, order, client, by, now)

    try:
        return _in_lane("book", order, by, now, act)
    except (appointments.AnotherIsFree, IntegrityError):
        return _in_lane("book", order, by, now, lambda taken: act(replace(taken, new=False)))


def _in_lane(what: str, order: Order, by: User, now: datetime, act: Callable[[Taken], _Found]) -> _Found:
    """In the routine lane all is one transaction. What words have met stays, whatever becomes of the rest."""
    taken = None
    place = order.place
    ask = Ask(None, None, place.visit_type, by, now, site=place.site, start=place.start)
    try:
        with transaction.atomic(), read_once(), together():
            taken = _take_in(what, order, by, now)
            if taken.plain:
                return act(taken)
        taken = replace(taken, new=False)
        ask = Ask(None, taken.request.patient, place.visit_type, by, now, site=place.site, start=place.start)
        gate.check_gate(request=taken.request, ask=ask, by=by, now=now)
        with transaction.atomic():
            return act(taken)
    except BookingGate as refused:
        kept = taken.request if taken is not None and not taken.plain else None
        gate.refuse(gate=refused, request=kept, ask=ask, by=by, now=now)
        raise


def _take_in(what: str, order: Order, by: User, now: datetime) -> Taken:
    patient = order.who if isinstance(order.who, Patient) else _start_record(order.who, by, now)
    callback = phone_of(patient)
    return partner_requests.take_in(
        patient=patient,
        site=order.place.site,
        said=order.said,
        callback=callback,
        matched_on=order.matched_on,
        outside_id=digest(what, order.key, by) if order.key else "",
        by=by,
        now=now,
    )


def _start_record(person: Person, by: User, now: datetime) -> Patient:
    """A record is started in the transaction of its first booking, and not before."""
    if person.birth_date is None:
        raise BadValue("A new record needs a birth date.", field="birthDate")
    patient = patients.add(
        given=person.given,
        family=person.family,
        birth_date=person.birth_date,
        language=person.language or Language.ENGLISH,
        phone=person.phone,
        email=person.email,
        by=by,
        now=now,
    )
    rows = (PatientIdentifier(patient=patient, system=one, value=value) for one, value in person.numbers)
    PatientIdentifier.objects.bulk_create(rows, ignore_conflicts=True)
    return patient


def _book(taken: Taken, order: Order, client: Client, by: User, now: datetime) -> Appointment:
    patient = taken.request.patient
    assert patient is not None  # noqa: S101  it was taken in for one
    visit = appointments.book_now(
        wanted=wanted_at(order.place, patient, now=now),
        patient=patient,
        request_id=taken.request.pk,
        key=digest("book", order.key, by) if order.key else secrets.token_hex(16),
        by=by,
        now=now,
        request=taken.request if taken.new else None,
    )
    if order.numbers:
        OutsideNumber.objects.bulk_create(
            OutsideNumber(client=client, system=system, value=value, appointment=visit)
            for system, value in order.numbers
        )
    partner_requests.end_as_booked(taken=taken, by=by, now=now)
    return visit


def _hold(taken: Taken, order: Order, by: User, now: datetime) -> Hold:
    patient = taken.request.patient
    assert patient is not None  # noqa: S101  it was taken in for one
    return holds.place(
        wanted=wanted_at(order.place, patient, now=now),
        patient=patient,
        request_id=taken.request.pk,
        key=digest("hold", order.key, by) if order.key else secrets.token_hex(16),
        by=by,
        now=now,
    )


def _of_hold(hold: Hold, said: str, by: User, now: datetime) -> Taken:
    request = Request.objects.select_related("site", "patient").get(pk=hold.asked_for or 0)
    if said.strip() and request.is_open:
        return partner_requests.say_more(request=request, said=said, by=by, now=now)
    return Taken(request, in_force(now=now, request=request))


def _book_held(taken: Taken, hold: Hold, by: User, now: datetime) -> Appointment:
    visit = appointments.book(hold=hold, by=by, now=now)
    partner_requests.end_as_booked(taken=taken, by=by, now=now)
    return visit
