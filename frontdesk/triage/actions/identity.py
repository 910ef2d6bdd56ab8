"""Who is it? Two identifiers that agree find the record; nothing less does."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.models import Appointment, Hold
from frontdesk.daybook.record import record
from frontdesk.kit.errors import BadValue, Refused
from frontdesk.kit.text import fold
from frontdesk.people.actions import patients
from frontdesk.people.engine.birth_dates import NotADate, read_birth_date
from frontdesk.people.engine.matching import Said
from frontdesk.people.models import Patient
from frontdesk.people.phones import read_phone
from frontdesk.people.queries import ENOUGH, Match, match
from frontdesk.triage.actions import words
from frontdesk.triage.actions.locks import locked
from frontdesk.triage.facts import PatientMatched, PatientUnmatched
from frontdesk.triage.models import Request
from frontdesk.triage.rules import check_open

IDENTIFIERS = ("said_name", "said_birth_date", "said_phone", "said_mrn")


class IdentityFixed(Refused):
    """Time is held or booked for the patient already."""

    code = "IDENTITY_FIXED"


def said_in(request: Request, *, now: datetime) -> Said:
    """What the caller gave, read; an identifier that cannot be read counts as not given."""
    today = now.astimezone(request.site.zone).date()
    try:
        born = read_birth_date(request.said_birth_date, today=today)
    except NotADate:
        born = None
    try:
        phone = read_phone(request.said_phone)
    except BadValue:
        phone = ""
    return Said(fold(request.said_name), born, phone, request.said_mrn.strip().upper())


def matches(request: Request, *, by: User, now: datetime) -> list[Match]:
    """The records that agree with what was said on two identifiers or more."""
    return match(said_in(request, now=now), by=by)


def identify(*, request: Request, by: User, now: datetime) -> None:
    """After an identifier changed: attach the one record that agrees, or detach one that no longer does."""
    found = matches(request, by=by, now=now)
    if request.patient_id is not None and request.patient_id in {one.patient.pk for one in found}:
        return
    if len(found) == 1:
        _attach(request, found[0].patient, found[0].on, by, now)
    elif request.patient_id is not None:
        _detach(request, by, now)


@transaction.atomic
def choose(*, request: Request, patient: Patient, by: User, now: datetime) -> Request:
    """The clerk picks one of several records. Raises BadValue unless two identifiers agree."""
    by.check_may(Permission.TAKE_REQUESTS)
    request = locked(request)
    check_open(request)
    agreed = next((one for one in matches(request, by=by, now=now) if one.patient.pk == patient.pk), None)
    if agreed is None:
        raise BadValue("This record does not agree with two of the identifiers given.")
    _attach(request, patient, agreed.on, by, now)
    return request


@transaction.atomic
def start_record(
    *,
    request: Request,
    given: str,
    family: str,
    language: str,
    needs_interpreter: bool,
    email: str,
    by: User,
    now: datetime,
) -> Request:
    """Start a new patient from the request. Name and birth date are needed; BadValue says what is not right."""
    request = locked(request)
    check_open(request)
    today = now.astimezone(request.site.zone).date()
    try:
        born = read_birth_date(request.said_birth_date, today=today)
    except NotADate as problem:
        raise BadValue(str(problem), field="said_birth_date") from None
    patient = patients.add(
        given=given,
        family=family,
        birth_date=born,
        by=by,
        now=now,
        language=language,
        needs_interpreter=needs_interpreter,
        phone=request.said_phone,
        email=email,
        request_id=request.pk,
    )
    _attach(request, patient, ("new record: name", "birth date"), by, now)
    return request


def _attach(request: Request, patient: Patient, on: tuple[str, ...], by: User, now: datetime) -> None:
    if request.patient_id not in (None, patient.pk):
        _check_not_fixed(request)
    request.patient, request.matched_at, request.matched_by = patient, now, by
    request.matched_on = " and ".join(on[:ENOUGH])
    request.save(update_fields=["patient", "matched_at", "matched_by", "matched_on"])
    fact = PatientMatched(
        request_id=request.pk, patient_id=patient.pk, on=request.matched_on, mrn=patient.mrn
    )
    record(fact, by=by, now=now)
    words.screen_again(request=request, now=now)


def _detach(request: Request, by: User, now: datetime) -> None:
    _check_not_fixed(request)
    record(PatientUnmatched(request_id=request.pk, patient_id=request.patient_id), by=by, now=now)
    request.patient = request.matched_at = request.matched_by = None
    request.matched_on = ""
    request.save(update_fields=["patient", "matched_at", "matched_by", "matched_on"])


def _check_not_fixed(request: Request) -> None:
    if (
        Appointment.objects.filter(asked_for=request.pk).exists()
        or Hold.objects.filter(asked_for=request.pk, ended_at=None).exists()
    ):
        raise IdentityFixed("Time is held or booked for this patient: the identity cannot change any more.")
