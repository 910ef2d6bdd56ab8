"""Patients whom another system names by its own numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from frontdesk.daybook.facts import System
from frontdesk.daybook.record import record
from frontdesk.kit.text import fold
from frontdesk.people.facts_imported import PatientsImported
from frontdesk.people.models import Patient, PatientIdentifier

_MRN_LENGTH = 32


@dataclass(frozen=True)
class ImportedPatient:
    """A patient as another system tells of them: `value` is its number for them, the rest may be empty."""

    value: str
    given: str = ""
    family: str = ""
    birth_date: date | None = None
    sex: str = ""


@dataclass(frozen=True)
class _Record:
    """What a row must agree with before it may be about this patient."""

    patient_id: int
    birth_date: date | None

    def may_be(self, patient: ImportedPatient) -> bool:
        return None in (self.birth_date, patient.birth_date) or self.birth_date == patient.birth_date


def find(*, patients: Collection[ImportedPatient], source: str) -> dict[ImportedPatient, int]:
    """The primary keys of those whom `source` named before.

    Left out are the unknown, and those whose record has another birth date: a number that was given to
    somebody else must not join two people's histories.
    """
    return _agreeing(patients, _records(source, {patient.value for patient in patients}))


@transaction.atomic
def find_or_add(
    *, patients: Collection[ImportedPatient], source: str, by: System, now: datetime
) -> dict[ImportedPatient, int]:
    """As `find`, after starting a record for each number that `source` had not named before.

    Of several tellings of one number the first is taken. Records that are here already are not changed: what
    the desk wrote is worth more than an old export. Records one PatientsImported if any was added.
    """
    first = {patient.value: patient for patient in reversed(list(patients))}
    records = _records(source, first)
    new = [patient for patient in first.values() if patient.value not in records]
    if new:
        records |= _add(new, source=source, now=now)
        record(PatientsImported(source=source, added=len(new)), by=by, now=now)
    return _agreeing(patients, records)


def _records(source: str, values: Iterable[str]) -> dict[str, _Record]:
    named = PatientIdentifier.objects.filter(system=source, value__in=list(values))
    columns = named.values_list("value", "patient_id", "patient__birth_date")
    return {value: _Record(patient_id, birth_date) for value, patient_id, birth_date in columns}


def _agreeing(
    patients: Collection[ImportedPatient], records: dict[str, _Record]
) -> dict[ImportedPatient, int]:
    return {
        patient: found.patient_id
        for patient in patients
        if (found := records.get(patient.value)) is not None and found.may_be(patient)
    }


def _add(new: list[ImportedPatient], *, source: str, now: datetime) -> dict[str, _Record]:
    added = Patient.objects.bulk_create(
        Patient(
            mrn=_mrn(source, patient.value),
            given=patient.given,
            family=patient.family,
            search_name=fold(f"{patient.given} {patient.family}"),
            birth_date=patient.birth_date,
            sex=patient.sex,
            created_at=now,
            created_how="import",
        )
        for patient in new
    )
    PatientIdentifier.objects.bulk_create(
        PatientIdentifier(patient=record, system=source, value=patient.value)
        for record, patient in zip(added, new, strict=True)
    )
    return {
        patient.value: _Record(record.pk, record.birth_date)
        for record, patient in zip(added, new, strict=True)
    }


def _mrn(source: str, value: str) -> str:
    """`source:value`; a digest stands in for what is too long. A source's name holds no colon."""
    plain = f"{source}:{value}"
    if len(plain) <= _MRN_LENGTH:
        return plain
    digest = hashlib.sha256(plain.encode()).hexdigest()
    return f"{source[:11]}:{digest[:20]}"
