"""References of clients: "Patient/12", the same with our address before it, or an identifier only."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from django.db.models import Exists, OuterRef, Q, QuerySet

from frontdesk.accounts.permissions import Permission
from frontdesk.book.models import Appointment, Session
from frontdesk.clinic.models import Provider, Site, VisitType
from frontdesk.clinic.queries.remembered import row
from frontdesk.gateway.fhir.door import Call
from frontdesk.kit import rows
from frontdesk.partners.models import OutsideNumber
from frontdesk.people.models import Patient

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_NUMBER = re.compile(r"[0-9]{1,18}")
_PAIR = re.compile(r"([0-9]{1,18})-([0-9]{1,18})")

# Systems of identifiers that are ours stand below our own address: /fhir/sid/mrn.
MRN, PRACTITIONER, SITE, VISIT, KIND = "mrn", "practitioner", "location", "appointment", "visit-type"


def system(call_base: str, name: str) -> str:
    """The address that names one of our own systems, or another's whose name is no address."""
    return name if ":" in name and not re.search(r"\s", name) else f"{call_base}/sid/{quote(name, safe='')}"


def own_name(base: str, named: str) -> str:
    """The name that stands in our tables for a system as a client writes it."""
    prefix = f"{base}/sid/"
    return unquote(named.removeprefix(prefix)) if named.startswith(prefix) else named


def number(text: str) -> int | None:
    """An id of ours as a number; None for any other text."""
    return int(text) if _NUMBER.fullmatch(text) else None


def pair(text: str) -> tuple[int, int] | None:
    """The provider and the site of a Schedule or PractitionerRole id such as "12-3"."""
    found = _PAIR.fullmatch(text)
    return (int(found[1]), int(found[2])) if found else None


def split(reference: str, base: str, *, kind: str = "") -> tuple[str, str] | None:
    """Type and id of a reference as text; a bare id is of type `kind`. None for an address that is not ours."""
    text = reference.strip()
    if "://" in text:
        if not text.startswith(f"{base}/"):
            return None
        text = text.removeprefix(f"{base}/")
    parts = text.partition("/_history/")[0].split("/")
    if len(parts) == 1 and kind:
        parts = [kind, *parts]
    if len(parts) != 2 or not _ID.fullmatch(parts[1]):
        return None
    return parts[0], parts[1]


def identifier_of(reference: object) -> tuple[str, str] | None:
    """System and value of a reference by identifier ({"identifier": {"system": …, "value": …}})."""
    found = reference.get("identifier") if isinstance(reference, dict) else None
    if not isinstance(found, dict) or not isinstance(found.get("value"), str):
        return None
    named = found.get("system", "")
    return (named if isinstance(named, str) else ""), found["value"]


def named(reference: object, call: Call, *, kind: str = "") -> tuple[str, str] | None:
    """Type and id of a Reference, as an object or as text."""
    if isinstance(reference, dict):
        reference = reference.get("reference")
    return split(reference, call.base, kind=kind) if isinstance(reference, str) else None


def _one_of(reference: object, call: Call, *kinds: str) -> str | None:
    """The id, where the reference names one of the types."""
    found = named(reference, call, kind=kinds[0])
    return found[1] if found is not None and found[0] in kinds else None


def patient_of(reference: object, call: Call) -> Patient | None:
    """The patient whom the reference names, as far as the client sees patients; None for nobody."""
    known = Patient.objects.visible_to(call.user)
    if (pk := _one_of(reference, call, "Patient")) is not None:
        return patient_at(number(pk), call)
    if (found := identifier_of(reference)) is not None:
        matching = list(by_identifier(known, found, call)[:2])
        return matching[0] if len(matching) == 1 else None
    return None


def patient_at(pk: int | None, call: Call) -> Patient | None:
    """The patient with this id, as far as the client sees patients."""
    if pk is None or not call.user.may(Permission.SEE_PATIENTS):
        return None
    return next(iter(rows.read(Patient, "WHERE id = %s", [pk])), None)


def by_identifier(rows: QuerySet[Patient], identifier: tuple[str, str], call: Call) -> QuerySet[Patient]:
    """The patients (a query) with this record number, or with this number in the named system."""
    named_system, value = identifier
    own = own_name(call.base, named_system)
    if named_system == system(call.base, MRN):
        return rows.filter(mrn=value)
    if named_system:
        return rows.filter(identifiers__system=own, identifiers__value=value)
    return rows.filter(Q(mrn=value) | Q(identifiers__value=value)).distinct()


