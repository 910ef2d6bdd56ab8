"""What a changed Appointment means for a booked visit: another time, a cancellation, that the patient did not come.

Anything else that a client writes into it is not kept, and where that would lose something it is refused.
"""

from __future__ import annotations

import re
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from frontdesk.book.models import Appointment
from frontdesk.gateway.fhir import ordering, wishes
from frontdesk.gateway.fhir.door import Call, Problem
from frontdesk.gateway.fhir.finding import visits
from frontdesk.gateway.fhir.given import bad, refused
from frontdesk.gateway.fhir.ordering import key_of
from frontdesk.gateway.fhir.reading import unread_reasons, words_of
from frontdesk.gateway.fhir.reasons import why_changed, why_missed
from frontdesk.gateway.fhir.resources import appointment
from frontdesk.partners.actions import changes
from frontdesk.partners.actions import visits as actions
from frontdesk.partners.queries.places import Place

_TAG = re.compile(r'(?:W/)?"([0-9]{1,9})"', re.ASCII)
_AT_THE_DESK = {
    "arrived": "That a patient has arrived is recorded at the desk.",
    "checked-in": "That a patient has checked in is recorded at the desk.",
    "fulfilled": "That a visit took place is recorded at the desk.",
    "waitlist": "Waiting lists are kept at the desk.",
    "entered-in-error": "A visit is not undone: cancel it, and say that it was booked by mistake.",
    "proposed": "A booked visit does not become a proposal again: cancel it.",
    "pending": "A booked visit does not become pending again: cancel it.",
    "booked": "A visit that has ended is booked anew.",
}


def visit_of(pk: str, call: Call) -> Appointment:
    """The visit of this id, if the client sees it. Raises Problem (404)."""
    row = None if pk.startswith(appointment.HOLD) else visits.one(pk, call)
    if not isinstance(row, Appointment):
        raise Problem(HTTPStatus.NOT_FOUND, "not-found", "There is no such Appointment.")
    return row


def current(visit: Appointment, call: Call) -> dict[str, Any]:
    """The visit as the client would read it now."""
    return appointment.visit(visit, call)


def alter(visit: Appointment, new: dict[str, Any], call: Call, *, comment: str = "") -> Appointment:
    """Do what the new resource asks of the visit. Raises Problem, or what the book refuses with.

    Without If-Match it is taken as meant for the visit as it stands.
    """
    was, status = current(visit, call), new.get("status")
    version = _version(visit, call)
    said = "\n".join([*new_words(was, new), *unread_reasons(new, call), *([comment] if comment else [])])
    common: dict[str, Any] = {
        "visit": visit,
        "said": said,
        "version": version,
        "by": call.user,
        "now": call.now,
    }
    if status != was["status"]:
        return _to_status(status, new, call, common)
    place = _place(visit, new, call)
    if _is_there(visit, place):
        return _nothing_else(visit, said, call)
    return changes.move(place=place, why=why_changed(new), key=_key(call, "move"), **common)


def move_to(visit: Appointment, place: Place, said: str, why: str, call: Call) -> Appointment:
    """Give the visit a proposed time in place of its own: the new one is taken before the old one is given back."""
    if _is_there(visit, place):
        return visit
    return changes.move(
        visit=visit, place=place, why=why, said=said, version=_version(visit, call), key=_key(call, "move"),
        by=call.user, now=call.now,
    )  # fmt: skip


def _to_status(status: Any, new: dict[str, Any], call: Call, common: dict[str, Any]) -> Appointment:
    if status == "cancelled":
        return changes.cancel(why=why_changed(new), key=_key(call, "cancel"), **common)
    if status == "noshow":
        return changes.miss(why=why_missed(new), **common)
    if isinstance(status, str) and status in _AT_THE_DESK:
        raise refused(_AT_THE_DESK[status], "STATUS_NOT_KEPT")
    raise bad("status must be one of those that FHIR has for an Appointment.", code="code-invalid")


def _place(visit: Appointment, new: dict[str, Any], call: Call) -> Place:
    named = wishes.actors(new, call)
    if named.patient is not None and named.patient.pk != visit.patient_id:
        raise refused(
            "A visit keeps its patient: cancel it, and book one for the other patient.", "OTHER_PATIENT"
        )
    return wishes.of_resource(new, call, named=named, was=visit)


def _is_there(visit: Appointment, place: Place) -> bool:
    return (place.visit_type.pk, place.site.pk, place.provider.pk, place.start) == (
        visit.visit_type_id, visit.site_id, visit.provider_id, visit.start
    )  # fmt: skip


def _nothing_else(visit: Appointment, said: str, call: Call) -> Appointment:
    """The visit stands as it stood. Words are screened; a booked visit keeps none, and that is said."""
    if not said.strip():
        return visit
    changes.note(visit=visit, said=said, by=call.user, now=call.now)
    raise refused(
        "A booked visit keeps no comments: only its time, place, practitioner, service and status can be changed.",
        "NOT_KEPT",
    )


def new_words(was: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What is said in the new resource and was not in the old one."""
    known = set(words_of(was)) | {"Other", "Patient", "Provider"}
    return [one for one in words_of(new) if one not in known]


def _version(visit: Appointment, call: Call) -> int:
    """The version that the client knows (If-Match); the visit's own where it does not say."""
    header = call.request.headers.get("If-Match", "").strip()
    if not header or header == "*":
        return visit.version
    found = _TAG.fullmatch(header)
    if found is None:
        raise bad('If-Match must be the ETag of a version, such as W/"3".')
    if int(found[1]) != visit.version and not key_of(call):
        sentence = f"The Appointment was changed meanwhile: it is version {visit.version} now. Read it again."
        raise Problem(HTTPStatus.PRECONDITION_FAILED, "conflict", sentence, detail="STALE")
    return int(found[1])


def _key(call: Call, what: str) -> str:
    """The client's key as the book keeps it, at most 64 characters; "" for none."""
    key = key_of(call)
    return f"fhir-{sha256(f'{what} {key}'.encode()).hexdigest()[:56]}" if key else ""


def done_hold(pk: str, new: dict[str, Any], comment: str, call: Call) -> dict[str, Any]:
    """A held Appointment that is booked or given back, as it is afterwards. `new` is what was sent of it."""
    hold, status = ordering.hold_of(pk, call), new.get("status")
    if status == "booked":
        words = [*new_words(appointment.hold(hold, call), new), *unread_reasons(new, call), comment]
        said = "\n".join(one for one in words if one)
        return ordering.shown(ordering.book_held(hold, said, call).visit, call)
    if status == "cancelled":
        ended = actions.let_go(hold=hold, by=call.user, now=call.now)
        return {**appointment.hold(ended, call), "status": "cancelled"}
    if status == "pending":
        return appointment.hold(hold, call)
    raise refused("A held Appointment is booked or cancelled, nothing else.", "STATUS_NOT_KEPT")
