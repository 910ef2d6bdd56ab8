"""Finding patients."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, IntegerField, Q, When

from frontdesk.accounts.models import User
from frontdesk.clinic.queries.changes import once
from frontdesk.kit import rows
from frontdesk.kit.errors import BadValue
from frontdesk.kit.text import fold, one_line
from frontdesk.people.engine.birth_dates import NotADate, read_birth_date
from frontdesk.people.engine.matching import Known, Said, agreeing
from frontdesk.people.models import ContactPoint, Patient
from frontdesk.people.models.patient import PatientQuerySet
from frontdesk.people.phones import read_phone

ENOUGH = 2  # identifiers that must agree before anybody is taken for anybody
LONGEST = 170  # letters of a search that are read: no name is longer

_CARD = """
    SELECT ARRAY(SELECT code::text FROM people_riskflag WHERE patient_id = %s AND ended_at IS NULL),
        (SELECT value FROM people_contactpoint WHERE patient_id = %s AND kind = 'phone'
            ORDER BY preferred DESC, id LIMIT 1),
        (SELECT value FROM people_contactpoint WHERE patient_id = %s AND kind = 'email' AND allowed
            ORDER BY preferred DESC, id LIMIT 1)
"""


@dataclass(frozen=True)
class Card:
    """What every booking asks about its patient.

    `flags` are the codes of standing risk flags; `phone` is the number they prefer, "" where there is none; `email` the
    address that they prefer among those that may be written to, None where there is none.
    """

    flags: frozenset[str]
    phone: str
    email: str | None


def card(patient: Patient) -> Card:
    """In one statement; read once where the marks are (clinic.queries.changes.read_once)."""
    return once(("card", patient.pk), lambda: _card(patient.pk))


def _card(pk: int) -> Card:
    ((flags, phone, email),) = rows.run(_CARD, [pk, pk, pk])
    return Card(frozenset(flags), phone or "", email)


@dataclass(frozen=True)
class Match:
    """A record with the identifiers on which it agrees with what was said."""

    patient: Patient
    on: tuple[str, ...]


def match(said: Said, *, by: User) -> list[Match]:
    """Records that agree on two identifiers or more, the best first; at most ten."""
    if said.given < ENOUGH:
        return []
    found = _candidates(said, by=by)
    matches = [Match(patient, agreeing(said, _known(patient))) for patient in found]
    matches = [one for one in matches if len(one.on) >= ENOUGH]
    return sorted(matches, key=lambda one: (-len(one.on), one.patient.sort_name))[:10]


def search(text: str, *, by: User, today: date, limit: int = 30) -> list[Patient]:
    """Patients for what is typed in the search box: a name, a birth date, a phone or a record number."""
    visible = Patient.objects.visible_to(by).prefetch_related("contact_points")
    text = one_line(text, limit=LONGEST)
    folded = fold(text)
    if len(folded) < 2:
        return []
    exact = _by_number(visible, text, today)
    if exact is not None:
        return list(exact.order_by("search_name")[:limit])
    words = folded.replace(",", " ").split()
    for word in words:
        visible = visible.filter(search_name__contains=word)
    return list(visible.order_by(_family_first(words[0] if words else ""), "family", "given")[:limit])


def _family_first(word: str) -> Case:
    """Those whose last name begins with the first word typed come first, then those whose first name does."""
    begins = (When(family__istartswith=word, then=0), When(given__istartswith=word, then=1))
    return Case(*begins, default=2, output_field=IntegerField())


def _by_number(visible: PatientQuerySet, text: str, today: date) -> PatientQuerySet | None:
    if not any(letter.isdigit() for letter in text):
        return None
    wanted = Q(mrn__iexact=text.strip()) | Q(identifiers__value=text.strip())
    with suppress(NotADate):
        wanted |= Q(birth_date=read_birth_date(text, today=today))
    with suppress(BadValue):
        wanted |= Q(contact_points__value=read_phone(text))
    return visible.filter(wanted).distinct()


def _candidates(said: Said, *, by: User) -> list[Patient]:
    """Two must agree, so at least one of birth date, phone and record number does: name alone finds nobody."""
    wanted = Q()
    if said.birth_date:
        wanted |= Q(birth_date=said.birth_date)
    if said.mrn:
        wanted |= Q(mrn=said.mrn)
    if said.phone:
        phones = ContactPoint.objects.filter(kind=ContactPoint.Kind.PHONE, value=said.phone)
        wanted |= Q(pk__in=phones.values("patient"))
    if not wanted:
        return []
    visible = Patient.objects.visible_to(by).prefetch_related("contact_points")
    return list(visible.filter(wanted)[:500])


def _known(patient: Patient) -> Known:
    phones = [point.value for point in patient.contact_points.all() if point.kind == "phone"]
    return Known(patient.pk, patient.search_name, patient.birth_date, phones, patient.mrn)
