"""Location (a site, and its rooms below it) and HealthcareService (a visit type)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from frontdesk.clinic.models import Room, Site, VisitType
from frontdesk.gateway.fhir import codes
from frontdesk.gateway.fhir.door import Call
from frontdesk.gateway.fhir.references import KIND, SITE, system

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def site(row: Site, call: Call) -> dict[str, Any]:
    """The site; `hours` of the row should be read already."""
    hours = [
        {"daysOfWeek": [_DAYS[one.weekday]], "openingTime": f"{one.opens:%H:%M:%S}", "closingTime": f"{one.closes:%H:%M:%S}"}
        for one in row.hours.all()
    ]  # fmt: skip
    address = {"text": row.address, "country": row.country}
    if row.subdivision:
        address["state"] = row.subdivision
    found = {
        "resourceType": "Location", "id": str(row.pk),
        "extension": [{"url": f"{codes.EXTENSIONS}/timezone", "valueCode": row.time_zone}],
        "identifier": [{"system": system(call.base, SITE), "value": row.code}],
        "status": "active", "name": row.name, "mode": "instance",
        "telecom": [{"system": "phone", "value": row.phone, "use": "work"}], "address": address,
        "physicalType": codes.concept("location-physical-type", "si", "Site"),
    }  # fmt: skip
    return {**found, "hoursOfOperation": hours} if hours else found


def room(row: Room) -> dict[str, Any]:
    """The room, part of its site."""
    return {
        "resourceType": "Location", "id": f"room-{row.pk}", "status": "active" if row.active else "inactive",
        "name": row.name, "mode": "instance",
        "physicalType": codes.concept("location-physical-type", "ro", "Room"),
        "partOf": {"reference": f"Location/{row.site_id}"},
    }  # fmt: skip


def service(row: VisitType, sites: Sequence[Site], call: Call) -> dict[str, Any]:
    """The visit type and the client's sites at which it is given; `specialty` should be read already."""
    found: dict[str, Any] = {
        "resourceType": "HealthcareService", "id": str(row.pk),
        "identifier": [{"system": system(call.base, KIND), "value": row.code}], "active": row.active,
        "type": [codes.visit_type(call.base, row)], "specialty": [codes.specialty(call.base, row.specialty)],
    }  # fmt: skip
    if sites:
        found["location"] = [{"reference": f"Location/{one.pk}", "display": one.name} for one in sites]
    found["name"] = row.name
    found["comment"] = f"{row.minutes} minutes, {row.get_modality_display().lower()}."
    if row.prep_text:
        found["extraDetails"] = row.prep_text
    found["appointmentRequired"] = True
    return found
