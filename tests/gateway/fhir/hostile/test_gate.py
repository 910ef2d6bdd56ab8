"""Words that are put where nobody might look: the gate reads them all the same."""

from __future__ import annotations

from typing import Any

import pytest

from frontdesk.book.models import Appointment
from tests.factories.protocol import CHEST_PAIN
from tests.gateway.fhir.machine import Machine, participants, resource
from tests.universe import LAST_OPEN, Universe

pytestmark = pytest.mark.django_db


def wish(cast: Universe) -> dict[str, Any]:
    """An Appointment that can be booked as it stands."""
    return {
        "resourceType": "Appointment", "status": "proposed",
        "start": f"{LAST_OPEN}T16:00:00Z", "end": f"{LAST_OPEN}T16:30:00Z",
        "serviceType": [{"coding": [{"code": "follow-up"}]}],
        "participant": participants(
            f"Patient/{cast.dora.pk}", f"Practitioner/{cast.dr_carol.pk}", f"Location/{cast.main.pk}"
        ),
    }  # fmt: skip


PLACES: dict[str, Any] = {
    "comment": CHEST_PAIN,
    "description": CHEST_PAIN,
    "patientInstruction": CHEST_PAIN,
    "reasonCode": [{"text": CHEST_PAIN}],
    "reasonCode, coded": [{"coding": [{"system": "urn:x", "code": "1", "display": CHEST_PAIN}]}],
    "reasonReference": [{"display": CHEST_PAIN}],
    "supportingInformation": [{"display": CHEST_PAIN}],
    "text": {"status": "additional", "div": f"<div xmlns='http://www.w3.org/1999/xhtml'>{CHEST_PAIN}</div>"},
    "extension": [{"url": "urn:x", "valueString": CHEST_PAIN}],
    "extension, deep": [{"url": "urn:x", "extension": [{"url": "y", "valueMarkdown": CHEST_PAIN}]}],
    "appointmentType": {"text": CHEST_PAIN},
    "serviceCategory": [{"text": CHEST_PAIN}],
    "specialty": [{"text": CHEST_PAIN}],
    "cancelationReason": {"text": CHEST_PAIN},
    "note": [{"text": CHEST_PAIN}],
    "contained": [{"resourceType": "Condition", "id": "c", "code": {"text": CHEST_PAIN}}],
}


@pytest.mark.parametrize("place", PLACES)
def test_what_is_said_anywhere_is_screened(place: str, universe: Universe, booker: Machine) -> None:
    body = {**wish(universe), place.partition(",")[0]: PLACES[place]}
    answer = booker.ask("book", resource("appointment-resource", body))
    assert (answer.status, answer.refusal) == (409, "GATE_EMERGENCY"), answer.resource
    assert Appointment.objects.count() == 0


def test_a_reason_that_is_a_code_alone_is_not_taken_for_a_routine_visit(
    universe: Universe, booker: Machine
) -> None:
    """29857009 is chest pain: where nobody here can read the code, the client must say it in words."""
    coded = [{"coding": [{"system": "http://snomed.info/sct", "code": "29857009"}]}]
    answer = booker.ask("book", resource("appointment-resource", {**wish(universe), "reasonCode": coded}))
    assert answer.status in (400, 409)
    assert Appointment.objects.count() == 0


def test_the_same_wish_without_the_words_is_booked(universe: Universe, booker: Machine) -> None:
    """Otherwise the tests above would prove nothing."""
    answer = booker.ask("book", resource("appointment-resource", wish(universe)))
    assert answer.status == 200, answer.resource
