"""The time that an Appointment names: a proposal, a Slot, or a start with a practitioner, a place and a service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from frontdesk.book.engine.segments import length_of
from frontdesk.book.models import Appointment
from frontdesk.book.queries.wish import parts_for
from frontdesk.clinic.models import Provider, Site, VisitType
from frontdesk.gateway.fhir import dates, proposals, references, slot_ids
from frontdesk.gateway.fhir.door import Call, Problem
from frontdesk.gateway.fhir.given import bad
from frontdesk.gateway.fhir.reading import listed, text, type_of
from frontdesk.partners.queries.places import Place
from frontdesk.people.models import Patient

_KINDS = ("Patient", "Practitioner", "PractitionerRole", "Location", "HealthcareService")


@dataclass(frozen=True)
class Named:
    """Who and what an Appointment's participants name; None where it names nobody."""

    patient: Patient | None = None
    provider: Provider | None = None
    site: Site | None = None
    service: VisitType | None = None


def gone(
    sentence: str = "There is no such time: it was never offered to you, or its offer is too old.",
) -> Problem:
    """What IHE wants where an Appointment cannot be held or booked."""
    return Problem(HTTPStatus.NOT_FOUND, "not-found", sentence, severity="fatal")


def of_proposal(text_: str, call: Call) -> tuple[Place, Patient | None]:
    """What was offered, and to whom. Raises Problem (404) for an id that was not given to this client."""
    found = proposals.unpack(text_, call.client.pk)
    if found is None:
        raise gone()
    kind = references.visit_type_at(found.visit_type, call)
    site = next((one for one in call.sites if one.pk == found.site), None)
    provider = references.provider_at(found.provider, call)
    if kind is None or kind.places != 1 or site is None or provider is None or not provider.active:
        raise gone()
    patient = references.patient_at(found.patient, call) if found.patient else None
    return Place(kind, site, provider, found.start, found.room or None, found.free or None), patient


def of_resource(
    resource: dict[str, Any], call: Call, *, named: Named, was: Appointment | None = None
) -> Place:
    """The time that the resource names; what it leaves out is as it `was`. Raises Problem (400, 404)."""
    kind = type_of(resource, call) or named.service or (was.visit_type if was else None)
    slots = listed(resource.get("slot"))
    if slots and not (was and _start(resource) == was.start):
        return _of_slot(slots, resource, kind, call)
    start = _start(resource) or (was.start if was else None)
    provider = named.provider or (was.provider if was else None)
    if start is None or provider is None or kind is None:
        raise bad(
            "Name a proposal of $find, a Slot, or a start with a Practitioner, a Location and a serviceType.",
            code="required",
        )
    site = named.site or (was.site if was else None) or _only_site(call)
    place = Place(_bookable(kind), site, provider, start)
    _check_end(resource, place, was)
    return place


def actors(resource: dict[str, Any], call: Call) -> Named:
    """Who takes part. Raises Problem: 404 for somebody who is not known here, 400 for several of one kind."""
    participants = resource.get("participant")
    if participants is not None and not isinstance(participants, list):
        raise bad("participant must be a list.")
    found: dict[str, Any] = {}
    for one in listed(participants):
        kind, row = _actor(one.get("actor"), call)
        if kind and found.get(kind, row) != row:
            raise Problem(HTTPStatus.BAD_REQUEST, "not-supported", f"An Appointment here has one {kind}.")
        if kind:
            found[kind] = row
    return Named(
        found.get("Patient"), found.get("Practitioner"), found.get("Location"), found.get("HealthcareService")
    )


def _actor(actor: Any, call: Call) -> tuple[str, Any]:
    """The kind of an actor and its row; no kind for one that is only text, and for a room."""
    named = references.named(actor, call)
    by_type = text(actor.get("type")) if isinstance(actor, dict) else ""
    kind = named[0] if named else by_type
    if named is not None and named[1].startswith("room-"):
        return "", None
    readers = {
        "Patient": references.patient_of, "Practitioner": references.provider_of,
        "PractitionerRole": references.provider_of, "Location": references.site_of,
        "HealthcareService": references.visit_type_of,
    }  # fmt: skip
    if kind not in readers:
        if isinstance(actor, dict) and (actor.get("reference") or actor.get("identifier")):
            raise gone(f"A participant is not known here: {kind or 'an address that is not ours'}.")
        return "", None
    row = readers[kind](actor, call)
    if row is None:
        raise gone(f"The {kind} that the Appointment names is not known here.")
    return ("Practitioner" if kind == "PractitionerRole" else kind), row


def _of_slot(
    slots: list[dict[str, Any]], resource: dict[str, Any], kind: VisitType | None, call: Call
) -> Place:
    if len(slots) > 1:
        raise Problem(HTTPStatus.BAD_REQUEST, "not-supported", "Name one Slot: it is as long as the visit.")
    named = references.named(slots[0], call, kind="Slot")
    found = slot_ids.unpack(named[1]) if named and named[0] == "Slot" else None
    if found is None or not found.visit_type:
        raise gone("There is no such free Slot.")
    kind = (
        kind or references.visit_types(call).filter(pk=found.visit_type).select_related("specialty").first()
    )
    provider = references.providers(call).filter(pk=found.provider, active=True).first()
    site = next((one for one in call.sites if one.pk == found.site), None)
    if kind is None or provider is None or site is None:
        raise gone("There is no such free Slot.")
    start = _start(resource)
    if start is not None and start != found.start:
        raise bad("start is not that of the Slot.")
    place = Place(_bookable(kind), site, provider, found.start)
    _check_end(resource, place, None)
    return place


def _bookable(kind: VisitType) -> VisitType:
    if kind.is_group:
        raise Problem(HTTPStatus.BAD_REQUEST, "not-supported", "Group visits are planned at the desk.")
    return kind


def _only_site(call: Call) -> Site:
    if len(call.sites) != 1:
        raise bad("Name the Location.", code="required")
    return call.sites[0]


def _start(resource: dict[str, Any]) -> datetime | None:
    value = resource.get("start")
    return None if value is None else instant_of(value, "start")


def instant_of(value: Any, name: str) -> datetime:
    """An instant, with its zone. Raises Problem (400)."""
    if not isinstance(value, str) or "T" not in value or not value[:1].isdigit():
        raise bad(f"{name} must be an instant with its zone, such as 2026-03-03T15:00:00Z.")
    if not (value.endswith("Z") or value[-6:-5] in ("+", "-")):
        raise bad(f"{name} must have a zone, such as Z or -05:00.")
    found = dates.read(value, UTC).low
    if not 1990 <= found.year <= 2200:
        raise bad(f"{name} lies too far away.")
    return found


def _check_end(resource: dict[str, Any], place: Place, was: Appointment | None) -> None:
    """The clinic says how long a visit takes. An end that is the old one was only left where it stood."""
    if resource.get("end") is None:
        return
    end = instant_of(resource["end"], "end")
    minutes = length_of(parts_for(place.visit_type, provider=place.provider.pk))
    own = place.start + timedelta(minutes=minutes)
    if end != own and not (was is not None and end == was.end):
        raise bad(
            f"{place.visit_type.name} takes {minutes} minutes here: it would end at {dates.instant(own)}."
        )
