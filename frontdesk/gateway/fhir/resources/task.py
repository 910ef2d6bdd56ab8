"""Task: work that waits in a queue, or a handoff to a clinician. Codes and standing words; nothing that was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from frontdesk.accounts.models import User
from frontdesk.clinic.models import Provider
from frontdesk.gateway.fhir.dates import instant
from frontdesk.gateway.fhir.door import Call
from frontdesk.gateway.fhir.references import may_know
from frontdesk.people.models import Patient
from frontdesk.triage.engine.lanes import RANK
from frontdesk.triage.models import Direction, Handoff
from frontdesk.work.models import Queue, Task
from frontdesk.work.standing import CATEGORIES

HANDOFF = "handoff-"  # before the id of a handoff
# Below the address of this door.
KINDS, QUEUES, WORK_KINDS = "/CodeSystem/task", "/CodeSystem/queue", "/CodeSystem/task-category"
DIRECTIONS, OUTPUTS = "/CodeSystem/direction", "/CodeSystem/task-output"
WORK_CODE, HANDOFF_CODE = "work", "handoff"
PRIORITY = {0: "routine", 1: "routine", 2: "urgent", 3: "stat"}  # by the rank of the lane
_ABOUT = {
    "request": "A request", "handoff": "A handoff to a clinician", "walk_in": "Somebody at the counter",
    "appointment": "A visit", "late_arrival": "A patient who came late",
}  # fmt: skip
_WAITS = {"requested": "Nobody has it yet", "received": "Given to somebody", "in-progress": "Taken"}
_OUTSIDE = "Somebody outside the clinic"


@dataclass(frozen=True)
class Beside:
    """What the tasks of an answer name besides: providers by their user, patients by id, visits by the late arrival."""

    providers: Mapping[int, Provider] = field(default_factory=dict)
    patients: Mapping[int, Patient] = field(default_factory=dict)
    late: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Stands:
    """How a row stands, as its query says (finding/tasks.py): the state in FHIR's words, the patient, the queue."""

    state: str
    changed_at: datetime
    whom: int | None
    queue: str

    @classmethod
    def of(cls, row: Task | Handoff) -> Stands:
        whom = row.request.patient_id if isinstance(row, Handoff) else getattr(row, "whom", None)
        read = {name: getattr(row, name) for name in ("state", "changed_at", "queue")}
        return cls(whom=whom, **read)


def work(row: Task, beside: Beside, call: Call) -> dict[str, Any]:
    """A task of a queue. Site and owner of the row should be read."""
    how = Stands.of(row)
    found = _begun(str(row.pk), how)
    found["businessStatus"] = {"text": _work_words(row, how)}
    found |= {"intent": "order", "priority": PRIORITY[min(row.weight, 3)]}
    found |= _what(row, call)
    if focus := _focus(row, beside):
        found["focus"] = {"reference": focus}
    _for(found, beside.patients.get(how.whom or 0), call)
    if row.done_at is not None:
        found["executionPeriod"] = {"end": instant(row.done_at)}
    _when(found, row.opened_at, how)
    if row.owner is not None:
        found["owner"] = person(row.owner, beside.providers)
    found["location"] = {"reference": f"Location/{row.site_id}", "display": row.site.name}
    found["restriction"] = {"period": {"end": instant(row.due_at)}}
    return found


def handoff(row: Handoff, beside: Beside, call: Call) -> dict[str, Any]:
    """A handoff: offered, accepted, directed.

    Its request with site and patient, whoever offered and accepted, and the visit type directed should be read.
    """
    request, how = row.request, Stands.of(row)
    found = _begun(f"{HANDOFF}{row.pk}", how)
    found["businessStatus"] = {"text": _handoff_words(row, how)}
    found |= {"intent": "order", "priority": PRIORITY[RANK[request.current_lane]]}
    found["code"] = _handed(how, call)
    found["description"] = row.asked_action
    _for(found, request.patient, call)
    if row.accepted_at is not None:
        ended = {"end": instant(row.directed_at)} if row.directed_at else {}
        found["executionPeriod"] = {"start": instant(row.accepted_at), **ended}
    _when(found, row.offered_at, how)
    if row.offered_by is not None:
        found["requester"] = person(row.offered_by, beside.providers)
    if row.accepted_by is not None:
        other = {"display": _OUTSIDE} if row.accepted_by_other else None
        found["owner"] = other or person(row.accepted_by, beside.providers)
    found["location"] = {"reference": f"Location/{request.site_id}", "display": request.site.name}
    found["restriction"] = {"period": {"end": instant(row.due_at)}}
    if row.direction:
        found["output"] = _directed(row, call)
    return found


