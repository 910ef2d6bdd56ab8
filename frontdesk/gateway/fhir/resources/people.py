"""Practitioner (US Core 6.1) and PractitionerRole: a provider, and a provider at a site."""

from __future__ import annotations

from typing import Any

from frontdesk.clinic.models import Provider, Site
from frontdesk.gateway.fhir import codes
from frontdesk.gateway.fhir.door import Call
from frontdesk.gateway.fhir.references import PRACTITIONER, system
from frontdesk.gateway.fhir.resources.patient import language

PROFILE = f"{codes.US_CORE}/us-core-practitioner|6.1.0"
ROLE_PROFILE = f"{codes.US_CORE}/us-core-practitionerrole|6.1.0"


def practitioner(row: Provider, call: Call) -> dict[str, Any]:
    """The provider, active or not: visits of the past name them still."""
    found: dict[str, Any] = {
        "resourceType": "Practitioner", "id": str(row.pk), "meta": {"profile": [PROFILE]},
        "identifier": [{"system": system(call.base, PRACTITIONER), "value": str(row.pk)}],
        "active": row.active, "name": [{"text": row.name, "family": row.family}],
    }  # fmt: skip
    if row.sex in codes.GENDER:
        found["gender"] = codes.GENDER[row.sex]
    if row.languages:
        found["communication"] = [language(tag) for tag in row.languages]
    return found


def role(row: Provider, site: Site, call: Call) -> dict[str, Any]:
    """The provider at the site; `specialty` of the row should be read already."""
    return {
        "resourceType": "PractitionerRole", "id": f"{row.pk}-{site.pk}", "meta": {"profile": [ROLE_PROFILE]},
        "active": row.active,
        "practitioner": {"reference": f"Practitioner/{row.pk}", "display": row.name},
        "specialty": [codes.specialty(call.base, row.specialty)],
        "location": [{"reference": f"Location/{site.pk}", "display": site.name}],
        "telecom": [{"system": "phone", "value": site.phone, "use": "work"}],
    }  # fmt: skip
