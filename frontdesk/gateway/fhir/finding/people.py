"""Practitioner, PractitionerRole and Schedule: providers, and providers at the client's sites."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q, QuerySet

from frontdesk.book.models import Session
from frontdesk.clinic.models import Provider, Site, VisitType
from frontdesk.gateway.fhir import bundle, codes
from frontdesk.gateway.fhir.door import Answer, Call
from frontdesk.gateway.fhir.finding.common import (
    Condition,
    active_on,
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
from frontdesk.gateway.fhir.references import (
    PRACTITIONER,
    number,
    pair,
    providers,
    split,
    system,
    visit_types,
)
from frontdesk.gateway.fhir.resources import people as out
from frontdesk.gateway.fhir.resources.schedule import schedule
from frontdesk.gateway.fhir.search import Asked, Term, asked, plain, token

_TEXT = ("exact", "contains")
_ACTIVE = Param("token", "true or false", narrows=False)
PARAMS = {
    "_id": ID,
    "identifier": Param("token", "The number of the provider here"),
    "name": Param("string", "The name", modifiers=_TEXT),
    "family": Param("string", "The family name", modifiers=_TEXT),
    "active": _ACTIVE,
}
ROLE_PARAMS = {
    "_id": ID,
    "practitioner": Param("reference", "The provider", targets=("Practitioner",)),
    "location": Param("reference", "The site", targets=("Location",)),
    "specialty": Param("token", "The specialty"),
    "active": _ACTIVE,
}
SCHEDULE_PARAMS = {
    "_id": ID,
    "actor": Param(
        "reference", "The provider or the site", targets=("Practitioner", "PractitionerRole", "Location")
    ),
    "service-type": Param("token", "A visit type"),
    "specialty": Param("token", "The specialty"),
    "active": _ACTIVE,
}
Pair = tuple[int, int]  # provider, site
Half = tuple[int | None, int | None]  # the same, where one of them may be anybody or anywhere


def read(call: Call, pk: str) -> Answer:
    """One provider of the client's sites."""
    at = number(pk)
    row = providers(call).filter(pk=at).first() if at is not None else None
    if row is None:
        raise bundle.nothing("Practitioner")
    return bundle.one(out.practitioner(row, call))


def search(call: Call) -> Answer:
    """The providers who fit."""
    found = asked(call, "Practitioner", kinds()["Practitioner"])
    page, total, after = page_by_pk(narrow(providers(call), found, call, _CONDITIONS), found)
    return bundle.searchset(
        call, found, bundle.Page([out.practitioner(row, call) for row in page], total, after)
    )


def by_pks(pks: set[int], call: Call) -> list[dict[str, Any]]:
    """Providers to be included with something else that the client sees."""
    return [out.practitioner(row, call) for row in Provider.objects.filter(pk__in=pks)] if pks else []


def read_role(call: Call, pk: str) -> Answer:
    """One provider at one site."""
    row, site = _at(call, pk, "PractitionerRole")
    return bundle.one(out.role(row, site, call))


def search_roles(call: Call) -> Answer:
    """The providers who fit, at each of their sites."""
    found = asked(call, "PractitionerRole", kinds()["PractitionerRole"])
    page = _pairs_page(call, found)
    made = [out.role(row, site, call) for row, site in page.rows]
    return bundle.searchset(
        call, found, bundle.Page(made, page.total, page.after, _included(call, found, page))
    )


def read_schedule(call: Call, pk: str) -> Answer:
    """One provider's time at one site."""
    row, site = _at(call, pk, "Schedule")
    kind_rows = _kinds_of(call, [row])[row.specialty_id]
    return bundle.one(schedule(row, site, kind_rows, call))


def search_schedules(call: Call) -> Answer:
    """The schedules that fit."""
    found = asked(call, "Schedule", kinds()["Schedule"])
    page = _pairs_page(call, found)
    made = schedules(page.rows, call)
    return bundle.searchset(
        call, found, bundle.Page(made, page.total, page.after, _included(call, found, page))
    )


def schedules(rows: Iterable[tuple[Provider, Site]], call: Call) -> list[dict[str, Any]]:
    """Schedules of these providers at these sites."""
    pairs = list(rows)
    known = _kinds_of(call, [row for row, _ in pairs])
    return [schedule(row, site, known[row.specialty_id], call) for row, site in pairs]


def workplaces(call: Call, rows: QuerySet[Provider]) -> list[Pair]:
    """Where the providers are at home or have sessions, of the client's sites; sorted."""
    sites = [site.pk for site in call.sites]
    home = rows.filter(site__in=sites).order_by().values_list("pk", "site_id")
    sessions = Session.objects.filter(site__in=sites, resource__in=rows.order_by().values("pk"))
    return sorted({*home, *sessions.values_list("resource_id", "site_id").distinct()})


def hydrated(pairs: Iterable[Pair], call: Call) -> list[tuple[Provider, Site]]:
    """The pairs as rows, with the specialty of each provider."""
    wanted = list(pairs)
    rows = Provider.objects.select_related("specialty").in_bulk({provider for provider, _ in wanted})
    sites = {site.pk: site for site in call.sites}
    return [(rows[provider], sites[site]) for provider, site in wanted if provider in rows and site in sites]


