"""What all searches share: conditions made of terms, and pages that stay right while rows come and go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC
from typing import Any, TypeVar

from django.db.models import Func, Model, Q, QuerySet, TextField

from frontdesk.gateway.fhir import codes, dates
from frontdesk.gateway.fhir.door import Call
from frontdesk.gateway.fhir.references import number, split, visit_types
from frontdesk.gateway.fhir.search import Asked, Term, plain, token
from frontdesk.kit.text import fold

NOTHING = Q(pk__in=[])
Condition = Callable[[Term, Call], Q]
Row = TypeVar("Row", bound=Model)


class Folded(Func):
    """A column as `kit.text.fold` makes it, as far as the database can: lower case and no accents."""

    template = "lower(regexp_replace(normalize(%(expressions)s, NFKD), '[\\u0300-\\u036f]', '', 'g'))"
    output_field = TextField()


def narrow(
    rows: QuerySet[Row], asked: Asked, call: Call, conditions: Mapping[str, Condition]
) -> QuerySet[Row]:
    """The rows that fit every term."""
    for term in asked.terms:
        key = f"{term.name}.{term.chain}" if term.chain else term.name
        rows = rows.filter(conditions[key](term, call))
    return rows


def page_by_pk(rows: QuerySet[Row], asked: Asked) -> tuple[list[Row], int, tuple[Any, ...] | None]:
    """The rows of this page in the order of their keys, how many there are in all, and where the next page begins."""
    total = rows.count()
    if asked.only_total or not total:
        return [], total, None
    if asked.after:
        rows = rows.filter(pk__gt=asked.after[0])
    found = list(rows.order_by("pk")[: asked.count + 1])
    more = len(found) > asked.count
    found = found[: asked.count]
    return found, total, ((found[-1].pk,) if more else None)


def spans_of(term: Term, call: Call) -> list[dates.Span]:
    """The term's values as spans; a day is one of the client's first site."""
    zone = call.sites[0].zone if call.sites else UTC
    return [dates.read(plain(value), zone, now=call.now) for value in term.values]


def any_of(conditions: Iterable[Q]) -> Q:
    """One of them holds; none given: nothing fits."""
    found: Q | None = None
    for one in conditions:
        found = one if found is None else found | one
    return NOTHING if found is None else found


def ids(term: Term, call: Call, kind: str) -> list[int]:
    """The numbers that the term names, as ids or references of the type; what is no id of ours is left out."""
    named = (split(plain(value), call.base, kind=term.modifier or kind) for value in term.values)
    numbers = (number(one[1]) for one in named if one is not None and one[0] == kind)
    return [one for one in numbers if one is not None]


def by_id(term: Term, _call: Call) -> Q:
    """_id."""
    numbers = [number(plain(value)) for value in term.values]
    return Q(pk__in=[one for one in numbers if one is not None])


def coded(term: Term, system: str) -> list[str]:
    """The codes that the term names in this system, or in any."""
    tokens = [token(value) for value in term.values]
    return [one.code for one in tokens if one.system in (None, system) and one.code]


def text_on(*columns: str) -> Condition:
    """A string: a column begins with it, whatever its case and accents; :exact and :contains as FHIR has them."""

    def condition(term: Term, _call: Call) -> Q:
        how = {"exact": "exact", "contains": "icontains"}.get(term.modifier, "istartswith")
        values = [plain(value) for value in term.values]
        return any_of(Q(**{f"{column}__{how}": value}) for column in columns for value in values)

    return condition


def specialty_on(path: str) -> Condition:
    """A specialty's code, in our own system."""

    def condition(term: Term, call: Call) -> Q:
        return Q(**{f"{path}__code__in": coded(term, call.base + codes.SPECIALTIES)})

    return condition


def visit_type_on(path: str) -> Condition:
    """A visit type's code, in our own system, of those the client may know of."""

    def condition(term: Term, call: Call) -> Q:
        known = visit_types(call).filter(code__in=coded(term, call.base + codes.VISIT_TYPES))
        return Q(**{f"{path}__in": known.values("pk")})

    return condition


def active_on(term: Term, _call: Call) -> Q:
    """true or false."""
    said = {token(value).code.lower() for value in term.values}
    return any_of(Q(active=value == "true") for value in said & {"true", "false"})


def folded(term: Term) -> list[str]:
    """The values as names are compared."""
    return [text for value in term.values if (text := fold(plain(value)))]
