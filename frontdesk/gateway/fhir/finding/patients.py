"""Patient: reading one, and searching with something to search by; each one shown is in the access log."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from frontdesk.gateway.fhir import bundle, dates
from frontdesk.gateway.fhir.door import Answer, Call
from frontdesk.gateway.fhir.finding.common import (
    NOTHING,
    Condition,
    Folded,
    any_of,
    by_id,
    folded,
    narrow,
    page_by_pk,
)
from frontdesk.gateway.fhir.kinds import kinds
from frontdesk.gateway.fhir.params import ID, Param
from frontdesk.gateway.fhir.references import MRN, number, own_name, system
from frontdesk.gateway.fhir.resources.patient import to_fhir
from frontdesk.gateway.fhir.search import Term, Token, asked, plain, token
from frontdesk.kit.errors import BadValue
from frontdesk.kit.text import fold
from frontdesk.people.models import ContactPoint, Patient, PatientIdentifier
from frontdesk.people.models.patient import PatientQuerySet
from frontdesk.people.phones import read_phone

FEWEST_LETTERS = 2  # of a name that is enough to search by
_TEXT = ("exact", "contains")
PARAMS = {
    "_id": ID,
    "identifier": Param("token", "A medical record number, or a number of another system"),
    "name": Param("string", "Any part of the name", modifiers=_TEXT),
    "family": Param("string", "The family name", modifiers=_TEXT),
    "given": Param("string", "The given name", modifiers=_TEXT),
    "birthdate": Param("date", "The birth date"),
    "phone": Param("token", "A telephone number, in any of the usual forms"),
    "email": Param("token", "An e-mail address"),
    "telecom": Param("token", "A telephone number or an e-mail address"),
    "gender": Param("token", "female, male, other or unknown", narrows=False),
}
_NEEDS = "Name something to search by: identifier, phone, email, a whole birth date, _id, or two letters of a name."


def read(call: Call, pk: str) -> Answer:
    """One patient."""
    at = number(pk)
    row = _rows(call).filter(pk=at).first() if at is not None else None
    if row is None:
        raise bundle.nothing("Patient")
    call.looked([row.pk], "Patient read")
    return bundle.one(to_fhir(row, call))


def search(call: Call) -> Answer:
    """The patients who fit; nobody without something to search by."""
    found = asked(call, "Patient", kinds()["Patient"])
    if not any(_is_enough(term) for term in found.terms):
        return bundle.searchset(call, found, bundle.Page([], 0, remarks=[_NEEDS]))
    rows = _rows(call).alias(folded_family=Folded("family"), folded_given=Folded("given"))
    page, total, after = page_by_pk(narrow(rows, found, call, _CONDITIONS), found)
    call.looked([row.pk for row in page], "Patient search")
    return bundle.searchset(call, found, bundle.Page([to_fhir(row, call) for row in page], total, after))


def by_pks(pks: set[int], call: Call) -> list[dict[str, Any]]:
    """Patients to be included with something else; who includes them writes the access log."""
    return [to_fhir(row, call) for row in _rows(call).filter(pk__in=pks)] if pks else []


def _rows(call: Call) -> PatientQuerySet:
    return Patient.objects.visible_to(call.user).prefetch_related("identifiers", "contact_points")


def _is_enough(term: Term) -> bool:
    """Does the term name few enough people? A letter or "born after 1900" does not."""
    if term.name in ("name", "family", "given"):
        return any(len(fold(plain(value))) >= FEWEST_LETTERS for value in term.values)
    if term.name == "birthdate":
        return all(dates.is_one_day(value.strip()) for value in term.values)
    return PARAMS[term.name].narrows


def identifier(term: Term, call: Call) -> Q:
    """system|value: our record number, or another system's number. A system that nobody knows names nobody."""
    return any_of(_identifier(token(value), call) for value in term.values)


def _identifier(one: Token, call: Call) -> Q:
    if not one.code:
        return NOTHING
    numbers = PatientIdentifier.objects.filter(value=one.code)
    if one.system is None:
        return Q(mrn=one.code) | Q(pk__in=numbers.values("patient"))
    if one.system == system(call.base, MRN):
        return Q(mrn=one.code)
    return Q(pk__in=numbers.filter(system=own_name(call.base, one.system)).values("patient"))


def _part(term: Term, column: str) -> Q:
    """One part of the name. `search_name` has an index, so it is looked at first."""
    if term.modifier == "exact":
        return Q(**{f"{column}__in": [plain(value) for value in term.values]})
    how = "contains" if term.modifier == "contains" else "startswith"
    return any_of(
        Q(search_name__contains=text) & Q(**{f"folded_{column}__{how}": text}) for text in folded(term)
    )


def _name(term: Term, _call: Call) -> Q:
    """Any part of the name, or the whole of it."""
    if term.modifier == "exact":
        values = [plain(value) for value in term.values]
        return Q(family__in=values) | Q(given__in=values) | Q(search_name__in=folded(term))
    if term.modifier == "contains":
        return any_of(Q(search_name__contains=text) for text in folded(term))
    return any_of(
        Q(search_name__startswith=text) | Q(search_name__contains=f" {text}") for text in folded(term)
    )


def _telecom(*ways: str) -> Condition:
    def condition(term: Term, _call: Call) -> Q:
        return any_of(_reached_at(token(value).code, way) for value in term.values for way in ways)

    return condition


def _reached_at(text: str, way: str) -> Q:
    points = ContactPoint.objects.filter(kind=way)
    if way == ContactPoint.Kind.EMAIL:
        return Q(pk__in=points.filter(value__iexact=text).values("patient"))
    try:
        return Q(pk__in=points.filter(value=read_phone(text)).values("patient"))
    except BadValue:
        return NOTHING


def _gender(term: Term, _call: Call) -> Q:
    sexes = {"female": "F", "male": "M", "other": "X", "unknown": ""}
    wanted = [token(value).code.lower() for value in term.values]
    return Q(sex__in=[sexes[one] for one in wanted if one in sexes])


_CONDITIONS: dict[str, Condition] = {
    "_id": by_id, "identifier": identifier, "name": _name, "family": lambda term, _call: _part(term, "family"),
    "given": lambda term, _call: _part(term, "given"),
    "birthdate": lambda term, call: any_of(
        dates.day_condition("birth_date", plain(value), now=call.now) for value in term.values
    ),
    "phone": _telecom("phone"), "email": _telecom("email"), "telecom": _telecom("phone", "email"),
    "gender": _gender,
}  # fmt: skip