def person(user: User, providers: Mapping[int, Provider]) -> dict[str, str]:
    """A reference to somebody of the clinic: a provider whom the client sees, or else the name alone."""
    provider = providers.get(user.pk)
    if provider is None:
        return {"display": user.name}
    return {"reference": f"Practitioner/{provider.pk}", "display": provider.name}


def _what(row: Task, call: Call) -> dict[str, Any]:
    """The queue and the category, and both in words. The title may say why a patient called, and is not told."""
    label, category = Queue(row.queue).label, CATEGORIES.get(row.category, "")
    codings = [_coding(call, KINDS, WORK_CODE, "Work in a queue"), _coding(call, QUEUES, row.queue, label)]
    if category:
        codings.append(_coding(call, WORK_KINDS, row.category, category))
    words = ". ".join(one for one in (_ABOUT[row.about_kind], category) if one)
    return {"code": {"coding": codings, "text": label}, "description": words}


def _handed(how: Stands, call: Call) -> dict[str, Any]:
    codings = [_coding(call, KINDS, HANDOFF_CODE, _ABOUT["handoff"])]
    if how.queue:
        codings.append(_coding(call, QUEUES, how.queue, Queue(how.queue).label))
    return {"coding": codings, "text": _ABOUT["handoff"]}


def _begun(pk: str, how: Stands) -> dict[str, Any]:
    meta = {"lastUpdated": instant(how.changed_at)}
    return {"resourceType": "Task", "id": pk, "meta": meta, "status": how.state}


def _when(found: dict[str, Any], made: datetime, how: Stands) -> None:
    found["authoredOn"], found["lastModified"] = instant(made), instant(max(made, how.changed_at))


def _for(found: dict[str, Any], patient: Patient | None, call: Call) -> None:
    if patient is not None:
        found["for"] = of_patient(patient, call)


def of_patient(patient: Patient, call: Call) -> dict[str, str]:
    """A reference to the patient; the name only for who may read patients."""
    named = {"display": patient.name} if call.may("Patient", "r") else {}
    return {"reference": f"Patient/{patient.pk}", **named}


def _coding(call: Call, system: str, code: str, display: str) -> dict[str, str]:
    return {"system": call.base + system, "code": code, "display": display}


def _focus(row: Task, beside: Beside) -> str:
    if row.about_kind == "appointment":
        return f"Appointment/{row.about_ref}"
    if row.about_kind == "handoff":
        return f"Task/{HANDOFF}{row.about_ref}"
    visit = beside.late.get(row.about_ref) if row.about_kind == "late_arrival" else None
    return f"Appointment/{visit}" if visit else ""


def _work_words(row: Task, how: Stands) -> str:
    if row.same_as_id is not None:
        return "Merged into another task"
    if row.done_at is not None:
        return "Done"
    waits = _WAITS[how.state]
    return f"{waits}; escalated" if row.escalated_at else waits


def _handoff_words(row: Handoff, how: Stands) -> str:
    if row.directed_at is not None:
        said = f"Directed: {Direction(row.direction).label}"
        return f"{said}; outcome noted" if row.outcome_at else said
    if row.accepted_at is not None:
        return "Accepted; outcome noted" if row.outcome_at else "Accepted"
    if how.state == "cancelled":
        return "No longer needed"
    return "Last resort: nobody has accepted" if row.last_resort_at else "Offered"


def _directed(row: Handoff, call: Call) -> list[dict[str, Any]]:
    """What the clinician directed, by its code; what they wrote beside it is not told."""

    def output(code: str, display: str, **value: Any) -> dict[str, Any]:
        return {"type": {"coding": [_coding(call, OUTPUTS, code, display)], "text": display}, **value}

    label = Direction(row.direction).label
    said = {"coding": [_coding(call, DIRECTIONS, row.direction, label)], "text": label}
    found = [output("direction", "Direction", valueCodeableConcept=said)]
    kind = row.direct_visit_type
    if kind is not None and may_know(kind, call):
        place = {"reference": f"HealthcareService/{kind.pk}", "display": kind.name}
        found.append(output("visit-type", "Visit type", valueReference=place))
    if row.direct_by is not None:
        found.append(output("visit-by", "The visit is on or before", valueDate=row.direct_by.isoformat()))
    return found
