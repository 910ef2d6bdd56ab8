"""Is it FHIR R4? Structure by fhir.resources, R4's own invariants by fhirpathpy, and the required bindings.

fhir.resources checks neither invariants nor codes, so both stand here as the specification has them. app-4 is the
official one, in which a no-show has its wrong code: what it refuses, official validators refuse too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import fhirpathpy
import orjson
from fhir.resources.R4B import get_fhir_model_class

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_INSTANTS = {
    "Appointment.start",
    "Appointment.end",
    "Slot.start",
    "Slot.end",
    "meta.lastUpdated",
    "Bundle.timestamp",
}

# By the path at which it holds: its name and its expression. A path without a type holds wherever it ends.
INVARIANTS: tuple[tuple[str, str, str], ...] = (
    ("Appointment.participant", "app-1", "type.exists() or actor.exists()"),
    ("Appointment", "app-2", "start.exists() = end.exists()"),
    (
        "Appointment", "app-3",
        "(start.exists() and end.exists()) or (status in ('proposed' | 'cancelled' | 'waitlist'))",
    ),
    (
        "Appointment", "app-4",
        "cancelationReason.exists() implies (status='no-show' or status='cancelled')",
    ),
    ("Appointment", "our own: R5's app-5", "start.empty() or end.empty() or (start <= end)"),
    ("Appointment", "ihe: requestedPeriod 1..1", "requestedPeriod.count() = 1"),
    ("Appointment.participant", "ihe: actor 1..1", "actor.count() = 1"),
    ("Patient", "us-core: identifier 1..*", "identifier.exists()"),
    ("Patient.identifier", "us-core: system and value", "system.exists() and value.exists()"),
    (
        "Patient.name", "us-core-6",
        "(family.exists() or given.exists()) xor "
        "extension.where(url='http://hl7.org/fhir/StructureDefinition/data-absent-reason').exists()",
    ),
    ("Patient", "us-core: name and gender", "name.exists() and gender.exists()"),
    ("Practitioner", "us-core: identifier and name", "identifier.exists() and name.family.exists()"),
    ("Practitioner.identifier", "us-core: system and value", "system.exists() and value.exists()"),
    ("PractitionerRole", "us-core-13", "telecom.exists() or endpoint.exists()"),
    ("Location", "us-core: name", "name.exists()"),
    ("Task", "inv-1", "lastModified.exists().not() or authoredOn.exists().not() or lastModified >= authoredOn"),
    ("Task.output", "value 1..1", "(valueCodeableConcept | valueReference | valueDate).count() = 1"),
    ("Task.restriction.period", "per-1", "start.empty() or end.empty() or (start <= end)"),
    ("Task.executionPeriod", "per-1", "start.empty() or end.empty() or (start <= end)"),
    ("Communication", "our own: what is sent was sent", "status = 'completed' implies (sent.exists() or meta.tag.exists())"),
    ("Communication.payload", "content 1..1", "contentString.exists()"),
    ("telecom", "cpt-2", "value.empty() or system.exists()"),
    ("requestedPeriod", "per-1", "start.empty() or end.empty() or (start <= end)"),
    ("planningHorizon", "per-1", "start.empty() or end.empty() or (start <= end)"),
    ("Bundle", "bdl-1", "total.empty() or (type = 'searchset') or (type = 'history')"),
    ("Bundle", "bdl-2", "entry.search.empty() or (type = 'searchset')"),
    ("Bundle", "bdl-7", "entry.where(fullUrl.exists()).select(fullUrl).isDistinct()"),
    ("Bundle.entry", "bdl-5", "resource.exists() or request.exists() or response.exists()"),
    ("Bundle.entry", "bdl-8", "fullUrl.empty() or fullUrl.contains('/_history/').not()"),
    ("CapabilityStatement", "cpb-1", "rest.exists() or messaging.exists() or document.exists()"),
    ("CapabilityStatement", "cpb-2", "(description | software | implementation).count() > 0"),
    ("CapabilityStatement", "cpb-14", "kind != 'instance' or implementation.exists()"),
    ("CapabilityStatement", "cpb-15", "kind = 'instance'"),
    ("CapabilityStatement.rest", "cpb-9", "resource.select(type).isDistinct()"),
    ("CapabilityStatement.rest.resource", "cpb-12", "searchParam.select(name).isDistinct()"),
)  # fmt: skip

_STATUS = "proposed pending booked arrived fulfilled cancelled noshow entered-in-error checked-in waitlist"
_ISSUE = (
    "invalid structure required value invariant security login unknown expired forbidden suppressed processing "
    "not-supported duplicate multiple-matches not-found deleted too-long code-invalid extension too-costly business-rule "
    "conflict transient lock-error no-store exception timeout incomplete throttled informational"
)
_INTERACTIONS = (
    "read vread update patch delete history-instance history-type create search-type transaction batch search-system "
    "history-system"
)
# Required bindings, by the path at which the code stands.
BINDINGS: dict[str, frozenset[str]] = {
    path: frozenset(codes.split())
    for path, codes in {
        "Appointment.status": _STATUS,
        "Appointment.participant.required": "required optional information-only",
        "Appointment.participant.status": "accepted declined tentative needs-action",
        "Slot.status": "busy free busy-unavailable busy-tentative entered-in-error",
        "Patient.gender": "male female other unknown", "Practitioner.gender": "male female other unknown",
        "telecom.system": "phone fax email pager url sms other", "telecom.use": "home work temp old mobile",
        "identifier.use": "usual official temp secondary old",
        "name.use": "usual official temp nickname anonymous old maiden",
        "Location.status": "active suspended inactive", "Location.mode": "instance kind",
        "hoursOfOperation.daysOfWeek": "mon tue wed thu fri sat sun",
        "Bundle.type": "document message transaction transaction-response batch batch-response history searchset collection",
        "Bundle.entry.search.mode": "match include outcome",
        "OperationOutcome.issue.severity": "fatal error warning information",
        "OperationOutcome.issue.code": _ISSUE,
        "CapabilityStatement.status": "draft active retired unknown",
        "CapabilityStatement.kind": "instance capability requirements", "CapabilityStatement.fhirVersion": "4.0.1",
        "CapabilityStatement.rest.mode": "client server", "rest.resource.interaction.code": _INTERACTIONS,
        "rest.resource.versioning": "no-version versioned versioned-update",
        "rest.resource.conditionalRead": "not-supported modified-since not-match full-support",
        "rest.resource.referencePolicy": "literal logical resolves enforced local",
        "resource.searchParam.type": "number date string token reference composite quantity uri special",
        "Subscription.status": "requested active error off",
        "Task.status": (
            "draft requested received accepted rejected ready cancelled in-progress on-hold failed completed "
            "entered-in-error"
        ),
        "Task.intent": (
            "unknown proposal plan order original-order reflex-order filler-order instance-order option"
        ),
        "Task.priority": "routine urgent asap stat",
        "Communication.status": (
            "preparation in-progress not-done on-hold stopped completed entered-in-error unknown"
        ),
        "Communication.priority": "routine urgent asap stat",
        "Subscription.channel.type": "rest-hook websocket email sms message",
    }.items()
}  # fmt: skip


# The same by the last name of the path, to find them quickly.
_BY_NAME = {
    last: [(end, codes) for end, codes in BINDINGS.items() if end.rpartition(".")[2] == last]
    for last in {end.rpartition(".")[2] for end in BINDINGS}
}
_RULES = {
    last: [one for one in INVARIANTS if one[0].rpartition(".")[2] == last]
    for last in {one[0].rpartition(".")[2] for one in INVARIANTS}
}


class NotFhir(AssertionError):
    """What is wrong, and where."""


_seen: set[bytes] = set()


def check(resource: dict[str, Any]) -> None:
    """Raises NotFhir with the first thing that is wrong with the resource, or with one inside it."""
    # The same resource comes in many answers: it is looked at once.
    mark = hashlib.blake2b(orjson.dumps(resource), digest_size=16).digest()
    if mark in _seen:
        return
    kind = resource.get("resourceType")
    if not isinstance(kind, str):
        raise NotFhir(f"no resourceType: {str(resource)[:200]}")
    outside, inside = _parted(resource)
    try:
        get_fhir_model_class(kind).model_validate(outside)
    except (ValueError, KeyError) as error:
        raise NotFhir(f"{kind}: {error}") from error
    for path, value in _walk(outside, kind):
        _plain(path, value)
        _bound(path, value)
        _invariants(path, value)
    for one in inside:
        check(one)
    if kind == "Bundle":
        _bundle(resource)
    _seen.add(mark)


def _parted(resource: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A Bundle with next to nothing in the place of its resources, and those."""
    if resource.get("resourceType") != "Bundle" or not isinstance(resource.get("entry"), list):
        return resource, []
    inside = [one["resource"] for one in resource["entry"] if "resource" in one]
    entries = [{**one, "resource": {"resourceType": "Basic", "code": {"text": "x"}}} if "resource" in one else one
               for one in resource["entry"]]  # fmt: skip
    return {**resource, "entry": entries}, inside


