"""A request that is sent twice is done once: by key, by number, or because it is the same; and by two at once."""

from __future__ import annotations

from typing import Any

import pytest

from frontdesk.book.models import Appointment, Hold
from frontdesk.people.models import Patient
from frontdesk.triage.models import Handoff, Request
from tests.factories.crowd import Crowd, crowd
from tests.factories.protocol import CHEST_PAIN
from tests.gateway.fhir.machine import Machine, resource
from tests.gateway.fhir.support import Clock
from tests.gateway.fhir.test_book import NEWCOMER
from tests.gateway.fhir.test_write import later, wish
from tests.universe import Universe


@pytest.mark.django_db
class TestOneAfterTheOther:
    def test_the_answer_that_was_lost_is_given_again(self, booker: Machine, universe: Universe) -> None:
        pk = booker.offered(universe.ben)["id"]
        first, again = (booker.book(pk, Idempotency_Key="k-1") for _ in range(2))
        assert (again.status, again.resource) == (200, first.resource)
        assert Appointment.objects.count() == Request.objects.count() == 1

    def test_without_a_key_the_same_time_for_the_same_patient_is_the_same(
        self, booker: Machine, universe: Universe
    ) -> None:
        pk = booker.offered(universe.ben)["id"]
        assert booker.book(pk).resource == booker.book(pk).resource
        assert Appointment.objects.count() == 1

    def test_a_visit_that_was_cancelled_since_may_be_booked_anew(
        self, booker: Machine, universe: Universe
    ) -> None:
        pk = booker.offered(universe.ben)["id"]
        visit = booker.book(pk).one
        booker.send("PATCH", f"Appointment/{visit['id']}", {"status": "cancelled"})
        assert booker.book(pk).one["id"] != visit["id"]

    def test_a_new_patient_is_started_once(self, booker: Machine) -> None:
        pk, before = booker.find().found[0]["id"], Patient.objects.count()
        ids = {booker.book(pk, resource("patient-resource", NEWCOMER)).one["id"] for _ in range(2)}
        assert (len(ids), Patient.objects.count() - before) == (1, 1)

    def test_the_clients_number_names_one_visit(self, booker: Machine, universe: Universe) -> None:
        number = [{"system": "https://ehr.example/visit", "value": "V-1"}]
        made = booker.send("POST", "Appointment", wish(universe, identifier=number))
        again = booker.send("POST", "Appointment", wish(universe, identifier=number))
        assert (made.status, again.status, again.one["id"]) == (201, 200, made.one["id"])
        other_time = booker.send("POST", "Appointment", wish(universe, hour=14, identifier=number))
        assert (other_time.status, other_time.refusal) == (409, "KEY_USED")
        other = Machine(universe)
        assert other.send("POST", "Appointment", wish(universe, hour=14, identifier=number)).status == 201

    def test_a_visit_that_was_moved_since_is_the_same_visit(
        self, booker: Machine, universe: Universe
    ) -> None:
        pk = booker.offered(universe.ben)["id"]
        visit = booker.book(pk, Idempotency_Key="k").one
        booker.send("PUT", f"Appointment/{visit['id']}", later(visit))
        assert booker.book(pk, Idempotency_Key="k").one["id"] == visit["id"]

    def test_if_none_exist(self, booker: Machine, universe: Universe) -> None:
        header = {"If_None_Exist": "identifier=https://ehr.example/visit|V-2"}
        made = booker.send("POST", "Appointment", wish(universe), **header)
        again = booker.send("POST", "Appointment", wish(universe, hour=14), **header)
        assert (made.status, again.status, again.one["id"]) == (201, 200, made.one["id"])
        for wrong in ("status=booked", "identifier=V-2", "identifier=a|b&identifier=c|d"):
            assert booker.send("POST", "Appointment", wish(universe), If_None_Exist=wrong).status == 400

    def test_the_same_key_of_two_clients_are_two_keys(self, booker: Machine, universe: Universe) -> None:
        other = Machine(universe)
        one = booker.book(booker.offered(universe.ben)["id"], Idempotency_Key="k")
        two = other.book(other.offered(universe.dora)["id"], Idempotency_Key="k")
        assert one.one["id"] != two.one["id"]

    def test_a_key_of_a_hold_and_of_a_booking_do_not_meet(self, booker: Machine, universe: Universe) -> None:
        held = booker.hold(booker.offered(universe.ben)["id"], Idempotency_Key="k").one
        assert booker.book(held["id"], Idempotency_Key="k").one["status"] == "booked"
        assert booker.book(booker.offered(universe.dora)["id"], Idempotency_Key="k").status == 200

    def test_a_change_sent_twice_is_done_once(self, booker: Machine, universe: Universe) -> None:
        visit = booker.booked(universe.ben)
        sent = {"If_Match": 'W/"1"', "Idempotency_Key": "m-1"}
        for _ in range(2):
            answer = booker.send("PUT", f"Appointment/{visit['id']}", later(visit), **sent)
            assert (answer.status, answer.headers["ETag"]) == (200, 'W/"2"')
        assert Appointment.objects.get().moved == 1

    def test_an_emergency_sent_twice_is_one(self, booker: Machine, universe: Universe) -> None:
        pk = booker.offered(universe.ben)["id"]
        for _ in range(2):
            assert booker.book(pk, comment=CHEST_PAIN, Idempotency_Key="k").refusal == "GATE_EMERGENCY"
        assert Request.objects.count() == Handoff.objects.count() == 1
        assert booker.requests()[0].utterances.count() == 1

    def test_a_key_that_is_too_long(self, booker: Machine, universe: Universe) -> None:
        assert booker.book(booker.offered(universe.ben)["id"], Idempotency_Key="k" * 300).status == 400


