"""Appointment: the visits that a client sees, and its own holds; ITI-118 of IHE's Scheduling."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from frontdesk.book.models import Appointment, Hold
from frontdesk.daybook.models import Entry
from frontdesk.gateway.fhir import bundle, codes, dates
from frontdesk.gateway.fhir.door import Answer, Call
from frontdesk.gateway.fhir.finding import mixed, patients, people, places
from frontdesk.gateway.fhir.finding.common import (
    NOTHING,
    any_of,
    coded,
    ids,
    spans_of,
    specialty_on,
    text_on,
    visit_type_on,
)
from frontdesk.gateway.fhir.finding.mixed import Pair, Part
from frontdesk.gateway.fhir.kinds import kinds
from frontdesk.gateway.fhir.params import ID, Param
from frontdesk.gateway.fhir.references import (
    SITE,
    VISIT,
    number,
    pair,
    split,
    system,
    visits,
)
from frontdesk.gateway.fhir.resources import appointment as out
from frontdesk.gateway.fhir.search import Asked, Term, asked, plain, token
from frontdesk.partners.models import OutsideNumber
from frontdesk.people.models import Patient

PARAMS = {
    "_id": ID,
    "_lastUpdated": Param("date", "When it was last changed"),
    "identifier": Param("token", "Our number of the visit, or the client's own"),
    "patient": Param("reference", "The patient", targets=("Patient",), chains=("identifier",)),
    "practitioner": Param("reference", "The provider", targets=("Practitioner",), chains=("identifier",)),
    "location": Param("reference", "The site or the room", targets=("Location",), chains=("identifier", "name")),
    "actor": Param(
        "reference", "Anybody or anything of the visit", targets=("Patient", "Practitioner", "PractitionerRole", "Location"),
    ),
    "date": Param("date", "When it begins"),
    "status": Param("token", "The status", modifiers=("not",), narrows=False),
    "specialty": Param("token", "The specialty of the visit type", narrows=False),
    "service-type": Param("token", "The visit type", narrows=False),
}  # fmt: skip
SORTS = ("date", "-date", "_id")
_NEEDS = "Name something to search by: patient, date, practitioner, location, actor, identifier, _id or _lastUpdated."
_STATUSES = {code: status.value for status, code in codes.STATUS.items()}


def read(call: Call, pk: str) -> Answer:
    """One visit, or one of the client's own holds that stands."""
    row = one(pk, call)
    if row is None:
        raise bundle.nothing("Appointment")
    call.looked([row.patient_id], "Appointment read")
    return bundle.one(to_fhir(row, call))


def one(pk: str, call: Call) -> Appointment | Hold | None:
    """The visit or the hold with this id, read with everything that `to_fhir` needs; None for none."""
    at = number(pk.removeprefix(out.HOLD))
    if at is None:
        return None
    return (_holds(call) if pk.startswith(out.HOLD) else _visits(call)).filter(pk=at).first()


def to_fhir(row: Appointment | Hold, call: Call) -> dict[str, Any]:
    """The visit or the hold as an Appointment."""
    return out.hold(row, call) if isinstance(row, Hold) else out.visit(row, call)


def search(call: Call) -> Answer:
    """The visits and holds that fit, in order of time; none without something to search by."""
    found = asked(call, "Appointment", kinds()["Appointment"], sorts=SORTS)
    if not any(PARAMS[term.name].narrows for term in found.terms):
        return bundle.searchset(call, found, bundle.Page([], 0, remarks=[_NEEDS]))
    parts = [Part(_visits(call), "start"), Part(_holds(call), "start")]
    fitting = mixed.narrow(parts, found, call, _CONDITIONS)
    rows, total, after = mixed.page(fitting, found, back=found.sort == "-date")
    call.looked([row.patient_id for row in rows], "Appointment search")
    others, remarks = _included(rows, found, call)
    made = [to_fhir(row, call) for row in rows]
    return bundle.searchset(call, found, bundle.Page(made, total, after, others, remarks))


def changed_at() -> Coalesce:
    """When a visit was last changed: at its last fact in the daybook."""
    facts = Entry.objects.filter(subjects__kind="appointment", subjects__ref=OuterRef("pk"))
    return Coalesce(Subquery(facts.order_by("-pk").values("at")[:1]), F("booked_at"))


def _visits(call: Call) -> QuerySet[Appointment]:
    own = Prefetch("outside_numbers", OutsideNumber.objects.filter(client=call.client).order_by("pk"))
    rows = visits(call).select_related(
        "patient", "visit_type__specialty", "site", "provider", "room", "interpreter"
    )
    found: QuerySet[Appointment] = rows.prefetch_related(own).annotate(changed_at=changed_at())
    return found


def _holds(call: Call) -> QuerySet[Hold]:
    rows = Hold.objects.standing(call.now).filter(
        held_by=call.user, site__in=[site.pk for site in call.sites]
    )
    if not call.client.sees_sensitive:
        rows = rows.filter(visit_type__sensitive=False)
    return rows.select_related("patient", "visit_type__specialty", "site", "provider", "room", "interpreter")


def _included(
    rows: list[Appointment | Hold], found: Asked, call: Call
) -> tuple[list[dict[str, Any]], list[str]]:
    """What _include asks for of this page, as far as the token's scopes go, and what they do not permit."""
    wanted = {name.partition(":")[2] for name in found.includes}
    every = "actor" in wanted
    makers: list[tuple[str, str, Callable[[], list[dict[str, Any]]]]] = [
        ("patient", "Patient", lambda: patients.by_pks({row.patient_id for row in rows}, call)),
        ("practitioner", "Practitioner", lambda: people.by_pks({row.provider_id for row in rows}, call)),
        ("location", "Location", lambda: _places(rows, call)),
    ]
    made, remarks = [], []
    for name, kind, make in makers:
        if not (every or name in wanted):
            continue
        if call.may(kind, "r"):
            made += make()
        else:
            remarks.append(f"The token has no scope system/{kind}.r: none was included.")
    return made, remarks


