"""What clients write: which visit type they mean, who the patient is, and every word that a person might have said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from frontdesk.clinic.choices import Language
from frontdesk.clinic.models import VisitType
from frontdesk.clinic.queries import remembered
from frontdesk.gateway.fhir import codes, references
from frontdesk.gateway.fhir.door import Call
from frontdesk.gateway.fhir.given import bad
from frontdesk.gateway.fhir.references import KIND, MRN, may_know, own_name, system
from frontdesk.kit.errors import BadValue
from frontdesk.kit.text import clean, one_line
from frontdesk.partners.queries.persons import Person
from frontdesk.people.phones import read_phone

_WORDS = {
    "text",
    "display",
    "comment",
    "description",
    "patientInstruction",
    "div",
    "valueString",
    "valueMarkdown",
}
_NOT_SAID = {"actor", "meta"}  # names of people and places, and what machines say to each other
_TAG = re.compile(r"<[^>]{0,2000}>")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
MOST_IDENTIFIERS = 10


def listed(value: Any) -> list[dict[str, Any]]:
    """The objects of a list, or of what should be one."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def text(value: Any) -> str:
    """The value where it is text, else nothing."""
    return value if isinstance(value, str) else ""


def codings(concept: Any) -> Iterator[tuple[str, str]]:
    """System and code of each coding of a CodeableConcept."""
    if isinstance(concept, dict):
        for coding in listed(concept.get("coding")):
            yield text(coding.get("system")), text(coding.get("code"))


def tokens(values: list[str]) -> list[tuple[str, str]]:
    """System and code of each "system|code"; commas stand between several, as in a search."""
    pairs = []
    for value in values:
        for one in value.split(","):
            before, bar, after = one.strip().rpartition("|")
            pairs.append((before, after) if bar else ("", one.strip()))
    return [pair for pair in pairs if pair[1]]


def types_named(pairs: list[tuple[str, str]], call: Call) -> list[VisitType]:
    """The visit types that are meant, in order: by our own code, or by one that the clinic keeps beside it."""
    if not pairs:
        return []
    known = [kind for kind in remembered.visit_types() if may_know(kind, call)]
    found = [kind for pair in pairs for kind in known if _is_named(kind, pair, call.base)]
    return list(dict.fromkeys(found))


def _is_named(kind: VisitType, pair: tuple[str, str], base: str) -> bool:
    named, code = pair
    if code == kind.code and named in ("", base + codes.VISIT_TYPES, system(base, KIND)):
        return True
    return any(code == hint[1] and named in ("", hint[0]) for hint in kind.code_hints)


def type_of(resource: dict[str, Any], call: Call) -> VisitType | None:
    """The visit type of an Appointment's serviceType. Raises Problem (400) for one that is not known here."""
    pairs = [pair for concept in listed(resource.get("serviceType")) for pair in codings(concept)]
    found = types_named(pairs, call)
    if pairs and not found:
        raise bad(
            "serviceType names no visit type of this clinic: search HealthcareService.", code="code-invalid"
        )
    return found[0] if found else None


def words_of(value: Any) -> list[str]:
    """Every text of a resource that may be somebody's words, in order; names of people and places left out."""
    found, waiting = [], [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += reversed(one)
        elif isinstance(one, dict):
            found += [_plain(words) for key, words in one.items() if key in _WORDS and isinstance(words, str)]
            inner = [
                child for key, child in one.items() if key not in _NOT_SAID and not isinstance(child, str)
            ]
            waiting += reversed(inner)
    return [one for one in dict.fromkeys(found) if one]


def unread_reasons(resource: dict[str, Any], call: Call) -> list[str]:
    """What the clinic's own words are for reasons that come as a code alone. Raises Problem (400) for a code that

    nobody here can read: the protocol reads words, and a reason that is not read may be an emergency.
    """
    found = []
    for concept in [*listed(resource.get("reasonCode")), *listed(resource.get("reasonReference"))]:
        if words_of(concept):
            continue
        known = {
            (hint[0], hint[1]): hint[2] for kind in references.visit_types(call) for hint in kind.code_hints
        }
        words = [known[pair] for pair in codings(concept) if pair in known]
        if not words:
            raise bad(
                "Say the reason in words too (text or display): the clinic reads words, not codes.",
                code="required",
            )
        found += words
    return found


def _plain(words: str) -> str:
    return clean(_TAG.sub(" ", words), limit=20_000)


def numbers_of(resource: dict[str, Any], base: str) -> tuple[tuple[str, str], ...]:
    """The client's own numbers for it, as (system, value); ours are left out. Raises Problem (400)."""
    found = []
    for one in listed(resource.get("identifier"))[:MOST_IDENTIFIERS]:
        named, value = text(one.get("system")), text(one.get("value")).strip()
        if len(named) > 200 or len(value) > 120:
            raise bad("An identifier is longer than can be kept: at most 120 characters.")
        if value and not named.startswith(f"{base}/sid/"):
            found.append((named, value))
    return tuple(dict.fromkeys(found))


def person_of(resource: dict[str, Any], base: str) -> Person:
    """A Patient as somebody to be looked for, or started. Raises Problem (400)."""
    given, family = _name(resource)
    phone, email = _telecom(resource)
    numbers = [
        (own_name(base, text(one.get("system"))), text(one.get("value")).strip())
        for one in listed(resource.get("identifier"))[:MOST_IDENTIFIERS]
    ]
    own = own_name(base, system(base, MRN))
    mrn = next((value for named, value in numbers if named == own), "")
    others = [pair for pair in numbers if pair[0] != own and all(pair)]
    if any(len(named) > 80 or len(value) > 80 for named, value in others):
        raise bad("An identifier of the patient is longer than can be kept: at most 80 characters.")
    return Person(given, family, _born(resource), phone, email, mrn[:40], _language(resource), tuple(others))


def _name(resource: dict[str, Any]) -> tuple[str, str]:
    names = listed(resource.get("name"))
    names.sort(key=lambda one: one.get("use") not in ("official", "usual"))
    for one in names:
        given = one.get("given")
        first = " ".join(text(part) for part in given) if isinstance(given, list) else ""
        if first.strip() or text(one.get("family")).strip():
            return one_line(first, limit=80), one_line(text(one.get("family")), limit=80)
    return "", ""


def _telecom(resource: dict[str, Any]) -> tuple[str, str]:
    phone = email = ""
    for one in listed(resource.get("telecom")):
        kind, value = one.get("system"), one_line(text(one.get("value")), limit=254)
        if kind in ("phone", "sms") and not phone:
            with suppress(BadValue):
                phone = read_phone(value)
        elif kind == "email" and not email:
            with suppress(ValidationError):  # what is no address is left out: a booking does not fail by it
                validate_email(value)
                email = value
    return phone, email


def _born(resource: dict[str, Any]) -> date | None:
    value = resource.get("birthDate")
    if value is None:
        return None
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise bad("birthDate must be a whole date, such as 1980-02-29.")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise bad("birthDate is no day of the calendar.") from None


def _language(resource: dict[str, Any]) -> str:
    spoken = listed(resource.get("communication"))
    spoken.sort(key=lambda one: one.get("preferred") is not True)
    tags = [code.partition("-")[0] for one in spoken for _, code in codings(one.get("language"))]
    return next((tag for tag in tags if tag in Language.values), "")
