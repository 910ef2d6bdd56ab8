"""$hold: IHE's ITI-116 in our own words."""

from __future__ import annotations

import pytest

from frontdesk.book.models import Hold, HoldEnd
from frontdesk.daybook.facts import System
from frontdesk.triage.actions import partner_requests
from frontdesk.triage.models import Outcome
from tests.gateway.fhir.machine import Machine, reference, resource
from tests.gateway.fhir.support import Clock
from tests.universe import Universe, at

pytestmark = pytest.mark.django_db
SWEEPER = System("hold sweeper")


def test_a_hold_answers_one_pending_appointment(booker: Machine, universe: Universe) -> None:
    answer = booker.hold(booker.offered(universe.ben)["id"])
    assert (answer.status, answer.kind, answer.resource["type"], answer.resource["total"]) == (
        200,
        "Bundle",
        "searchset",
        1,
    )
    assert (answer.one["status"], answer.one["id"]) == ("pending", f"hold-{Hold.objects.get().pk}")
    assert answer.one["comment"] == "Held until 2026-03-03T15:10:00Z."
    hold = Hold.objects.get()
    assert (hold.held_by, hold.patient) == (booker.user, universe.ben)


def test_a_hold_stands_for_a_screened_request(booker: Machine, universe: Universe) -> None:
    booker.hold(booker.offered(universe.ben)["id"])
    (request,) = booker.requests()
    assert request.pk == Hold.objects.get().asked_for
    assert (request.channel, request.lane, request.is_open) == ("partner", "routine", True)
    assert [one.text for one in request.utterances.all()] == ["Follow-up"]
    assert request.screenings.exists()


def test_while_it_is_held_nobody_else_holds_or_books_it(booker: Machine, universe: Universe) -> None:
    mine = reference("practitioner", f"Practitioner/{universe.dr_carol.pk}")
    first, second = (
        booker.find(mine, patient=universe.ben).found[0],
        booker.find(mine, patient=universe.dora).found[0],
    )
    assert first["start"] == second["start"]
    assert booker.hold(first["id"]).status == 200
    for answer in (booker.hold(second["id"]), booker.book(second["id"])):
        assert (answer.status, answer.kind, answer.resource["total"]) == (409, "Bundle", 0)
        (issue,) = answer.issues
        assert (issue["severity"], issue["code"], answer.refusal) == ("fatal", "not-found", "TIME_TAKEN")
    # Not for the desk either.
    with pytest.raises(Exception, match="taken"):
        universe.hold(at(8, day=Hold.objects.get().start.date()), request=universe.ready(universe.dora))


@pytest.mark.parametrize("pk", ["p-1-1-1-1xl1o-2-0-0123456789abcdef", "999999", "nothing", "hold-77"])
def test_what_was_never_offered_is_not_found(booker: Machine, pk: str) -> None:
    answer = booker.hold(pk)
    assert (answer.status, answer.kind) == (404, "Bundle")
    assert [(one["severity"], one["code"]) for one in answer.issues] == [("fatal", "not-found")]
    assert not Hold.objects.exists()


def test_what_was_offered_to_one_client_is_nothing_to_another(booker: Machine, universe: Universe) -> None:
    other = Machine(universe)
    assert other.hold(booker.offered(universe.ben)["id"]).status == 404


def test_nothing_is_held_for_nobody(booker: Machine) -> None:
    answer = booker.hold(booker.find().found[0]["id"])
    assert (answer.status, answer.refusal) == (409, "GATE_IDENTITY")


def test_a_patient_may_be_named_with_the_hold(booker: Machine, universe: Universe) -> None:
    described = {
        "resourceType": "Patient", "name": [{"family": "Okafor", "given": ["Benjamin"]}], "birthDate": "1952-11-30",
        "gender": "male", "identifier": [{"system": "urn:x", "value": "1"}],
    }  # fmt: skip
    answer = booker.hold(booker.find().found[0]["id"], resource("patient-resource", described))
    assert answer.status == 200
    assert Hold.objects.get().patient == universe.ben


def test_a_reference_is_needed(booker: Machine) -> None:
    answer = booker.ask("hold")
    assert (answer.status, answer.kind) == (400, "OperationOutcome")
    elsewhere = booker.ask(
        "hold", reference("appointment-reference", "https://elsewhere.example/fhir/Appointment/1")
    )
    assert elsewhere.status == 404


def test_the_same_hold_asked_twice_is_one(booker: Machine, universe: Universe) -> None:
    pk = booker.offered(universe.ben)["id"]
    assert booker.hold(pk).one["id"] == booker.hold(pk).one["id"]
    assert Hold.objects.count() == len(booker.requests()) == 1


def test_an_expired_hold_closes_its_request(booker: Machine, universe: Universe, clock: Clock) -> None:
    pk = booker.offered(universe.ben)["id"]
    held = booker.hold(pk).one["id"]
    assert partner_requests.close_forgotten(by=SWEEPER, now=clock.moment) == 0
    clock.later(minutes=12)
    booker.renew(clock.moment)
    gone = booker.book(held)
    assert (gone.status, gone.refusal, gone.issues[0]["code"]) == (409, "HOLD_GONE", "not-found")
    assert partner_requests.close_forgotten(by=SWEEPER, now=clock.moment) == 1
    (request,) = booker.requests()
    assert (request.outcome, request.closed_by) == (Outcome.ANSWERED, booker.user)
    # The same time may be held again, with a request of its own.
    assert booker.hold(pk).status == 200
    assert len(booker.requests()) == 2


def test_a_hold_is_given_back_by_cancelling_it(booker: Machine, universe: Universe) -> None:
    held = booker.hold(booker.offered(universe.ben)["id"]).one
    answer = booker.ask("book", resource("appointment-resource", {**held, "status": "cancelled"}))
    assert (answer.status, answer.one["status"]) == (200, "cancelled")
    assert Hold.objects.get().ended_how == HoldEnd.LET_GO
    assert not booker.requests()[0].is_open


def test_a_hold_of_another_client_cannot_be_booked(booker: Machine, universe: Universe) -> None:
    held = booker.hold(booker.offered(universe.ben)["id"]).one
    other = Machine(universe)
    assert other.book(held["id"]).status == 404
    assert other.send("PUT", f"Appointment/{held['id']}", {**held, "status": "cancelled"}).status == 404
