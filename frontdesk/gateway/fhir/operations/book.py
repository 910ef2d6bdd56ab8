"""Appointment/$book (IHE ITI-117): books a proposal or a hold, changes a visit, or cancels it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from frontdesk.book.models import Appointment
from frontdesk.gateway.fhir import altering, ordering, proposals, references, wishes
from frontdesk.gateway.fhir.door import Answer, Call, Problem
from frontdesk.gateway.fhir.given import Given, bad, given
from frontdesk.gateway.fhir.operations.bundle import bundle, in_a_bundle
from frontdesk.gateway.fhir.outcome import issue
from frontdesk.gateway.fhir.reading import listed
from frontdesk.gateway.fhir.reasons import why_changed
from frontdesk.gateway.fhir.resources import appointment
from frontdesk.partners.queries.places import Place
from frontdesk.people.models import Patient

REPLACES = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Appointment.replaces"
# The visit that the new time takes the place of: our name for it, and Argonaut's of 2018.
_REPLACED = ("cancelled-appointment-reference", "cancelled-appt-id")


@in_a_bundle("book")
def book(call: Call) -> Answer:
    """A Bundle of the Appointment, booked or cancelled; or of an OperationOutcome that says why it is not."""
    asked = given(call)
    resource = asked.resource("appointment-resource", "Appointment")
    reference = asked.one("appointment-reference")
    if (resource is None) == (reference is None):
        raise bad("Give “appointment-reference” or “appointment-resource”, one of the two.", code="required")
    comment = ordering.comment_of(asked.one("comment"))
    if resource is None:
        return _by_reference(reference, {}, asked, comment, call)
    return _by_resource(resource, asked, comment, call)


def _by_reference(reference: Any, resource: dict[str, Any], asked: Given, comment: str, call: Call) -> Answer:
    """A proposal or a hold becomes a visit; a visit that is booked already is answered as it is."""
    named = references.named(reference, call, kind="Appointment")
    if named is None or named[0] != "Appointment":
        raise wishes.gone("The reference names no Appointment of ours.")
    pk = named[1]
    if pk.startswith(appointment.HOLD):
        return _held(pk, {**resource, "status": "booked"}, comment, call)
    if not proposals.is_proposal(pk):
        call.needs("Appointment", "r")
        visit = altering.visit_of(pk, call)
        call.looked([visit.patient_id], "Appointment $book")
        return Answer(bundle(call, "book", [altering.current(visit, call)]))
    place, patient = wishes.of_proposal(pk, call)
    return _new(place, patient, resource, asked, comment, call)


def _by_resource(resource: dict[str, Any], asked: Given, comment: str, call: Call) -> Answer:
    pk, status = resource.get("id"), resource.get("status")
    known = isinstance(pk, str) and pk != ""
    if known and str(pk).startswith(appointment.HOLD):
        wanted = "booked" if status in ("pending", "booked") else status
        return _held(str(pk), {**resource, "status": wanted}, comment, call)
    is_new = status in ("pending", "proposed") and references.number(str(pk)) is None
    if known and not is_new and not proposals.is_proposal(str(pk)):
        return _changed(str(pk), resource, comment, call)
    if status not in ("pending", "proposed", "booked"):
        raise bad("A new Appointment is sent as pending; a change names the id of one that is booked.")
    if known and proposals.is_proposal(str(pk)):
        return _by_reference({"reference": f"Appointment/{pk}"}, resource, asked, comment, call)
    named = wishes.actors(resource, call)
    place = wishes.of_resource(resource, call, named=named)
    return _new(place, named.patient, resource, asked, comment, call)


def _new(
    place: Place, patient: Patient | None, resource: dict[str, Any], asked: Given, comment: str, call: Call
) -> Answer:
    replaced = _replaced(asked, resource, call)
    if replaced is not None:
        return _instead_of(replaced, place, patient, resource, comment, call)
    patient, described = _who(patient, resource, asked, call)
    order = ordering.order(place, patient, described, call, resource=resource, comment=comment)
    done = ordering.book(order, call)
    return Answer(bundle(call, "book", [ordering.as_booked(done, order, call)]))


def _who(
    patient: Patient | None, resource: dict[str, Any], asked: Given, call: Call
) -> tuple[Patient | None, dict[str, Any] | None]:
    """The patient by reference, and as a resource."""
    described = asked.resources("patient-resource", "Patient")
    if len(described) > 1:
        sentence = "Group visits are planned at the desk: name one patient."
        raise Problem(HTTPStatus.BAD_REQUEST, "not-supported", sentence)
    if patient is None and resource:
        patient = wishes.actors(resource, call).patient
    return patient, described[0] if described else None


def _held(pk: str, new: dict[str, Any], comment: str, call: Call) -> Answer:
    return Answer(bundle(call, "book", [altering.done_hold(pk, new, comment, call)]))


def _changed(pk: str, resource: dict[str, Any], comment: str, call: Call) -> Answer:
    """Modify or cancel: the scope for changing is needed beside that for booking."""
    call.needs("Appointment", "u")
    visit = altering.visit_of(pk, call)
    call.looked([visit.patient_id], "Appointment $book")
    changed = altering.alter(visit, resource, call, comment=comment)
    return Answer(bundle(call, "book", [ordering.shown(changed, call)]))


def _replaced(asked: Given, resource: dict[str, Any], call: Call) -> Appointment | None:
    """The visit whose place the new time takes. Raises Problem (404) for one that is not there."""
    named = [one for name in _REPLACED for one in asked.all(name)]
    for one in listed(resource.get("extension")):
        if one.get("url") == REPLACES:
            named.append(one.get("valueReference"))
    if not named:
        return None
    if len(named) > 1:
        raise bad("One visit is replaced by one.")
    call.needs("Appointment", "u")
    found = references.named(named[0], call, kind="Appointment")
    if found is None or found[0] != "Appointment":
        raise wishes.gone("There is no such visit to be replaced.")
    return altering.visit_of(found[1], call)


def _instead_of(
    visit: Appointment,
    place: Place,
    patient: Patient | None,
    resource: dict[str, Any],
    comment: str,
    call: Call,
) -> Answer:
    if patient is not None and patient.pk != visit.patient_id:
        raise bad("The visit that is replaced is another patient’s.")
    said = ordering.said(place, [resource] if resource else [], comment)
    call.looked([visit.patient_id], "Appointment $book")
    moved = altering.move_to(visit, place, said, why_changed(resource), call)
    note = issue("information", "informational", "The visit keeps its id and has the new time.")
    return Answer(bundle(call, "book", [ordering.shown(moved, call)], note))
