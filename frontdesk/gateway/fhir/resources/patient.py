"""Patient, in the shape of US Core 6.1."""

from __future__ import annotations

from typing import Any

from frontdesk.clinic.choices import Language
from frontdesk.gateway.fhir import codes
from frontdesk.gateway.fhir.door import Call
from frontdesk.gateway.fhir.references import MRN, system
from frontdesk.people.models import Patient

PROFILE = f"{codes.US_CORE}/us-core-patient|6.1.0"
_UNKNOWN = {"extension": [{"url": f"{codes.EXTENSIONS}/data-absent-reason", "valueCode": "unknown"}]}
_INTERPRETER = f"{codes.EXTENSIONS}/patient-interpreterRequired"


def to_fhir(row: Patient, call: Call) -> dict[str, Any]:
    """The patient; `identifiers` and `contact_points` of the row should be read already."""
    found: dict[str, Any] = {"resourceType": "Patient", "id": str(row.pk), "meta": {"profile": [PROFILE]}}
    if row.needs_interpreter:
        found["extension"] = [{"url": _INTERPRETER, "valueBoolean": True}]
    found["identifier"] = _identifiers(row, call.base)
    found["active"] = True
    found["name"] = [name(row)]
    if telecom := _telecom(row):
        found["telecom"] = telecom
    found["gender"] = codes.GENDER.get(row.sex, "unknown")
    if row.birth_date:
        found["birthDate"] = row.birth_date.isoformat()
    found["communication"] = [{"language": language(row.language), "preferred": True}]
    return found


def name(row: Patient) -> dict[str, Any]:
    """The name, or that nobody knows it."""
    found: dict[str, Any] = {}
    if row.family:
        found["family"] = row.family
    if row.given:
        found["given"] = [row.given]
    return {"use": "official", "text": row.name, **found} if found else dict(_UNKNOWN)


def language(tag: str) -> dict[str, Any]:
    """A language as a CodeableConcept."""
    label = Language(tag).label if tag in Language.values else tag
    return {"coding": [{"system": "urn:ietf:bcp:47", "code": tag, "display": label}], "text": label}


def _identifiers(row: Patient, base: str) -> list[dict[str, Any]]:
    own = {
        "use": "usual", "type": codes.concept("v2-0203", "MR", "Medical record number"),
        "system": system(base, MRN), "value": row.mrn,
    }  # fmt: skip
    others = [{"system": system(base, one.system), "value": one.value} for one in row.identifiers.all()]
    return [own, *others]


def _telecom(row: Patient) -> list[dict[str, Any]]:
    """Those ways alone by which the patient agreed to be reached, the preferred ones first."""
    points = [point for point in row.contact_points.all() if point.allowed]
    points.sort(key=lambda point: (not point.preferred, point.pk))
    return [
        {"system": point.kind, "value": point.value, "rank": place} for place, point in enumerate(points, 1)
    ]
