"""Codes on the wire: our own systems, and those of FHIR that our words are put into."""

from __future__ import annotations

from typing import Any

from frontdesk.book.models import AppointmentStatus
from frontdesk.clinic.choices import Modality
from frontdesk.clinic.models import Specialty, VisitType

TERMS = "http://terminology.hl7.org/CodeSystem"
US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition"
IHE = "https://profiles.ihe.net/ITI/Scheduling"
IHE_APPOINTMENT = f"{IHE}/StructureDefinition/ihe-sched-appt"
EXTENSIONS = "http://hl7.org/fhir/StructureDefinition"

# Below the address of this door.
VISIT_TYPES, SPECIALTIES = "/CodeSystem/visit-type", "/CodeSystem/specialty"

STATUS = {
    AppointmentStatus.BOOKED: "booked", AppointmentStatus.ARRIVED: "arrived", AppointmentStatus.DONE: "fulfilled",
    AppointmentStatus.CANCELLED: "cancelled", AppointmentStatus.NO_SHOW: "noshow",
}  # fmt: skip
GENDER = {"F": "female", "M": "male", "X": "other"}
_CLASSES = {
    Modality.IN_PERSON: ("AMB", "ambulatory"), Modality.VIDEO: ("VR", "virtual"), Modality.PHONE: ("VR", "virtual"),
}  # fmt: skip

# The words of our own codes: what a client sends back of them, nobody has said.
LABELS = frozenset(
    {*(str(label) for label in Modality.labels), *(display for _, display in _CLASSES.values())}
)


def visit_type(base: str, row: VisitType) -> dict[str, Any]:
    """The visit type as a CodeableConcept."""
    coding = {"system": base + VISIT_TYPES, "code": row.code, "display": row.name}
    return {"coding": [coding], "text": row.name}


def specialty(base: str, row: Specialty) -> dict[str, Any]:
    """The specialty as a CodeableConcept."""
    coding = {"system": base + SPECIALTIES, "code": row.code, "display": row.name}
    return {"coding": [coding], "text": row.name}


def concept(system: str, code: str, display: str) -> dict[str, Any]:
    """A CodeableConcept of one coding."""
    return {"coding": [{"system": f"{TERMS}/{system}", "code": code, "display": display}], "text": display}


def modality(value: str) -> dict[str, Any]:
    """In person or not, as R5 says it (Appointment.class) and R4 carries it; the text is our own word."""
    code, display = _CLASSES[Modality(value)]
    coding = {"system": f"{TERMS}/v3-ActCode", "code": code, "display": display}
    return {
        "url": "http://hl7.org/fhir/5.0/StructureDefinition/extension-Appointment.class",
        "valueCodeableConcept": {"coding": [coding], "text": Modality(value).label},
    }