def _places(rows: list[Appointment | Hold], call: Call) -> list[dict[str, Any]]:
    rooms = {row.room_id for row in rows if row.room_id is not None}
    return [*places.sites_by_pks({row.site_id for row in rows}, call), *places.rooms_by_pks(rooms, call)]


# Conditions -----------------------------------------------------------------------------------------------------


def _same(condition: Q) -> Pair:
    return Pair(condition, condition)


def _id(term: Term, _call: Call) -> Pair:
    return _by_numbers([plain(value) for value in term.values])


def _by_numbers(texts: list[str]) -> Pair:
    held = [number(text.removeprefix(out.HOLD)) for text in texts if text.startswith(out.HOLD)]
    booked = [number(text) for text in texts]
    return Pair(
        Q(pk__in=[one for one in booked if one is not None]),
        Q(pk__in=[one for one in held if one is not None]),
    )


def _identifier(term: Term, call: Call) -> Pair:
    """Our own number of a visit or a hold, or one that this client gave a visit."""
    tokens = [one for one in map(token, term.values) if one.code]
    ours = _by_numbers([one.code for one in tokens if one.system in (None, system(call.base, VISIT))])
    own = OutsideNumber.objects.filter(client=call.client)
    theirs = any_of(
        Q(value=one.code) if one.system is None else Q(value=one.code, system=one.system) for one in tokens
    )
    return Pair(ours.first | Q(pk__in=own.filter(theirs).values("appointment")), ours.second)


def _patient(term: Term, call: Call) -> Pair:
    return _same(Q(patient__in=ids(term, call, "Patient")))


def _patient_identifier(term: Term, call: Call) -> Pair:
    known = Patient.objects.visible_to(call.user).filter(patients.identifier(term, call))
    return _same(Q(patient__in=known.values("pk")))


def _practitioner(term: Term, call: Call) -> Pair:
    return _same(Q(provider__in=ids(term, call, "Practitioner")))


def _practitioner_identifier(term: Term, call: Call) -> Pair:
    return _same(Q(provider__in=people.own_numbers(term, call)))


def _location(term: Term, call: Call) -> Pair:
    """By reference, or by the name of a site as ITI-118 has it."""
    texts = [plain(value) for value in term.values]
    named = [split(text, call.base, kind="Location") for text in texts]
    sites = any_of(Q(site__name__iexact=text) for text in texts)
    return _same(sites | places.location_q([one[1] for one in named if one and one[0] == "Location"]))


def _actor(term: Term, call: Call) -> Pair:
    found = any_of(_one_actor(plain(value), term.modifier, call) for value in term.values)
    return _same(found)


def _one_actor(value: str, modifier: str, call: Call) -> Q:
    """An id without a type may be anybody's."""
    if "/" not in value and not modifier:
        pk = number(value)
        people_q = Q(patient=pk) | Q(provider=pk) if pk is not None else NOTHING
        return people_q | places.location_q([value])
    found = split(value, call.base, kind=modifier)
    if found is None:
        return NOTHING
    kind, text = found
    both = pair(text) if kind == "PractitionerRole" else None
    if both is not None:
        return Q(provider=both[0], site=both[1])
    if kind == "Location":
        return places.location_q([text])
    column = {"Patient": "patient", "Practitioner": "provider"}.get(kind)
    return Q(**{column: number(text)}) if column and number(text) is not None else NOTHING


def _date(term: Term, call: Call) -> Pair:
    return _same(any_of(dates.condition("start", span) for span in spans_of(term, call)))


def _last_updated(term: Term, call: Call) -> Pair:
    spans = spans_of(term, call)
    return Pair(
        any_of(mixed.changed(span, _changed_since) for span in spans),
        any_of(dates.condition("held_at", span) for span in spans),
    )


def _changed_since(moment: datetime) -> Q:
    """What has no fact of its own was taken in as it is, when it was booked."""
    return mixed.touched("appointment", moment) | Q(booked_at__gte=moment)


def _status(term: Term, _call: Call) -> Pair:
    wanted = [token(value).code for value in term.values]
    booked = Q(status__in=[_STATUSES[one] for one in wanted if one in _STATUSES])
    held = Q() if "pending" in wanted else NOTHING
    if term.modifier == "not":
        return Pair(~booked, NOTHING if "pending" in wanted else Q())
    return Pair(booked, held)


def _plain(condition: Callable[[Term, Call], Q], term: Term, call: Call) -> Pair:
    return _same(condition(term, call))


def _site_code(term: Term, call: Call) -> Q:
    return Q(site__code__in=coded(term, system(call.base, SITE)))


_CONDITIONS: dict[str, Callable[[Term, Call], Pair]] = {
    "_id": _id, "identifier": _identifier, "_lastUpdated": _last_updated,
    "patient": _patient, "patient.identifier": _patient_identifier,
    "practitioner": _practitioner, "practitioner.identifier": _practitioner_identifier,
    "location": _location, "location.identifier": partial(_plain, _site_code),
    "location.name": partial(_plain, text_on("site__name", "room__name")),
    "actor": _actor, "date": _date, "status": _status,
    "specialty": partial(_plain, specialty_on("visit_type__specialty")),
    "service-type": partial(_plain, visit_type_on("visit_type")),
}  # fmt: skip
