"""Past visits that another system reports."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any, NamedTuple

from django.db import transaction

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


_Told = tuple[_Core, str]


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
    outcome, new = [], []
    for visit in visits:
        core = _core(visit, owners.get(visit.patient))
        taken = _judge(core, kept.get(visit.external_id))
        if taken is Taken.NEW:
            kept[visit.external_id] = core
            new.append(_row(visit, core, source))
        outcome.append(taken)
    doubles = _mark_doubles(new, source) if mark_doubles else set()
    if new:
        PastVisit.objects.bulk_create(new)
        record(_fact(new, source), by=by, now=now)
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


def _row(visit: ReportedVisit, core: _Core, source: str) -> PastVisit:
    return PastVisit(
        source=source,
        external_id=visit.external_id,
        lead_days=visit.lead_days,
        details=visit.details,
        **core._asdict(),
    )


def _mark_doubles(new: list[PastVisit], source: str) -> set[str]:
    """Mark each new visit that says what an earlier one of its patient said; return the ids of those."""
    told = _told_before(source, {visit.patient_id for visit in new})
    doubles = set()
    for visit in new:
        telling = _told((getattr(visit, name) for name in _Core._fields), visit.details)
        if telling in told:
            visit.looks_double = True
            doubles.add(visit.external_id)
        told.add(telling)
    return doubles


def _told_before(source: str, patient_ids: Collection[int]) -> set[_Told]:
    here = PastVisit.objects.filter(source=source, patient_id__in=patient_ids)
    return {_told(rest, details) for *rest, details in here.values_list(*_Core._fields, "details")}


def _told(core: Iterable[Any], details: dict[str, str]) -> _Told:
    return _Core(*core), json.dumps(details, sort_keys=True)


def _fact(new: list[PastVisit], source: str) -> HistoryTakenIn:
    return HistoryTakenIn(
        source=source,
        visits=len(new),
        looks_double=sum(visit.looks_double for visit in new),
        first_day=min(visit.day for visit in new),
        last_day=max(visit.day for visit in new),
    )
