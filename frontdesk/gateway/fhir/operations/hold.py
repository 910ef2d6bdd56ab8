"""Appointment/$hold (IHE ITI-116): a proposed time is kept for ten minutes."""

from __future__ import annotations

from frontdesk.gateway.fhir import ordering, references, wishes
from frontdesk.gateway.fhir.door import Answer, Call
from frontdesk.gateway.fhir.given import bad, given
from frontdesk.gateway.fhir.operations.bundle import bundle, in_a_bundle
from frontdesk.gateway.fhir.resources import appointment
from frontdesk.partners.actions import visits


@in_a_bundle("hold")
def hold(call: Call) -> Answer:
    """A Bundle of the held Appointment, pending; or of an OperationOutcome that says why it cannot be held."""
    asked = given(call)
    reference = asked.one("appointment-reference")
    if reference is None:
        raise bad("Name the proposed Appointment: “appointment-reference”.", code="required")
    named = references.named(reference, call, kind="Appointment")
    if named is None or named[0] != "Appointment":
        raise wishes.gone()
    place, patient = wishes.of_proposal(named[1], call)
    described = asked.resource("patient-resource", "Patient")
    comment = ordering.comment_of(asked.one("comment"))
    order = ordering.order(place, patient, described, call, resource={}, comment=comment)
    held = visits.hold(order=order, by=call.user, now=call.now)
    return Answer(bundle(call, "hold", [appointment.hold(held, call)]))
