"""What this door can do, as a CapabilityStatement: public, and made of the table of kinds, so that it is true."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.http import HttpRequest

from frontdesk.gateway.fhir import codes
from frontdesk.gateway.fhir.door import Answer, base_of, public_door
from frontdesk.gateway.fhir.kinds import Kind, kinds

SINCE = "2026-11-22"  # the day on which this statement last changed
_R4 = "http://hl7.org/fhir/StructureDefinition"
_OAUTH = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
_SECURITY = f"{codes.TERMS}/restful-security-service"
_RESULT_PARAMS = (
    ("_count", "number", "Resources of a page"),
    ("_summary", "token", "true: what R4 marks as summary; text; data; count: only how many there are"),
    ("_elements", "token", "Only these elements, and those without which the resource would be none"),
)


@public_door
def metadata(request: HttpRequest) -> Answer:
    """The CapabilityStatement."""
    return Answer(statement(base_of(request)), headers={"Cache-Control": "public, max-age=300"})


@lru_cache(maxsize=8)
def statement(base: str) -> dict[str, Any]:
    """The statement of a door at this address. It is shared: nobody may change it."""
    return {
        "resourceType": "CapabilityStatement", "id": "frontdesk", "name": "Frontdesk", "title": "Frontdesk",
        "status": "active", "date": SINCE, "publisher": "Frontdesk",
        "description": "See, hold and book the same book that the front desk uses.",
        "kind": "instance", "instantiates": [f"{codes.IHE}/CapabilityStatement/IHE.Scheduling.server"],
        "software": {"name": "Frontdesk"},
        "implementation": {"description": "Scheduling of this organization", "url": base},
        "fhirVersion": "4.0.1", "format": ["application/fhir+json", "application/fhir+xml", "json", "xml"],
        "patchFormat": ["application/json-patch+json"],
        "implementationGuide": [f"{codes.IHE}/ImplementationGuide/ihe.iti.scheduling"],
        "rest": [_rest(base)],
    }  # fmt: skip


def _rest(base: str) -> dict[str, Any]:
    uris = {"url": _OAUTH, "extension": [{"url": "token", "valueUri": f"{base}/token"}]}
    service = {"system": _SECURITY, "code": "SMART-on-FHIR", "display": "SMART-on-FHIR"}
    return {
        "mode": "server",
        "documentation": "Every request but this one and the list of what SMART is spoken carries a bearer token.",
        "security": {
            "extension": [uris], "cors": False, "service": [{"coding": [service], "text": "SMART Backend Services"}],
        },
        "resource": [_resource(name, kind) for name, kind in kinds().items()],
        "interaction": [{"code": "search-system", "documentation": "Of one type, which _type names."}],
    }  # fmt: skip


def _resource(name: str, kind: Kind) -> dict[str, Any]:
    found: dict[str, Any] = {"type": name, "profile": f"{_R4}/{name}"}
    if kind.profiles:
        found["supportedProfile"] = list(kind.profiles)
    found["interaction"] = [{"code": code} for code in _interactions(kind)]
    found["versioning"] = "versioned-update" if kind.update else "no-version"
    if kind.create:
        found["conditionalCreate"] = kind.once
    found |= {"readHistory": False, "updateCreate": False}
    found["conditionalRead"] = "not-match" if kind.read else "not-supported"
    found["referencePolicy"] = ["literal"]
    if kind.includes:
        found["searchInclude"] = list(kind.includes)
    found["searchParam"] = _params(kind)
    named = {code: one.definition for code, one in kind.operations.items()} | dict(kind.defined)
    operations = [{"name": code.removeprefix("$"), "definition": url} for code, url in named.items()]
    return {**found, "operation": operations} if operations else found


def _interactions(kind: Kind) -> list[str]:
    there = {
        "read": kind.read, "search-type": kind.search, "create": kind.create, "update": kind.update,
        "patch": kind.patch, "delete": kind.delete,
    }  # fmt: skip
    return [code for code, run in there.items() if run is not None]


def _params(kind: Kind) -> list[dict[str, Any]]:
    """Those of the type, then those of every search. Chains are named as IHE does: patient.identifier."""
    found = []
    for code, param in kind.params.items():
        one: dict[str, Any] = {"name": code, "type": param.kind, "documentation": param.about}
        found.append(one)
        for chain in param.chains:
            about = f"By the {chain} of the {code}"
            found.append({"name": f"{code}.{chain}", "type": "token", "documentation": about})
    found += [
        {"name": code, "type": kind_of, "documentation": about} for code, kind_of, about in _RESULT_PARAMS
    ]
    return found