class _Pairs:
    """A page of providers at sites."""

    def __init__(self, rows: list[tuple[Provider, Site]], total: int, after: Pair | None) -> None:
        self.rows, self.total, self.after = rows, total, after


def _pairs_page(call: Call, found: Asked) -> _Pairs:
    """Terms on providers are asked of the database, those on pairs of the pairs."""
    rows, on_pairs = providers(call), []
    for term in found.terms:
        if term.name in _ON_PROVIDERS:
            rows = rows.filter(_ON_PROVIDERS[term.name](term, call))
        else:
            on_pairs.append(_among(term, call))
    pairs = [one for one in workplaces(call, rows) if all(fits(one) for fits in on_pairs)]
    return _Pairs(*_cut(pairs, found, call))


def _cut(pairs: list[Pair], found: Asked, call: Call) -> tuple[list[tuple[Provider, Site]], int, Pair | None]:
    if found.only_total:
        return [], len(pairs), None
    left = [one for one in pairs if found.after is None or one > tuple(found.after)]
    shown = left[: found.count]
    return hydrated(shown, call), len(pairs), (shown[-1] if len(left) > len(shown) else None)


def _among(term: Term, call: Call) -> Callable[[Pair], bool]:
    """Does a pair fit one of the references? Those of a provider or a site alone leave the other open."""
    wanted: list[Half] = []
    for value in term.values:
        wanted += _named(term, plain(value), call)
    return lambda one: any(provider in (None, one[0]) and site in (None, one[1]) for provider, site in wanted)


def _named(term: Term, value: str, call: Call) -> list[Half]:
    usual = {"_id": "PractitionerRole", "location": "Location"}.get(term.name, "Practitioner")
    return actor(value, call, kind=term.modifier or usual)


def actor(value: str, call: Call, *, kind: str = "Practitioner") -> list[Half]:
    """What a reference to a provider, a site or both stands for; a bare id is of type `kind`. None or one."""
    found = split(value, call.base, kind=kind)
    if found is None:
        return []
    named, text = found
    if named == "Practitioner" and (pk := number(text)) is not None:
        return [(pk, None)]
    if named == "Location" and (pk := number(text)) is not None:
        return [(None, pk)]
    both = pair(text) if named in ("PractitionerRole", "Schedule") else None
    return [both] if both else []


def _at(call: Call, pk: str, kind: str) -> tuple[Provider, Site]:
    both = pair(pk)
    rows = providers(call).filter(pk=both[0]) if both else Provider.objects.none()
    if both is None or both not in workplaces(call, rows):
        raise bundle.nothing(kind)
    return hydrated([both], call)[0]


def _kinds_of(call: Call, rows: Iterable[Provider]) -> dict[int, list[VisitType]]:
    """The visit types of each specialty that the client may know of."""
    found: dict[int, list[VisitType]] = defaultdict(list)
    for kind in visit_types(call).filter(specialty__in={row.specialty_id for row in rows}).order_by("pk"):
        found[kind.specialty_id].append(kind)
    return found


def _included(call: Call, found: Asked, page: _Pairs) -> list[dict[str, Any]]:
    """What _include asks for beside roles and schedules."""
    from frontdesk.gateway.fhir.finding.places import sites_by_pks

    wanted, made = {name.partition(":")[2] for name in found.includes}, []
    rows = {row.pk: row for row, _ in page.rows}
    if wanted & {"practitioner", "actor"} and call.may("Practitioner", "r"):
        made += [out.practitioner(row, call) for row in rows.values()]
    if "actor" in wanted and call.may("PractitionerRole", "r"):
        made += [out.role(row, site, call) for row, site in page.rows]
    if wanted & {"location", "actor"} and call.may("Location", "r"):
        made += sites_by_pks({site.pk for _, site in page.rows}, call)
    return made


def own_numbers(term: Term, call: Call) -> list[int]:
    """Those of our own numbers of providers that the term names; in a system that nobody knows there are none."""
    tokens = [token(value) for value in term.values]
    ours = [number(one.code) for one in tokens if one.system in (None, system(call.base, PRACTITIONER))]
    return [one for one in ours if one is not None]


_CONDITIONS: dict[str, Condition] = {
    "_id": by_id, "identifier": lambda term, call: Q(pk__in=own_numbers(term, call)),
    "name": text_on("name", "family"), "family": text_on("family"), "active": active_on,
}  # fmt: skip
_ON_PROVIDERS: dict[str, Condition] = {
    "practitioner": lambda term, call: Q(pk__in=ids(term, call, "Practitioner")),
    "specialty": specialty_on("specialty"), "active": active_on,
    "service-type": lambda term, call: Q(
        specialty__in=visit_types(call).filter(code__in=coded(term, call.base + codes.VISIT_TYPES)).values("specialty")
    ),
}  # fmt: skip