def _walk(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every element with its path; a resource inside another begins a path of its own."""
    if isinstance(value, list):
        if not value:
            raise NotFhir(f"{path} is an empty list")
        for one in value:
            yield from _walk(one, path)
        return
    yield path, value
    if isinstance(value, dict):
        for name, one in value.items():
            if name == "resourceType":
                continue
            inside = one.get("resourceType") if isinstance(one, dict) else None
            yield from _walk(one, inside or f"{path}.{name}")


def _plain(path: str, value: Any) -> None:
    if value is None and not path.rpartition(".")[2].startswith("_"):
        raise NotFhir(f"{path} is null")
    if value in ("", {}):
        raise NotFhir(f"{path} is empty")
    if any(path.endswith(one) for one in _INSTANTS) and not _INSTANT.fullmatch(str(value)):
        raise NotFhir(f"{path} is no instant: {value}")
    if isinstance(value, dict) and "resourceType" in value and not _ID.fullmatch(value.get("id", "x")):
        raise NotFhir(f"{path} has the id {value['id']}")


def _bound(path: str, value: Any) -> None:
    for end, allowed in _BY_NAME.get(path.rpartition(".")[2], ()):
        if (path == end or path.endswith(f".{end}")) and value not in allowed:
            raise NotFhir(f"{path} is {value!r}, which is none of its codes")


def _invariants(path: str, value: Any) -> None:
    if not isinstance(value, dict):
        return
    if path.endswith(".extension") and ("extension" in value) == any(
        one.startswith("value") for one in value
    ):
        raise NotFhir(f"{path}: ext-1 does not hold: either a value or extensions, in {str(value)[:400]}")
    for end, name, expression in _RULES.get(path.rpartition(".")[2], ()):
        if (path == end or (not end[0].isupper() and path.endswith(f".{end}"))) and _holds(
            expression, value
        ) is not True:
            raise NotFhir(f"{path}: {name} does not hold: {expression} in {str(value)[:400]}")


def _holds(expression: str, value: dict[str, Any]) -> bool:
    return bool(_compiled(expression)(value) == [True])


@cache
def _compiled(expression: str) -> Callable[[dict[str, Any]], list[Any]]:
    made = fhirpathpy.compile(expression)
    return lambda value: made(value, None)


def _bundle(resource: dict[str, Any]) -> None:
    """What a searchset promises beside its structure."""
    if resource["type"] != "searchset":
        return
    relations = [one["relation"] for one in resource.get("link", ())]
    if relations.count("self") != 1 or relations.count("next") > 1:
        raise NotFhir(f"the links of the Bundle are {relations}")
    entries = resource.get("entry", [])
    matches = [one for one in entries if one.get("search", {}).get("mode") == "match"]
    if "total" in resource and resource["total"] < len(matches):
        raise NotFhir(f"total is {resource['total']}, and {len(matches)} match")
    for one in entries:
        inside = one["resource"]
        if one.get("fullUrl") == f"urn:uuid:{inside.get('id')}":
            continue  # stands nowhere: how a subscription stands at this moment
        own = (f"/{inside['resourceType']}/{inside.get('id')}", f"urn:uuid:{inside.get('id')}")
        if one["search"]["mode"] != "outcome" and not one["fullUrl"].endswith(own):
            raise NotFhir(f"{one['fullUrl']} is not the address of {inside['resourceType']}/{inside['id']}")
