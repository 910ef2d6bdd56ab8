"""Booking what an Appointment names, for whoever asks: $book, and POST of an Appointment."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from frontdesk.book.models import Appointment, Hold
from frontdesk.gateway.fhir import codes, references, wishes
from frontdesk.gateway.fhir.door import Call, Problem
from frontdesk.gateway.fhir.finding import visits as finding
from frontdesk.gateway.fhir.given import bad, refused
from frontdesk.gateway.fhir.reading import numbers_of, person_of, unread_reasons, words_of
from frontdesk.gateway.fhir.resources import appointment
from frontdesk.kit.errors import Refused
from frontdesk.kit.text import clean
from frontdesk.partners.actions import visits
from frontdesk.partners.actions.gate import heed_nobody
from frontdesk.partners.actions.visits import Booked
from frontdesk.partners.queries.orders import Order
from frontdesk.partners.queries.persons import Person
from frontdesk.partners.queries.places import Place
from frontdesk.people.models import Patient

BY_REFERENCE = "its record here, by reference"
LONGEST_KEY = 255
Who = tuple[Patient | Person, str]


def key_of(call: Call) -> str:
    """The client's own key for this request (Idempotency-Key); "" for none. Raises Problem (400)."""
    key = call.request.headers.get("Idempotency-Key", "").strip()
    if len(key) > LONGEST_KEY:
        raise bad(f"Idempotency-Key is at most {LONGEST_KEY} characters.")
    return key


def who_is(patient: Patient | None, described: dict[str, Any] | None, call: Call) -> Who:
    """For whom it is: by reference, or by a Patient resource of whom two identifiers agree with one record.

    Where none agrees a new record is started, if the client may do so. Raises Problem (409, GATE_IDENTITY).
    """
    if patient is not None:
        return patient, BY_REFERENCE
    if described is None:
        raise refused(
            "Two identifiers must find the patient before a time is held or booked.", "GATE_IDENTITY"
        )
    who, on = visits.who_is(person=person_of(described, call.base), by=call.user)
    if isinstance(who, Person) and not (who.given and who.family and who.birth_date):
        sentence = "Two identifiers must find the patient; for a new record, name and birth date are needed."
        raise refused(sentence, "GATE_IDENTITY")
    if isinstance(who, Person) and not call.may("Patient", "c"):
        sentence = "No record agrees with this patient, and the token may not start one (system/Patient.c)."
        raise refused(sentence, "GATE_IDENTITY")
    return who, on


def order(
    place: Place, patient: Patient | None, described: dict[str, Any] | None, call: Call, *, resource: dict[str, Any],
    comment: str = "", numbers: tuple[tuple[str, str], ...] = (),
) -> Order:  # fmt: skip
    """What the client asks for, with every word that came with it. Raises Problem, or Refused.

    Words are screened for somebody who is not found as well: an emergency does not wait for an identifier.
    """
    words = said(place, [resource], "\n".join([comment, *unread_reasons(resource, call)]))
    try:
        who, on = who_is(patient, described, call)
    except (Problem, Refused):
        person = person_of(described, call.base) if described else Person()
        heed_nobody(person=person, site=place.site, said=words, by=call.user, now=call.now)
        raise
    return Order(
        place, who, words, matched_on=on, key=key_of(call),
        numbers=tuple(dict.fromkeys((*numbers_of(resource, call.base), *numbers))),
    )  # fmt: skip


def said(place: Place, sources: list[dict[str, Any]], comment: str) -> str:
    """All words of the request, one saying a line, the visit type's name last. Our own labels are nobody's words."""
    kind = place.visit_type
    ours = {kind.name, kind.specialty.name, *codes.LABELS}
    found = [line for source in sources for line in words_of(source) if line not in ours]
    lines = [*found, comment, kind.name]
    return "\n".join(dict.fromkeys(one.strip() for one in lines if one.strip()))


def book(asked: Order, call: Call) -> Booked:
    """The visit, shown as the client may see it; a repeat is written in the access log."""
    done = visits.book(order=asked, client=call.client, by=call.user, now=call.now)
    return _seen(done, call)


def book_held(hold: Hold, comment: str, call: Call) -> Booked:
    """As `book`, for time that is held."""
    return _seen(visits.book_held(hold=hold, said=comment, by=call.user, now=call.now), call)


def hold_of(text: str, call: Call) -> Hold:
    """The client's own hold of this id, standing or not. Raises Problem (404)."""
    pk = references.number(text.removeprefix(appointment.HOLD))
    rows = Hold.objects.filter(held_by=call.user).select_related(
        "patient", "visit_type__specialty", "site", "provider__specialty", "room", "interpreter"
    )
    found = rows.filter(pk=pk).first() if pk is not None else None
    if found is None:
        raise wishes.gone("There is no such hold.")
    return found


def shown(visit: Appointment, call: Call) -> dict[str, Any]:
    """The visit as a resource, read anew. Raises Problem (404) where the client does not see it any more."""
    row = finding.one(str(visit.pk), call)
    if row is None:
        raise Problem(HTTPStatus.NOT_FOUND, "not-found", "There is no such Appointment.")
    return finding.to_fhir(row, call)


def as_booked(done: Booked, asked: Order, call: Call) -> dict[str, Any]:
    """The visit that was booked a moment ago: what was written is at hand, and need not be read again."""
    if done.again or asked.numbers:
        return shown(done.visit, call)
    done.visit._prefetched_objects_cache = {"outside_numbers": []}  # type: ignore[attr-defined]  # Django's own
    return finding.to_fhir(done.visit, call)


def _seen(done: Booked, call: Call) -> Booked:
    if done.again:
        call.looked([done.visit.patient_id], "Appointment, asked for again")
    return done


def comment_of(value: Any) -> str:
    """A comment, whole: what is cut off would not be screened."""
    if value is not None and not isinstance(value, str):
        raise bad("“comment” must be text.")
    return clean(value or "", limit=20_000)