@pytest.mark.django_db(transaction=True)
class TestTwoAtOnce:
    @pytest.fixture
    def both(self, transactional_db: None) -> Any:
        with crowd(4) as made:
            yield made

    @pytest.mark.parametrize("headers", [{"Idempotency_Key": "k-1"}, {}], ids=["with a key", "without"])
    def test_the_same_booking_is_one_visit(
        self, universe: Universe, clock: Clock, both: Crowd, headers: dict[str, str]
    ) -> None:
        client = Machine(universe)
        pk = client.offered(universe.ben)["id"]
        answers = both.run([lambda: Machine.book(client.twin(), pk, **headers)] * 4)
        assert {(one.status, one.one["id"]) for one in answers} == {(200, str(Appointment.objects.get().pk))}  # type: ignore[union-attr]
        assert Request.objects.count() == 1 and clock.moment

    def test_the_same_hold_is_one_hold(self, universe: Universe, clock: Clock, both: Crowd) -> None:
        client = Machine(universe)
        pk = client.offered(universe.ben)["id"]
        answers = both.run([lambda: client.twin().hold(pk)] * 4)
        assert {one.status for one in answers} == {200}  # type: ignore[union-attr]
        assert Hold.objects.count() == Request.objects.count() == 1 and clock.moment

    def test_one_hold_booked_by_all_of_them_is_one_visit(
        self, universe: Universe, clock: Clock, both: Crowd
    ) -> None:
        client = Machine(universe)
        held = client.hold(client.offered(universe.ben)["id"]).one["id"]
        answers = both.run([lambda: client.twin().book(held)] * 4)
        assert {(one.status, one.one["id"]) for one in answers} == {(200, str(Appointment.objects.get().pk))}  # type: ignore[union-attr]
        assert clock.moment

    def test_a_new_patient_with_one_key_is_one_patient(
        self, universe: Universe, clock: Clock, both: Crowd
    ) -> None:
        client, before = Machine(universe), Patient.objects.count()
        pk = client.find().found[0]["id"]
        described = resource("patient-resource", NEWCOMER)
        answers = both.run([lambda: client.twin().book(pk, described, Idempotency_Key="k")] * 4)
        assert {one.status for one in answers} == {200}  # type: ignore[union-attr]
        assert Appointment.objects.count() == Patient.objects.count() - before == 1 and clock.moment

    def test_different_patients_on_one_time_are_one_visit_and_nobody_is_told_otherwise(
        self, universe: Universe, clock: Clock, both: Crowd
    ) -> None:
        client = Machine(universe)
        mine = {
            "name": "practitioner",
            "valueReference": {"reference": f"Practitioner/{universe.dr_carol.pk}"},
        }
        patients = [
            universe.ben,
            universe.dora,
            universe.ana,
            universe.newcomer("Fay", "Moss", phone="212-555-0155"),
        ]
        offers = [client.find(mine, patient=one, count=1).found[0]["id"] for one in patients]
        answers = both.run([lambda pk=pk: client.twin().book(pk) for pk in offers])  # type: ignore[misc]
        told = [one.one["status"] for one in answers if one.found]  # type: ignore[union-attr]
        refused = {one.refusal for one in answers if not one.found}  # type: ignore[union-attr]
        assert (told, refused) == (["booked"], {"TIME_TAKEN"})
        assert Appointment.objects.count() == 1 and clock.moment
