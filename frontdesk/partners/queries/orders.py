"""What a client asks for in one request, and whether it has been done before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from frontdesk.accounts.models import User
from frontdesk.book.actions.appointments import HoldGone
from frontdesk.book.models import Appointment, Hold
from frontdesk.kit import rows
from frontdesk.kit.errors import Refused
from frontdesk.kit.text import fold
from frontdesk.partners.models import Client
from frontdesk.partners.queries.persons import Person
from frontdesk.partners.queries.places import Place
from frontdesk.people.models import Patient
from frontdesk.triage.models import Channel, Request

# The same wish that stands already: asked for every booking, so it is not left to the ORM.
_STANDS = """
    SELECT id FROM book_appointment WHERE patient_id = %s AND provider_id = %s AND start = %s AND visit_type_id = %s
    AND booked_by_id = %s AND status IN ('booked', 'arrived') ORDER BY id LIMIT 1
"""
_WITH = ("patient", "visit_type__specialty", "site", "provider__specialty", "room", "interpreter")


@dataclass(frozen=True)
class Order:
    """What a client asks for. `who` is a patient, or somebody whose record is to be started.

    `said` are all words that came with it. `key` is the client's own for this request ("" for none) and `numbers`
    those by which it will know the visit, as (system, value): either makes a repeat harmless.
    """

    place: Place
    who: Patient | Person
    said: str
    matched_on: str = "its record here, by reference"
    key: str = ""
    numbers: tuple[tuple[str, str], ...] = ()


class KeyUsed(Refused):
    """The client's key or number is that of something else, or of something that is over."""

    code = "KEY_USED"


def booked_before(order: Order, client: Client, by: User) -> Appointment | None:
    """The visit that this order became: by the client's number, by its key, or because it stands already.

    Raises KeyUsed for a key or a number that was given to another order, or whose visit or request is over: nobody is
    told of a visit that is not what they asked for.
    """
    for system, value in order.numbers:
        if (visit := of_number(client, system, value)) is not None:
            return _checked(visit, order)
    if order.key:
        found = _of_key(order, by)
        return _checked(found, order) if found is not None else None
    if not isinstance(order.who, Patient):
        return None
    place = order.place
    stands = rows.run(_STANDS, [order.who.pk, place.provider.pk, place.start, place.visit_type.pk, by.pk])
    return Appointment.objects.select_related(*_WITH).get(pk=stands[0][0]) if stands else None


def of_number(client: Client, system: str, value: str) -> Appointment | None:
    """The visit that the client knows by this number."""
    theirs = {"outside_numbers__client": client, "outside_numbers__system": system}
    rows_ = Appointment.objects.select_related(*_WITH)
    return rows_.filter(**theirs, outside_numbers__value=value).first()


def held_before(order: Order, by: User, now: datetime) -> Hold | None:
    """The hold that this order became. Raises HoldGone for a key whose hold has ended, KeyUsed for another order's."""
    holds = Hold.objects.select_related(*_WITH)
    if order.key:
        same = holds.filter(idempotency_key=digest("hold", order.key, by), held_by=by).first()
        if same is None:
            return None
        _check_same(same, order, there=_is_there(same, order))
        if not same.stands(now):
            raise HoldGone("What was held with this key has ended. Hold it again with a new key.")
        return same
    if not isinstance(order.who, Patient):
        return None
    place = order.place
    return holds.standing(now).filter(
        patient=order.who, provider=place.provider, start=place.start, visit_type=place.visit_type, held_by=by
    ).first()  # fmt: skip


def digest(what: str, key: str, by: User) -> str:
    """A client's key as it is kept: clients cannot meet in it, nor its two operations."""
    return f"{what}-{sha256(f'{by.pk} {key}'.encode()).hexdigest()[:56]}"


def _of_key(order: Order, by: User) -> Appointment | None:
    made = Request.objects.filter(channel=Channel.PARTNER, outside_id=digest("book", order.key, by)).first()
    if made is None:
        return None
    visit = Appointment.objects.select_related(*_WITH).filter(asked_for=made.pk).first()
    if visit is None and not made.is_open:
        raise KeyUsed("This key was used for a request that has ended since. Ask again with a new key.")
    return visit


def _checked(visit: Appointment, order: Order) -> Appointment:
    """Who moved it since does not make it another visit."""
    _check_same(visit, order, there=visit.moved > 0 or _is_there(visit, order))
    if not visit.is_live:
        raise KeyUsed("The visit with this key or number has ended since. Ask again with a new one.")
    return visit


def _check_same(found: Appointment | Hold, order: Order, *, there: bool) -> None:
    if not there or not _is_for(found.patient, order.who):
        raise KeyUsed("This key or number was used for another patient or another time. Use a new one.")


def _is_there(found: Appointment | Hold, order: Order) -> bool:
    place = order.place
    return (found.provider_id, found.start, found.visit_type_id) == (
        place.provider.pk, place.start, place.visit_type.pk,
    )  # fmt: skip


def _is_for(patient: Patient, who: Patient | Person) -> bool:
    """Somebody whose record was only just started is known by what they said."""
    if isinstance(who, Patient):
        return patient.pk == who.pk
    return (patient.birth_date, patient.search_name) == (who.birth_date, fold(f"{who.given} {who.family}"))
