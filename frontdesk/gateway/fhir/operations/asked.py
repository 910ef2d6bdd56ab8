"""What $find was asked, read: parameter by parameter, with a sentence for each that could not be used."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from django.db.models import Q

from frontdesk.book.queries.find import HORIZON
from frontdesk.clinic.models import Organization, Provider, Room, Site, Specialty, VisitType
from frontdesk.gateway.fhir import dates, references
from frontdesk.gateway.fhir.codes import SPECIALTIES
from frontdesk.gateway.fhir.door import Call, Problem
from frontdesk.gateway.fhir.given import Given, bad
from frontdesk.gateway.fhir.operations.timing import read_timing
from frontdesk.gateway.fhir.reading import person_of, tokens, types_named
from frontdesk.kit.text import fold
from frontdesk.partners.queries.offers import Search
from frontdesk.partners.queries.persons import matching
from frontdesk.people.models import Patient

USUAL, MOST = 20, 1000  # proposals in one answer
MOST_TYPES = 6  # visit types that are looked for where none is named
KNOWN = {
    "start", "end", "specialty", "visit-type", "reason", "practitioner", "organization", "location-reference",
    "location-string", "patient-reference", "patient-resource", "insurance-reference", "referral-identifier",
    "timing", "_count", "_format", "_pretty",
}  # fmt: skip


@dataclass
class Asked:
    """A search, `nothing` where there can be no result (in words), and `notes` on what was not used."""

    search: Search
    ranked: bool = False
    nothing: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def patient(self) -> Patient | None:
        return self.search.patient


class _Reading:
    """The parameters, one after the other."""

    def __init__(self, given: Given, call: Call) -> None:
        self.given, self.call = given, call
        self.notes: list[str] = []
        self.nothing = ""
        self.zone = call.sites[0].zone if call.sites else UTC

    def several(self, what: str, found: list[Any], asked: int) -> list[Any]:
        """The found ones, in order and once; a note for those that are not known here."""
        kept = list(dict.fromkeys(one for one in found if one is not None))
        if asked and not kept:
            self.nothing = self.nothing or f"Nothing here is what “{what}” names."
        elif len([one for one in found if one is not None]) < asked:
            self.notes.append(f"Some values of “{what}” are not known here and were left out.")
        return kept


def read(given: Given, call: Call) -> Asked:
    """The search that was asked for. Raises Problem (400) for what cannot be understood."""
    unknown = sorted(set(given.values) - KNOWN)
    if unknown and call.strict:
        raise bad(f"$find has no parameter {', '.join(unknown)[:200]}.", code="not-supported")
    reading = _Reading(given, call)
    if unknown:
        reading.notes.append(f"Not known and left out: {', '.join(unknown)[:200]}.")
    patient = _patient(reading)
    sites, room = _sites(reading)
    providers = _providers(reading)
    types = _types(reading, providers)
    first, last = _span(reading)
    weekdays, hours = read_timing(given.one("timing"), reading.notes)
    for name in ("insurance-reference", "referral-identifier"):
        if given.all(name):
            reading.notes.append(f"“{name}” is not looked at here: the clinic checks it by hand.")
    search = Search(
        types, sites, first, last, _count(given), providers, patient, weekdays, hours, room,
        sensitive=call.client.sees_sensitive, tells=call.may("Patient", "r"),
    )  # fmt: skip
    named = (
        len(given.all(name)) for name in ("practitioner", "visit-type", "specialty", "location-reference")
    )
    nothing = reading.nothing or ("" if first < last else "The whole time between start and end has passed.")
    return Asked(search, max(named) > 1, nothing, reading.notes)


def _span(reading: _Reading) -> tuple[datetime, datetime]:
    """From start to end; IHE's text lets either be absent, and then it is now, or as far as is booked."""
    now = reading.call.now
    start, end = reading.given.text("start"), reading.given.text("end")
    first, last = now, now + timedelta(days=HORIZON)
    if start:
        first = _date(start, reading.zone).low
    if end:
        span = _date(end, reading.zone)
        last = span.high if "T" not in end else span.low
    if start and end and last < first:
        raise bad("“end” lies before “start”.")
    return max(first, now), last


def _date(text: str, zone: Any) -> dates.Span:
    span = dates.read(text, zone)
    if not text[:1].isdigit():
        raise bad("“start” and “end” are dates or instants, without a prefix.")
    return span


def _count(given: Given) -> int:
    value = given.one("_count")
    if value is None:
        return USUAL
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,9}", str(value), re.ASCII):
        raise bad("“_count” is a whole number, 0 or more.")
    return min(int(value), MOST)


