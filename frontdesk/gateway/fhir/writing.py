"""Appointment: create, update and patch, mapped onto the book's own actions."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import jsonpatch
import jsonpointer

from frontdesk.book.models import Appointment
from frontdesk.gateway.fhir import altering, ordering, proposals, wishes
from frontdesk.gateway.fhir.door import Answer, Call, Problem
from frontdesk.gateway.fhir.given import bad, checked, refused
from frontdesk.gateway.fhir.operations.bundle import problem_of
from frontdesk.gateway.fhir.reading import listed, tokens
from frontdesk.gateway.fhir.resources import appointment
from frontdesk.gateway.fhir.wire import JSON_PATCH, media_type, parameters
from frontdesk.kit.errors import Refused
from frontdesk.partners.queries.orders import of_number
from frontdesk.partners.queries.places import Place
from frontdesk.people.models import Patient

MOST_STEPS, MOST_COPIES = 50, 3
_NEW = ("proposed", "pending", "booked")


def create(call: Call) -> Answer:
    """Book what the Appointment names; 201, or 200 where the same was booked before."""
    resource = _resource(checked(call.body))
    numbers = _if_none_exist(call)
    for system, value in numbers:
        if (visit := of_number(call.client, system, value)) is not None:
            call.looked([visit.patient_id], "Appointment, asked for again")
            return _answer(ordering.shown(visit, call), call)
    if resource.get("status") not in _NEW:
        raise refused("A new Appointment is sent as proposed, pending or booked.", "STATUS_NOT_KEPT")
    place, patient = _place(resource, call)
    described = _contained_patient(resource)
    try:
        order = ordering.order(place, patient, described, call, resource=resource, numbers=numbers)
        done = ordering.book(order, call)
    except Refused as error:
        raise problem_of(error, call) from error
    status = HTTPStatus.OK if done.again else HTTPStatus.CREATED
    return _answer(ordering.shown(done.visit, call), call, status)


def update(call: Call, pk: str) -> Answer:
    """Take the whole Appointment as it shall be."""
    new = _resource(checked(call.body))
    if new.get("id") not in (None, pk):
        raise bad("The id in the body is not that of the address.")
    return _alter(call, pk, new)


def patch(call: Call, pk: str) -> Answer:
    """Take a JSON Patch, or the plain merge body that some clients send as application/json."""
    body = checked(call.payload)
    is_steps = media_type(call.request) == JSON_PATCH or isinstance(body, list)
    if isinstance(body, dict) and body.get("resourceType") == "Parameters":
        sentence = "Patch with JSON Patch, or with the parts that change."
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not-supported", sentence)
    was = _was(call, pk)
    new = _stepped(was, body) if is_steps else _merged(was, body)
    return _alter(call, pk, _resource(checked(new)))


def _was(call: Call, pk: str) -> dict[str, Any]:
    if pk.startswith(appointment.HOLD):
        return appointment.hold(ordering.hold_of(pk, call), call)
    return altering.current(altering.visit_of(pk, call), call)


def _alter(call: Call, pk: str, new: dict[str, Any]) -> Answer:
    try:
        if pk.startswith(appointment.HOLD):
            return _answer(altering.done_hold(pk, new, "", call), call)
        visit = altering.visit_of(pk, call)
        call.looked([visit.patient_id], "Appointment update")
        changed: Appointment = altering.alter(visit, new, call)
        return _answer(ordering.shown(changed, call), call)
    except Refused as error:
        raise problem_of(error, call) from error


def _place(resource: dict[str, Any], call: Call) -> tuple[Place, Patient | None]:
    named = wishes.actors(resource, call)
    pk = resource.get("id")
    if isinstance(pk, str) and proposals.is_proposal(pk):
        place, patient = wishes.of_proposal(pk, call)
        return place, named.patient or patient
    return wishes.of_resource(resource, call, named=named), named.patient


def _contained_patient(resource: dict[str, Any]) -> dict[str, Any] | None:
    """A new patient may come inside the Appointment (`contained`)."""
    inside = [one for one in listed(resource.get("contained")) if one.get("resourceType") == "Patient"]
    return inside[0] if len(inside) == 1 else None


def _resource(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict) or body.get("resourceType") != "Appointment":
        raise bad("The body must be an Appointment.", code="structure")
    return body


def _answer(found: dict[str, Any], call: Call, status: int = HTTPStatus.OK) -> Answer:
    version = found.get("meta", {}).get("versionId", "1")
    headers = {"ETag": f'W/"{version}"'}
    if status == HTTPStatus.CREATED:
        headers["Location"] = f"{call.base}/Appointment/{found['id']}"
    return Answer(found, status, headers)


def _if_none_exist(call: Call) -> tuple[tuple[str, str], ...]:
    """The number in If-None-Exist: the visit that has it is answered, else the new one gets it."""
    header = call.request.headers.get("If-None-Exist", "").strip().removeprefix("?")
    if not header:
        return ()
    found = parameters(header)
    pairs = tokens(found.get("identifier", []))
    if set(found) != {"identifier"} or len(pairs) != 1 or not pairs[0][0]:
        raise bad("If-None-Exist is understood as identifier=system|value here.")
    return (pairs[0],)


def _stepped(was: dict[str, Any], steps: Any) -> Any:
    """The resource after a JSON Patch. Raises Problem: 400 for what is none, 409 where a test fails."""
    if not isinstance(steps, list) or not all(isinstance(one, dict) for one in steps):
        raise bad("A JSON Patch is a list of steps.", code="structure")
    copies = sum(1 for one in steps if one.get("op") == "copy")
    if len(steps) > MOST_STEPS or copies > MOST_COPIES:
        raise bad(
            f"A JSON Patch has at most {MOST_STEPS} steps, {MOST_COPIES} of them copies.", code="too-costly"
        )
    try:
        return jsonpatch.JsonPatch(steps).apply(was)
    except jsonpatch.JsonPatchTestFailed:
        raise refused("A test of the JSON Patch fails: read the Appointment again.", "PATCH_TEST") from None
    except (
        jsonpatch.JsonPatchException,
        jsonpointer.JsonPointerException,
        TypeError,
        ValueError,
        LookupError,
        AttributeError,
    ):
        raise bad("The JSON Patch cannot be applied to this Appointment.") from None


def _merged(was: Any, part: Any) -> Any:
    """RFC 7396: objects are merged, null takes away, anything else takes the place of what was there."""
    if not isinstance(part, dict):
        return part
    found = dict(was) if isinstance(was, dict) else {}
    for name, value in part.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = _merged(found.get(name), value)
    return found
