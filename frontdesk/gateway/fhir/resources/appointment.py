"""Appointment: a visit, or a hold that waits to be booked, in the shape that IHE's Scheduling asks for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from frontdesk.book.models import Appointment, AppointmentStatus, Hold
from frontdesk.clinic.models import VisitType
from frontdesk.gateway.fhir import codes
from frontdesk.gateway.fhir.dates import instant
from frontdesk.gateway.fhir.door import Call
from frontdesk.gateway.fhir.reasons import cancelled_because
from frontdesk.gateway.fhir.references import VISIT, system

HOLD = "hold-"  # before the id of a hold


def visit(row: Appointment, call: Call) -> dict[str, Any]:
    """The visit.

    Of the row should be read: patient, visit_type with its specialty, site, provider, room, interpreter, `changed_at`
    (an instant, see finding/visits.py) and the `outside_numbers` of this client.
    """
    meta: dict[str, Any] = {"versionId": str(row.version)}
    if changed := getattr(row, "changed_at", None) or row.booked_at:
        meta["lastUpdated"] = instant(changed)
    meta["profile"] = [codes.IHE_APPOINTMENT]
    found: dict[str, Any] = {"resourceType": "Appointment", "id": str(row.pk), "meta": meta}
    found["extension"] = [codes.modality(row.modality)]
    found["identifier"] = _identifiers(row, call)
    status = AppointmentStatus(row.status)
    found["status"] = codes.STATUS[status]
    if status == AppointmentStatus.CANCELLED:  # never on a noshow: R4's own rule app-4 would refuse it
        found["cancelationReason"] = cancelled_because(row)
    _what(found, row.visit_type, call)
    _when(found, row.start, row.end, row.booked_at)
    if row.visit_type.prep_text:
        found["patientInstruction"] = row.visit_type.prep_text
    found["participant"] = _participants(row, call, "accepted")
    found["requestedPeriod"] = [{"start": instant(row.start), "end": instant(row.end)}]
    return found


def hold(row: Hold, call: Call) -> dict[str, Any]:
    """Time that is kept for a patient: pending until it is booked or runs out. Rows as for `visit`."""
    found: dict[str, Any] = {
        "resourceType": "Appointment", "id": f"{HOLD}{row.pk}",
        "meta": {"versionId": "1", "lastUpdated": instant(row.held_at), "profile": [codes.IHE_APPOINTMENT]},
        "extension": [codes.modality(row.modality)],
        "identifier": [{"system": system(call.base, VISIT), "value": f"{HOLD}{row.pk}"}],
        "status": "pending",
    }  # fmt: skip
    _what(found, row.visit_type, call)
    _when(found, row.start, row.end, row.held_at)
    found["comment"] = f"Held until {instant(row.expires_at)}."
    found["participant"] = _participants(row, call, "tentative")
    found["requestedPeriod"] = [{"start": instant(row.start), "end": instant(row.end)}]
    return found


def _identifiers(row: Appointment, call: Call) -> list[dict[str, Any]]:
    own = {"system": system(call.base, VISIT), "value": str(row.pk)}
    numbers = [one for one in row.outside_numbers.all() if one.client_id == call.client.pk]
    theirs = [{"system": one.system, "value": one.value} for one in numbers]
    return [own, *({key: value for key, value in one.items() if value} for one in theirs)]


def _what(found: dict[str, Any], kind: VisitType, call: Call) -> None:
    found["serviceType"] = [codes.visit_type(call.base, kind)]
    found["specialty"] = [codes.specialty(call.base, kind.specialty)]
    found["description"] = kind.name


def _when(found: dict[str, Any], start: datetime, end: datetime, made: datetime) -> None:
    found["start"], found["end"] = instant(start), instant(end)
    found["minutesDuration"] = int((end - start).total_seconds()) // 60
    found["created"] = instant(made)


def _participants(row: Appointment | Hold, call: Call, status: str) -> list[dict[str, Any]]:
    patient: dict[str, Any] = {"reference": f"Patient/{row.patient_id}"}
    if call.may("Patient", "r"):
        patient["display"] = row.patient.name
    actors = [
        patient,
        {"reference": f"Practitioner/{row.provider_id}", "display": row.provider.name},
        {"reference": f"Location/{row.site_id}", "display": row.site.name},
    ]
    if row.room is not None:
        actors.append({"reference": f"Location/room-{row.room_id}", "display": row.room.name})
    if row.interpreter is not None:
        actors.append({"display": f"Interpreter: {row.interpreter.name}"})
    return [{"actor": actor, "required": "required", "status": status} for actor in actors]
