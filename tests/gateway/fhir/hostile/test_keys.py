"""A key or a number that is used twice for different things: nobody is told of a visit that is not what was asked for."""

from __future__ import annotations

import pytest

from frontdesk.book.models import Appointment
from tests.gateway.fhir.machine import Machine, participants
from tests.universe import LAST_OPEN, Universe

pytestmark = pytest.mark.django_db


def test_the_same_key_for_another_patient_is_refused(universe: Universe, booker: Machine) -> None:
    first = booker.book(booker.offered(universe.ben)["id"], Idempotency_Key="one")
    assert first.status == 200
    other = booker.book(booker.offered(universe.dora)["id"], Idempotency_Key="one")
    assert (other.status, other.found) == (409, [])
    assert Appointment.objects.count() == 1


def test_the_same_key_for_another_time_is_refused(universe: Universe, booker: Machine) -> None:
    offered = booker.find(patient=universe.ben).found
    first = booker.book(offered[0]["id"], Idempotency_Key="one")
    assert first.status == 200
    later = booker.book(offered[-1]["id"], Idempotency_Key="one")
    assert (later.status, later.found) == (409, [])


def test_the_same_key_for_another_hold_is_refused(universe: Universe, booker: Machine) -> None:
    assert booker.hold(booker.offered(universe.ben)["id"], Idempotency_Key="one").status == 200
    other = booker.hold(booker.offered(universe.dora)["id"], Idempotency_Key="one")
    assert (other.status, other.found) == (409, [])


def test_keys_of_different_clients_do_not_meet(universe: Universe, booker: Machine) -> None:
    other = Machine(universe)
    mine = booker.book(booker.offered(universe.ben)["id"], Idempotency_Key="one")
    theirs = other.book(other.offered(universe.dora)["id"], Idempotency_Key="one")
    assert mine.one["id"] != theirs.one["id"]
    assert Appointment.objects.count() == 2


def test_a_proposal_of_another_client_is_worth_nothing(universe: Universe, booker: Machine) -> None:
    other = Machine(universe)
    theirs = other.offered(universe.ben)["id"]
    for answer in (booker.book(theirs), booker.hold(theirs)):
        assert (answer.status, answer.found) == (404, [])


def test_a_hold_of_another_client_is_not_there(universe: Universe, booker: Machine) -> None:
    other = Machine(universe)
    held = other.hold(other.offered(universe.ben)["id"]).one["id"]
    assert booker.get(f"Appointment/{held}").status == 404
    assert booker.book(held).status == 404
    assert booker.send("PATCH", f"Appointment/{held}", {"status": "cancelled"}).status in (400, 404)


def test_a_number_of_a_cancelled_visit_is_no_answer_to_a_new_wish(
    universe: Universe, booker: Machine
) -> None:
    """An EHR cancels, and sends the same visit again under its own number: it is booked, or it is refused."""
    body = {
        "resourceType": "Appointment", "status": "booked", "start": f"{LAST_OPEN}T16:00:00Z",
        "end": f"{LAST_OPEN}T16:30:00Z", "serviceType": [{"coding": [{"code": "follow-up"}]}],
        "identifier": [{"system": "urn:ehr", "value": "visit-1"}],
        "participant": participants(
            f"Patient/{universe.dora.pk}", f"Practitioner/{universe.dr_carol.pk}", f"Location/{universe.main.pk}"
        ),
    }  # fmt: skip
    first = booker.send("POST", "Appointment", body)
    assert first.status == 201
    ended = booker.send("PATCH", f"Appointment/{first.one['id']}", {"status": "cancelled"})
    assert ended.status == 200
    again = booker.send("POST", "Appointment", body)
    assert again.status == 409 or again.one["status"] == "booked", again.resource
