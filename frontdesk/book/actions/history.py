"""Past visits that another system reports."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import NamedTuple

from django.db import connection, transaction

from frontdesk.book.facts_history import HistoryTakenIn
from frontdesk.book.models import PastVisit
from frontdesk.daybook.facts import System
from frontdesk.daybook.record import record
from frontdesk.people.actions import imported
from frontdesk.people.actions.imported import ImportedPatient


@dataclass(frozen=True)
class ReportedVisit:
    """One visit as it was reported. `booked_at` is aware; `lead_days` counts days on the clinic's own calendar."""

    external_id: str
    patient: ImportedPatient
    booked_at: datetime
    day: date
    lead_days: int
    came: bool
    reminded: bool = False
    age: int | None = None
    details: dict[str, str] = field(default_factory=dict)


class Taken(Enum):
    """What became of a reported visit."""

    NEW = "taken in"
    NEW_DOUBLE = "taken in, and marked: another one says the same but for its id"
    KNOWN = "here already"
    DIFFERS = "here already under this id, saying something else"
    OTHER_PERSON = "the patient's number is here with another birth date"


class _Core(NamedTuple):
    """What a visit is about, without its id: two rows that agree in this tell of the same visit."""

    patient_id: int | None
    booked_at: datetime
    day: date
    came: bool
    reminded: bool
    age: int | None


_COLUMNS = ("source", "external_id", "lead_days", "details", "looks_double", *_Core._fields)
_New = dict[str, tuple[ReportedVisit, _Core]]


@transaction.atomic
def take_in(
    *, visits: Sequence[ReportedVisit], source: str, by: System, now: datetime, mark_doubles: bool = True
) -> list[Taken]:
    """Keep the visits that are not here yet, and say of each, in order, what became of it.

    A visit is known by its id within `source`. Nothing that is here is changed: an id that comes again with
    other facts is told as DIFFERS. Patients not seen before get a record. Records one HistoryTakenIn if
    anything came in. Two runs for one source must not overlap: the later one fails with IntegrityError.
    """
    kept = _kept(source, [visit.external_id for visit in visits])
    owners = imported.find(patients=[visit.patient for visit in visits], source=source)
    unseen = [visit.patient for visit in visits if visit.external_id not in kept]
    owners |= imported.find_or_add(patients=unseen, source=source, by=by, now=now)
    outcome: list[Taken] = []
    new: _New = {}
    for visit in visits:
        core = _core(visit, owners.get(visit.patient))
        outcome.append(_judge(core, kept.get(visit.external_id)))
        if outcome[-1] is Taken.NEW:
            kept[visit.external_id] = core
            new[visit.external_id] = (visit, core)
    doubles = _doubles(new, source) if mark_doubles else set()
    if new:
        _write(new, doubles, source)
        record(_fact(new, doubles, source), by=by, now=now)
    return [
        Taken.NEW_DOUBLE if taken is Taken.NEW and visit.external_id in doubles else taken
        for taken, visit in zip(outcome, visits, strict=True)
    ]


def _judge(core: _Core, earlier: _Core | None) -> Taken:
    if earlier is not None:
        return Taken.KNOWN if earlier == core else Taken.DIFFERS
    return Taken.OTHER_PERSON if core.patient_id is None else Taken.NEW


def _kept(source: str, ids: Collection[str]) -> dict[str, _Core]:
    here = PastVisit.objects.filter(source=source, external_id__in=ids)
    return {
        external_id: _Core(*rest) for external_id, *rest in here.values_list("external_id", *_Core._fields)
    }


def _core(visit: ReportedVisit, patient_id: int | None) -> _Core:
    return _Core(patient_id, visit.booked_at, visit.day, visit.came, visit.reminded, visit.age)


def _doubles(new: _New, source: str) -> set[str]:
    """The ids of new visits that say, but for their id, what an earlier one said."""
    here = PastVisit.objects.filter(
        source=source, patient_id__in={core.patient_id for _, core in new.values()}
    )
    told = {
        (_Core(*core), _as_json(details)) for *core, details in here.values_list(*_Core._fields, "details")
    }
    doubles = set()
    for external_id, (visit, core) in new.items():
        telling = (core, _as_json(visit.details))
        if telling in told:
            doubles.add(external_id)
        told.add(telling)
    return doubles


def _write(new: _New, doubles: set[str], source: str) -> None:
    """By COPY: a history is long, and INSERT took twice the time."""
    table, columns = PastVisit._meta.db_table, ", ".join(_COLUMNS)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for external_id, (visit, core) in new.items():
            double = external_id in doubles
            copy.write_row((source, external_id, visit.lead_days, _as_json(visit.details), double, *core))


def _as_json(details: dict[str, str]) -> str:
    return json.dumps(details, sort_keys=True)


def _fact(new: _New, doubles: set[str], source: str) -> HistoryTakenIn:
    days = [core.day for _, core in new.values()]
    return HistoryTakenIn(
        source=source, visits=len(new), looks_double=len(doubles), first_day=min(days), last_day=max(days)
    )
