"""Less than the whole of a resource, where a client asks for less: `_summary` and `_elements`, as R4 has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from frontdesk.gateway.fhir.outcome import Problem

SUMMARIES = ("true", "text", "data", "count", "false")
SUBSETTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}

# What always stays: a resource without these would not be one, by R4 or by the profile that it names.
_KEPT = frozenset(
    "resourceType id meta status participant start end requestedPeriod schedule actor identifier name gender active".split()
)
_KEPT_OF = {
    "PractitionerRole": frozenset({"practitioner", "telecom"}),
    "Subscription": frozenset({"reason", "criteria", "channel"}),
    "Task": frozenset({"intent"}),
}

# What R4's definitions mark as summary, of those elements that are sent here and do not stay anyhow.
SUMMARY: Mapping[str, frozenset[str]] = {
    "Patient": frozenset({"telecom", "birthDate", "address"}),
    "Practitioner": frozenset({"telecom"}),
    "PractitionerRole": frozenset({"organization", "code", "specialty", "location"}),
    "Location": frozenset({"description", "mode", "type", "physicalType", "managingOrganization"}),
    "HealthcareService": frozenset({"providedBy", "category", "type", "specialty", "location", "comment"}),
    "Schedule": frozenset({"serviceType", "specialty", "planningHorizon"}),
    "Slot": frozenset({"serviceType", "specialty"}),
    "Appointment": frozenset({"cancelationReason", "serviceType", "specialty"}),
    "Subscription": frozenset({"contact", "error"}),
    "Task": frozenset(
        "businessStatus code description focus for executionPeriod lastModified requester owner location".split()
    ),
    "Communication": frozenset({"statusReason", "subject"}),
}


@dataclass(frozen=True)
class Subset:
    """How much of each resource is wanted. `elements` goes before `summary`, which is "" for the whole."""

    summary: str = ""
    elements: frozenset[str] = frozenset()

    @property
    def only_total(self) -> bool:
        return self.summary == "count"

    def of(self, resource: dict[str, Any], *, included: bool = False) -> dict[str, Any]:
        """So much of the resource, marked where something was left out. `_elements` means what was searched for,

        not what was included with it.
        """
        wanted = self._wanted(resource["resourceType"], included=included)
        if wanted is None:
            return resource
        # "_criteria" holds the extensions of "criteria", and goes where that goes.
        kept = {name: value for name, value in resource.items() if name.removeprefix("_") in wanted}
        if len(kept) == len(resource):
            return resource
        return {**kept, "meta": {**resource.get("meta", {}), "tag": [SUBSETTED]}}

    def _wanted(self, kind: str, *, included: bool) -> frozenset[str] | None:
        """The elements that stay; None: all of them. There are no narratives here, so "data" is the whole."""
        least = _KEPT | _KEPT_OF.get(kind, frozenset())
        if self.elements and not included:
            return least | self.elements
        if self.summary == "text":
            return least | {"text"}
        return least | SUMMARY.get(kind, frozenset()) if self.summary == "true" else None


def read(params: Mapping[str, list[str]]) -> Subset:
    """How much the parameters ask for. Raises Problem (400) for a `_summary` that R4 does not have."""
    summary = params.get("_summary", [""])[-1].strip()
    if summary and summary not in SUMMARIES:
        sentence = f"_summary is one of {', '.join(SUMMARIES)}."
        raise Problem(HTTPStatus.BAD_REQUEST, "value", sentence)
    named = [one.strip() for value in params.get("_elements", ()) for one in value.split(",")]
    return Subset("" if summary == "false" else summary, frozenset(one for one in named if one))


def read_of_one(params: Mapping[str, list[str]]) -> Subset:
    """The same for a read, of which there is no count. Raises Problem (400)."""
    found = read(params)
    if found.only_total:
        raise Problem(HTTPStatus.BAD_REQUEST, "value", "_summary=count counts what a search finds.")
    return found
