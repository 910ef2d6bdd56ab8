"""Location (sites and their rooms) and HealthcareService (visit types)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q

from frontdesk.book.models import Session
from frontdesk.clinic.models import Room, Site, VisitType
from frontdesk.gateway.fhir import bundle, codes
from frontdesk.gateway.fhir.door import Answer, Call
from frontdesk.gateway.fhir.finding.common import (
    Condition,
    by_id,
    coded,
    ids,
    narrow,
    page_by_pk,
    specialty_on,
    text_on,
)
from frontdesk.gateway.fhir.kinds import kinds
from frontdesk.gateway.fhir.params import ID, Param
from frontdesk.gateway.fhir.references import KIND, SITE, number, system, visit_types
from frontdesk.gateway.fhir.resources import places as out
from frontdesk.gateway.fhir.search import Term, asked, plain, token
from frontdesk.kit.text import fold

ROOM = "room-"  # before the id of a room
_TEXT = ("exact", "contains")
PARAMS = {
    "_id": ID,
    "identifier": Param("token", "The code of the site"),
    "name": Param("string", "The name", modifiers=_TEXT),
    "address": Param("string", "A part of the address", modifiers=_TEXT),
    "partof": Param("reference", "The rooms of a site", targets=("Location",)),
    "status": Param("token", "active or inactive", narrows=False),
}
SERVICE_PARAMS = {
    "_id": ID,
    "identifier": Param("token", "The code of the visit type"),
    "name": Param("string", "The name", modifiers=_TEXT),
    "service-type": Param("token", "The code of the visit type"),
    "specialty": Param("token", "The specialty"),
    "active": Param("token", "true or false", narrows=False),
}


def read(call: Call, pk: str) -> Answer:
    """A site that the client sees, or a room of one."""
    made = [*sites_by_pks(_numbers([pk]), call), *rooms_by_pks(_numbers([pk], ROOM), call)]
    if not made:
        raise bundle.nothing("Location")
    return bundle.one(made[0])


def search(call: Call) -> Answer:
    """Sites and their rooms that fit: there are few enough to look at them all."""
    found = asked(call, "Location", kinds()["Location"])
    sites = call.sites
    rooms = Room.objects.filter(site__in=[site.pk for site in sites]).order_by("pk")
    places: list[Site | Room] = [*sorted(sites, key=lambda one: one.pk), *rooms]
    places = [one for one in places if all(_fits(one, term, call) for term in found.terms)]
    left = [one for one in places if found.after is None or _key(one) > tuple(found.after)]
    shown = [] if found.only_total else left[: found.count]
    after = _key(shown[-1]) if shown and len(left) > len(shown) else None
    return bundle.searchset(call, found, bundle.Page(_made(shown, call), len(places), after))


def sites_by_pks(pks: set[int], call: Call) -> list[dict[str, Any]]:
    """Sites that the client sees."""
    wanted = {site.pk for site in call.sites} & pks
    rows = Site.objects.filter(pk__in=wanted).prefetch_related("hours").order_by("pk") if wanted else []
    return [out.site(row, call) for row in rows]


def rooms_by_pks(pks: set[int], call: Call) -> list[dict[str, Any]]:
    """Rooms of sites that the client sees."""
    sites = [site.pk for site in call.sites]
    return [out.room(row) for row in Room.objects.filter(pk__in=pks, site__in=sites)] if pks else []


def read_service(call: Call, pk: str) -> Answer:
    """A visit type that the client may know of."""
    at = number(pk)
    rows = visit_types(call).select_related("specialty")
    row = rows.filter(pk=at).first() if at is not None else None
    if row is None:
        raise bundle.nothing("HealthcareService")
    return bundle.one(_services([row], call)[0])


def search_services(call: Call) -> Answer:
    """The visit types that fit."""
    found = asked(call, "HealthcareService", kinds()["HealthcareService"])
    rows = narrow(visit_types(call).select_related("specialty"), found, call, _SERVICE_CONDITIONS)
    page, total, after = page_by_pk(rows, found)
    return bundle.searchset(call, found, bundle.Page(_services(page, call), total, after))


def _services(rows: Sequence[VisitType], call: Call) -> list[dict[str, Any]]:
    """With the sites at which anybody of the specialty has sessions."""
    sites = {site.pk: site for site in call.sites}
    there = Session.objects.filter(
        site__in=sites, resource__provider__specialty__in={row.specialty_id for row in rows}
    )
    given: dict[int, set[int]] = defaultdict(set)
    for specialty, site in there.values_list("resource__provider__specialty", "site").distinct():
        given[specialty].add(site)
    return [out.service(row, [sites[pk] for pk in sorted(given[row.specialty_id])], call) for row in rows]


def _key(one: Site | Room) -> tuple[bool, int]:
    return isinstance(one, Room), one.pk


def _made(places: Iterable[Site | Room], call: Call) -> list[dict[str, Any]]:
    """As resources, sites read again with their hours in one query."""
    rows = list(places)
    sites = sites_by_pks({one.pk for one in rows if isinstance(one, Site)}, call)
    return [*sites, *(out.room(one) for one in rows if isinstance(one, Room))]


def _numbers(texts: Iterable[str], before: str = "") -> set[int]:
    found = (number(text.removeprefix(before)) for text in texts if text.startswith(before))
    return {one for one in found if one is not None}


def _fits(one: Site | Room, term: Term, call: Call) -> bool:
    values = [plain(value) for value in term.values]
    if term.name == "_id":
        return _id_of(one) in values
    if term.name == "identifier":
        return isinstance(one, Site) and one.code in coded(term, system(call.base, SITE))
    if term.name == "partof":
        return isinstance(one, Room) and one.site_id in ids(term, call, "Location")
    if term.name == "status":
        state = "active" if isinstance(one, Site) or one.active else "inactive"
        return state in {token(value).code for value in term.values}
    text = one.name if term.name == "name" else getattr(one, "address", "")
    # Anywhere in an address: a town does not stand at its beginning.
    how = "contains" if term.name == "address" and not term.modifier else term.modifier
    return any(_says(text, value, how) for value in values)


def _id_of(one: Site | Room) -> str:
    return f"{ROOM}{one.pk}" if isinstance(one, Room) else str(one.pk)


def _says(text: str, value: str, how: str) -> bool:
    if how == "exact":
        return text == value
    return fold(value) in fold(text) if how == "contains" else fold(text).startswith(fold(value))


def location_q(values: Iterable[str]) -> Q:
    """Visits and holds at sites and in rooms with these ids."""
    wanted = list(values)
    return Q(site__in=_numbers(wanted)) | Q(room__in=_numbers(wanted, ROOM))


def _by_code(name: str) -> Condition:
    def condition(term: Term, call: Call) -> Q:
        where = call.base + codes.VISIT_TYPES if name == "type" else system(call.base, KIND)
        return Q(code__in=coded(term, where))

    return condition


def _active(term: Term, _call: Call) -> Q:
    return Q() if "true" in {token(value).code for value in term.values} else Q(pk__in=[])


_SERVICE_CONDITIONS: dict[str, Condition] = {
    "_id": by_id, "identifier": _by_code("identifier"), "service-type": _by_code("type"),
    "specialty": specialty_on("specialty"), "name": text_on("name"), "active": _active,
}  # fmt: skip