def _patient(reading: _Reading) -> Patient | None:
    named = reading.given.all("patient-reference")
    described = reading.given.resources("patient-resource", "Patient")
    if len(named) + len(described) > 1:
        sentence = "Group visits are planned at the desk: ask for one patient."
        raise Problem(HTTPStatus.BAD_REQUEST, "not-supported", sentence)
    if named:
        found = references.patient_of(named[0], reading.call)
        if found is None:
            reading.nothing = "The patient is not known here."
        return found
    if described:
        known = matching(person_of(described[0], reading.call.base), by=reading.call.user)
        if len(known) == 1:
            return known[0].patient
        reading.notes.append(
            "No single record agrees with the patient on two identifiers: looked for anybody."
        )
    return None


def _providers(reading: _Reading) -> list[Provider]:
    named = reading.given.all("practitioner")
    found = [references.provider_of(one, reading.call) for one in named]
    organizations = reading.given.all("organization")
    if organizations and not any(_is_ours(one, reading.call) for one in organizations):
        reading.nothing = reading.nothing or "Nothing here is what “organization” names."
    return reading.several("practitioner", found, len(named))


def _is_ours(reference: Any, call: Call) -> bool:
    """One database belongs to one organization."""
    own = Organization.objects.first()
    found = references.named(reference, call, kind="Organization")
    if found is not None:
        return found[0] == "Organization" and found[1] in {"1", str(own.pk) if own else "1"}
    by = references.identifier_of(reference)
    return by is not None and own is not None and fold(by[1]) == fold(own.name)


def _sites(reading: _Reading) -> tuple[list[Site], int | None]:
    call, named = reading.call, reading.given.all("location-reference")
    rooms = [_room(one, call) for one in named]
    found = [
        room.site if room else references.site_of(one, call) for one, room in zip(named, rooms, strict=True)
    ]
    sites = reading.several("location-reference", found, len(named)) if named else list(call.sites)
    texts = [fold(one) for one in reading.given.texts("location-string")]
    if texts:
        sites = [site for one in texts for site in sites if one and one in _address(site)]
        sites = reading.several("location-string", sites, len(texts)) if sites else []
        if not sites:
            reading.nothing = reading.nothing or "No site here has such an address."
    if not sites:
        reading.nothing = reading.nothing or "There is no site to look at."
    only = rooms[0] if len(rooms) == 1 else None
    return sites, only.pk if only else None


def _room(reference: Any, call: Call) -> Room | None:
    found = references.named(reference, call, kind="Location")
    pk = references.number(found[1].removeprefix("room-")) if found and found[1].startswith("room-") else None
    if pk is None or found is None or found[0] != "Location":
        return None
    return Room.objects.filter(pk=pk, site__in=call.sites, active=True).select_related("site").first()


def _address(site: Site) -> str:
    return fold(f"{site.name} {site.address} {site.subdivision} {site.country}")


def _types(reading: _Reading, providers: list[Provider]) -> list[VisitType]:
    call, given = reading.call, reading.given
    specialties = _specialties(reading)
    pairs = tokens(given.texts("visit-type"))
    kinds = [kind for kind in types_named(pairs, call) if not kind.is_group]
    kinds = reading.several("visit-type", kinds, 1) if pairs else _usual_types(reading)
    if specialties is not None:
        order = {pk: place for place, pk in enumerate(specialties)}
        kinds = sorted(
            (one for one in kinds if one.specialty_id in order), key=lambda one: order[one.specialty_id]
        )
    if providers:
        own = {one.specialty_id for one in providers}
        kinds = [one for one in kinds if one.specialty_id in own]
    if not kinds:
        reading.nothing = reading.nothing or "No visit type here fits what was asked."
    if not pairs and len(kinds) > MOST_TYPES:
        reading.notes.append(f"{MOST_TYPES} of {len(kinds)} visit types were looked for: name a visit-type.")
        kinds = kinds[:MOST_TYPES]
    return kinds


def _usual_types(reading: _Reading) -> list[VisitType]:
    """What is looked for where no visit type is named: those that the reason's code stands beside, else all.

    Those that are published come first, and those for urgent care last.
    """
    pairs = tokens(reading.given.texts("reason"))
    rows = references.visit_types(reading.call).filter(places=1).select_related("specialty")
    every = list(rows.order_by("-public", "same_day", "name"))
    if pairs:
        meant = [kind for kind in every if any(_is_hinted(kind, pair) for pair in pairs)]
        if meant:
            return meant
        reading.notes.append("“reason” names no visit type here; a person decides by it.")
    return every


def _is_hinted(kind: VisitType, pair: tuple[str, str]) -> bool:
    return any(pair[1] == hint[1] and pair[0] in ("", hint[0]) for hint in kind.code_hints)


def _specialties(reading: _Reading) -> list[int] | None:
    """The specialties that are asked for, in order; None where any will do."""
    pairs = tokens(reading.given.texts("specialty"))
    if not pairs:
        return None
    ours = ("", reading.call.base + SPECIALTIES)
    wanted = [code for named, code in pairs if named in ours]
    rows = Specialty.objects.filter(Q(code__in=wanted)).values_list("code", "pk")
    known = dict(rows)
    return reading.several("specialty", [known.get(code) for code in wanted] or [None], len(pairs))
