"""Starting a record."""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.choices import Language
from frontdesk.daybook.record import record
from frontdesk.kit.errors import BadValue
from frontdesk.kit.text import fold, one_line
from frontdesk.people.facts import ContactAdded, PatientAdded
from frontdesk.people.models import ContactPoint, Patient
from frontdesk.people.phones import read_phone


@transaction.atomic
def add(
    *,
    given: str,
    family: str,
    birth_date: date,
    by: User,
    now: datetime,
    language: str = Language.ENGLISH,
    needs_interpreter: bool = False,
    phone: str = "",
    email: str = "",
    request_id: int | None = None,
) -> Patient:
    """Start a record with a new record number. Raises BadValue for a name, phone or e-mail that cannot be."""
    by.check_may(Permission.EDIT_PATIENTS)
    given, family = one_line(given, limit=80), one_line(family, limit=80)
    if not given or not family:
        raise BadValue("A new record needs a first and a last name.", field="said_name")
    if language not in Language.values:
        raise BadValue("Choose a language from the list.", field="language")
    patient = Patient.objects.create(
        mrn=_next_mrn(),
        given=given,
        family=family,
        search_name=fold(f"{given} {family}"),
        birth_date=birth_date,
        language=language,
        needs_interpreter=needs_interpreter,
        created_at=now,
        created_by=by,
    )
    record(PatientAdded(patient_id=patient.pk, mrn=patient.mrn, request_id=request_id), by=by, now=now)
    for kind, value in (("phone", phone), ("email", email)):
        if value.strip():
            add_contact(patient=patient, kind=kind, value=value, by=by, now=now)
    return patient


@transaction.atomic
def add_contact(*, patient: Patient, kind: str, value: str, by: User, now: datetime) -> ContactPoint:
    """Add a phone or an e-mail that the patient agreed to be reached by. Raises BadValue."""
    by.check_may(Permission.EDIT_PATIENTS)
    value = read_phone(value, field="phone") if kind == ContactPoint.Kind.PHONE else _email(value)
    point, added = ContactPoint.objects.get_or_create(
        patient=patient,
        kind=kind,
        value=value,
        defaults={"preferred": not patient.contact_points.filter(kind=kind, preferred=True).exists()},
    )
    if added:
        record(ContactAdded(patient_id=patient.pk, channel=kind, value=value), by=by, now=now)
    return point


def _email(value: str) -> str:
    value = one_line(value, limit=254)
    try:
        validate_email(value)
    except ValidationError:
        raise BadValue("This is not an e-mail address.", field="email") from None
    return value


def _next_mrn() -> str:
    """900-000-01, 900-000-02 ...: from a sequence, so that two desks never give the same number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('people_mrn')")
        row = cursor.fetchone()
    number = f"{int(row[0]) if row else 0:08d}"
    return f"{number[:3]}-{number[3:6]}-{number[6:]}"
