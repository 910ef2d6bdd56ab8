"""Appointment/$find (IHE ITI-115): times that could be booked, as proposed Appointments."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from frontdesk.gateway.fhir import codes, proposals
from frontdesk.gateway.fhir.dates import instant
from frontdesk.gateway.fhir.door import Answer, Call
from frontdesk.gateway.fhir.given import given
from frontdesk.gateway.fhir.operations.asked import Asked, read
from frontdesk.gateway.fhir.operations.bundle import bundle, in_a_bundle
from frontdesk.gateway.fhir.outcome import issue
from frontdesk.gateway.fhir.proposals import Proposal
from frontdesk.partners.queries.offers import Offer, Search, offers, waits_for_a_clinician


@in_a_bundle("find")
def find(call: Call) -> Answer:
    """A Bundle of proposed Appointments; where there is none, of an OperationOutcome that says why."""
    asked = read(given(call), call)
    if asked.patient is not None:
        call.looked([asked.patient.pk], "Appointment $find")
    if asked.nothing:
        return _none(call, asked, asked.nothing)
    if asked.patient is not None and waits_for_a_clinician(asked.patient):
        sentence = "This patient has an open emergency request. It comes first: nothing is offered."
        return _none(call, asked, sentence, "GATE_EMERGENCY")
    found = offers(asked.search, ranked=asked.ranked, now=call.now) if asked.search.count else []
    if not found:
        return _none(call, asked, "Nothing that fits is free between start and end.")
    shown = _Shown(call, asked)
    return Answer(bundle(call, "find", [shown.resource(one) for one in found], *_notes(asked)))


def _none(call: Call, asked: Asked, sentence: str, code: str = "") -> Answer:
    severity = "warning" if code else "information"
    why = issue(severity, "not-found", sentence, detail=code, base=call.base)
    return Answer(bundle(call, "find", [], why, *_notes(asked)))


def _notes(asked: Asked) -> list[dict[str, Any]]:
    return [issue("information", "informational", note) for note in asked.notes]


class _Shown:
    """The parts that all proposals of an answer have in common are made once."""

    def __init__(self, call: Call, asked: Asked) -> None:
        self.call, self.search = call, asked.search
        self.room = asked.search.room or 0
        self.period = _period(asked.search)
        types = asked.search.visit_types
        self.service = {kind.pk: [codes.visit_type(call.base, kind)] for kind in types}
        self.specialty = {kind.pk: [codes.specialty(call.base, kind.specialty)] for kind in types}
        self.modality = {kind.pk: [codes.modality(kind.modality)] for kind in types}
        self.patient = self._patient()

    def resource(self, one: Offer) -> dict[str, Any]:
        """The offer as a proposed Appointment."""
        option, kind = one.option, one.visit_type.pk
        patient = self.search.patient.pk if self.search.patient else 0
        proposal = Proposal(
            kind, option.site.pk, option.provider, option.start, patient, self.room, option.room or 0
        )
        actors = [
            *self.patient,
            {"reference": f"Practitioner/{option.provider}", "display": one.provider},
            {"reference": f"Location/{option.site.pk}", "display": option.site.name},
        ]
        found: dict[str, Any] = {
            "resourceType": "Appointment", "id": proposals.pack(proposal, self.call.client.pk),
            "meta": {"profile": [codes.IHE_APPOINTMENT]}, "extension": self.modality[kind], "status": "proposed",
            "serviceType": self.service[kind], "specialty": self.specialty[kind],
            "start": instant(option.start), "end": instant(option.end),
            "minutesDuration": _minutes(option.start, option.end),
        }  # fmt: skip
        if one.reasons:
            found["comment"] = ". ".join(one.reasons) + "."
        found["participant"] = [
            {"actor": actor, "required": "required", "status": "needs-action"} for actor in actors
        ]
        found["requestedPeriod"] = self.period
        return found

    def _patient(self) -> list[dict[str, str]]:
        patient = self.search.patient
        if patient is None:
            return []
        named = {"display": patient.name} if self.call.may("Patient", "r") else {}
        return [{"reference": f"Patient/{patient.pk}", **named}]


def _period(search: Search) -> list[dict[str, str]]:
    return [{"start": instant(search.first), "end": instant(search.last)}]


def _minutes(start: datetime, end: datetime) -> int:
    return (end - start) // timedelta(minutes=1)