def provider_of(reference: object, call: Call) -> Provider | None:
    """The provider whom a Practitioner, PractitionerRole or Schedule names, at the client's sites; None for nobody."""
    found = named(reference, call, kind="Practitioner")
    if found is not None:
        return _provider(found, call)
    by = identifier_of(reference)
    pk = number(by[1]) if by is not None and by[0] in ("", system(call.base, PRACTITIONER)) else None
    return providers(call).filter(pk=pk).first() if pk is not None else None


def _provider(found: tuple[str, str], call: Call) -> Provider | None:
    kind, text = found
    if kind == "Practitioner":
        return provider_at(number(text), call)
    both = pair(text)
    if kind in ("PractitionerRole", "Schedule") and both is not None and _sees(call, both[1]):
        return providers(call).filter(pk=both[0]).first()
    return None


def provider_at(pk: int | None, call: Call) -> Provider | None:
    """The provider with this id, as far as the client sees them; as remembered where they are at home at its sites."""
    if pk is None:
        return None
    try:
        found = row(Provider, pk)
    except Provider.DoesNotExist:
        return None
    return found if _sees(call, found.site_id) else providers(call).filter(pk=pk).first()


def visit_type_at(pk: int, call: Call) -> VisitType | None:
    """The visit type with this id, where the client may know of it; as it is remembered, with its specialty."""
    try:
        found = row(VisitType, pk)
    except VisitType.DoesNotExist:
        return None
    return found if may_know(found, call) else None


def may_know(kind: VisitType, call: Call) -> bool:
    """May the client know of the visit type? It is in use, and not sensitive unless the client sees such visits."""
    return kind.active and (call.client.sees_sensitive or not kind.sensitive)


def _sees(call: Call, site: int) -> bool:
    return any(one.pk == site for one in call.sites)


def providers(call: Call) -> QuerySet[Provider]:
    """Providers who are at home, or have sessions, at the client's sites."""
    sites = [site.pk for site in call.sites]
    there = Session.objects.filter(resource=OuterRef("pk"), site__in=sites)
    return Provider.objects.filter(Q(site__in=sites) | Exists(there))


def site_of(reference: object, call: Call) -> Site | None:
    """The site that a Location names, of those the client sees; a room names its site. None for none."""
    text = _one_of(reference, call, "Location")
    if text is not None:
        pk = number(text)
        return next((site for site in call.sites if site.pk == pk), None) if pk is not None else None
    by = identifier_of(reference)
    if by is None or by[0] not in ("", system(call.base, SITE)):
        return None
    return next((site for site in call.sites if site.code == by[1]), None)


def visit_types(call: Call) -> QuerySet[VisitType]:
    """The visit types that the client may know of: those in use, and sensitive ones only if it sees such visits."""
    rows = VisitType.objects.filter(active=True)
    return rows if call.client.sees_sensitive else rows.filter(sensitive=False)


def visit_type_of(reference: object, call: Call) -> VisitType | None:
    """The visit type that a HealthcareService names; None for none."""
    text = _one_of(reference, call, "HealthcareService")
    if text is not None:
        pk = number(text)
        return visit_types(call).filter(pk=pk).first() if pk is not None else None
    by = identifier_of(reference)
    if by is None or by[0] not in ("", system(call.base, KIND)):
        return None
    return visit_types(call).filter(code=by[1]).first()


def visits(call: Call) -> QuerySet[Appointment]:
    """The visits that the client sees: of its sites, without those of sensitive types unless it may see them."""
    if not call.user.may(Permission.SEE_CALENDAR):
        return Appointment.objects.none()
    rows = Appointment.objects.filter(site__in=[site.pk for site in call.sites])
    return rows if call.client.sees_sensitive else rows.filter(visit_type__sensitive=False)


def visit_of(reference: object, call: Call) -> Appointment | None:
    """The visit that the reference names, by its id or by a number that this client gave it; None for none."""
    text = _one_of(reference, call, "Appointment")
    if text is not None:
        pk = number(text)
        return visits(call).filter(pk=pk).first() if pk is not None else None
    by = identifier_of(reference)
    if by is None:
        return None
    if by[0] == system(call.base, VISIT):
        pk = number(by[1])
        return visits(call).filter(pk=pk).first() if pk is not None else None
    own = OutsideNumber.objects.filter(client=call.client, system=by[0], value=by[1])
    return visits(call).filter(pk__in=own.values("appointment")).first()
