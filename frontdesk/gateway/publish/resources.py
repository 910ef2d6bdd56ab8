"""Sites, offers and open times as SMART Scheduling Links has them: Location, Schedule and Slot of FHIR R4."""

from __future__ import annotations

import re
from typing import Any

from frontdesk.book.queries.open_starts import OpenStart
from frontdesk.clinic.choices import Audience, Modality
from frontdesk.clinic.models import Site, VisitType
from frontdesk.gateway.publish.ids import schedule_id, slot_id
from frontdesk.people.phones import show_phone

EXTENSION = "http://fhir-registry.smarthealthit.org/StructureDefinition/"
_ADDRESS = re.compile(r"(?P<line>.+), *(?P<city>[^,]+), *(?P<state>[A-Z]{2}) +(?P<code>\d{5}(?:-\d{4})?)")


def location(site: Site) -> dict[str, Any]:
    return {
        "resourceType": "Location",
        "id": str(site.pk),
        "status": "active",
        "name": site.name,
        "mode": "instance",
        "telecom": [{"system": "phone", "value": show_phone(site.phone), "use": "work"}],
        "address": _address(site),
    }


def schedule(visit_type: VisitType, site: Site, *, system: str) -> dict[str, Any]:
    """One visit type at one site. `system` names whose codes those of visit types are."""
    said = {
        "resourceType": "Schedule",
        "id": schedule_id(visit_type.pk, site.pk),
        "active": True,
        "serviceType": [
            {
                "coding": [{"system": system, "code": visit_type.code, "display": visit_type.name}],
                "text": visit_type.name,
            }
        ],
        "specialty": [{"text": visit_type.specialty.name}],
        "actor": [{"reference": f"Location/{site.pk}", "display": site.name}],
    }
    about = [_FOR.get(visit_type.audience, ""), _BY.get(visit_type.modality, "")]
    comment = " ".join(one for one in about if one)
    return {**said, "comment": comment} if comment else said


def slot(visit_type: VisitType, one: OpenStart, *, link: str) -> dict[str, Any]:
    """One open time, in the site's own zone. `link` is the address of its page."""
    site = one.site
    return {
        "resourceType": "Slot",
        "id": slot_id(visit_type.pk, site.pk, one.start),
        "schedule": {"reference": f"Schedule/{schedule_id(visit_type.pk, site.pk)}"},
        "status": "free",
        "start": one.start.astimezone(site.zone).isoformat(),
        "end": one.end.astimezone(site.zone).isoformat(),
        "extension": [
            {"url": f"{EXTENSION}booking-deep-link", "valueUrl": link},
            {"url": f"{EXTENSION}booking-phone", "valueString": show_phone(site.phone)},
            {"url": f"{EXTENSION}slot-capacity", "valueInteger": one.places},
        ],
    }


_FOR = {
    Audience.NEW.value: "For patients who are new here.",
    Audience.ESTABLISHED.value: "For patients who have been here before.",
}
_BY = {Modality.VIDEO.value: "By video.", Modality.PHONE.value: "By telephone."}


def _address(site: Site) -> dict[str, Any]:
    """As FHIR divides an address of the United States; one that is written otherwise stands whole in its line."""
    whole = {"use": "work", "text": site.address, "country": site.country}
    if (met := _ADDRESS.fullmatch(site.address)) is None:
        state = {"state": site.subdivision} if site.subdivision else {}
        return {**whole, "line": [site.address], **state}
    return {
        **whole,
        "line": [met["line"]],
        "city": met["city"],
        "state": met["state"],
        "postalCode": met["code"],
    }
