"""Appointment created, updated and patched: JSON Patch, merge body, JSON and XML; what cannot be kept is refused."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from frontdesk.book.engine.why import CHANGES
from frontdesk.book.models import Appointment, AppointmentStatus, Claim, Hold
from frontdesk.gateway.fhir import reasons, xml
from frontdesk.partners.models import OutsideNumber
from tests.gateway.fhir.machine import TOMORROW, Machine, participants, reference
from tests.gateway.fhir.support import Clock
from tests.universe import Universe, at

pytestmark = pytest.mark.django_db
PATCH = "application/json-patch+json"


def wish(universe: Universe, hour: int = 9, **more: Any) -> dict[str, Any]:
    """An Appointment for Ben tomorrow, by start, participants and service."""
    start = at(hour, day=TOMORROW)
    refs = (
        f"Patient/{universe.ben.pk}",
        f"Practitioner/{universe.dr_carol.pk}",
        f"Location/{universe.main.pk}",
    )
    return {
        "resourceType": "Appointment", "status": "booked", "start": start.isoformat(),
        "end": (start + timedelta(minutes=30)).isoformat(),
        "serviceType": [{"coding": [{"system": "http://testserver/fhir/CodeSystem/visit-type", "code": "follow-up"}]}],
        "participant": participants(*refs), **more,
    }  # fmt: skip


def later(visit: dict[str, Any], hour: int = 15) -> dict[str, Any]:
    start = at(hour, day=TOMORROW)
    return {**visit, "start": start.isoformat(), "end": (start + timedelta(minutes=30)).isoformat()}


class TestCreate:
    def test_by_start_participants_and_service(self, booker: Machine, universe: Universe) -> None:
        answer = booker.send("POST", "Appointment", wish(universe))
        assert answer.status == 201
        visit = Appointment.objects.get()
        assert answer.headers["Location"] == f"http://testserver/fhir/Appointment/{visit.pk}"
        assert answer.headers["ETag"] == 'W/"1"'
        assert (answer.one["status"], visit.start, visit.provider) == (
            "booked",
            at(9, day=TOMORROW),
            universe.dr_carol,
        )

    def test_by_slot(self, booker: Machine, universe: Universe) -> None:
        slot = f"{universe.dr_carol.pk}-{universe.main.pk}-{universe.follow_up.pk}-20260304T1430Z"
        body = {
            "resourceType": "Appointment", "status": "proposed", "slot": [{"reference": f"Slot/{slot}"}],
            "participant": participants(f"Patient/{universe.ben.pk}"),
        }  # fmt: skip
        answer = booker.send("POST", "Appointment", body)
        assert (answer.status, answer.one["start"]) == (201, "2026-03-04T14:30:00Z")
        for wrong in ("12-3", f"{universe.dr_carol.pk}-{universe.main.pk}-999-20260304T1500Z"):
            lost = booker.send("POST", "Appointment", {**body, "slot": [{"reference": f"Slot/{wrong}"}]})
            assert (lost.status, lost.issues[0]["code"]) == (404, "not-found")

    def test_by_proposal(self, booker: Machine, universe: Universe) -> None:
        answer = booker.send("POST", "Appointment", booker.offered(universe.ben))
        assert (answer.status, answer.one["status"]) == (201, "booked")

    def test_the_service_may_be_a_participant_and_the_only_site_need_not_be_named(
        self, booker: Machine, universe: Universe
    ) -> None:
        refs = (
            f"Patient/{universe.ben.pk}", f"PractitionerRole/{universe.dr_carol.pk}-{universe.main.pk}",
            f"HealthcareService/{universe.follow_up.pk}",
        )  # fmt: skip
        body = {**wish(universe), "participant": participants(*refs)}
        del body["serviceType"]
        assert booker.send("POST", "Appointment", body).status == 201

    @pytest.mark.parametrize(
        ("change", "status"),
        [
            ({"status": "arrived"}, 409), ({"status": "waitlist"}, 409), ({"status": "cancelled"}, 409),
            ({"status": "zzz"}, 409), ({"start": None}, 400), ({"start": "2026-03-04"}, 400),
            ({"start": "2026-03-04T14:00:00"}, 400), ({"start": "9999-12-31T23:59:59Z"}, 400), ({"start": 7}, 400),
            ({"end": "2026-03-04T23:00:00Z"}, 400), ({"participant": []}, 400), ({"participant": "Patient/1"}, 400),
            ({"serviceType": [{"coding": [{"code": "nothing-like-it"}]}]}, 400), ({"serviceType": []}, 400),
            ({"resourceType": "Patient"}, 400),
        ],
        ids=str,
    )  # fmt: skip
    def test_what_cannot_be_is_refused_in_one_sentence(
        self, booker: Machine, universe: Universe, change: dict[str, Any], status: int
    ) -> None:
        answer = booker.send("POST", "Appointment", {**wish(universe), **change})
        assert (answer.status, answer.kind, len(answer.issues)) == (status, "OperationOutcome", 1)
        assert not Appointment.objects.exists() and not booker.requests()

    def test_the_clinic_says_how_long_it_takes(self, booker: Machine, universe: Universe) -> None:
        body = {**wish(universe), "end": at(9, 45, day=TOMORROW).isoformat()}
        answer = booker.send("POST", "Appointment", body)
        assert answer.status == 400
        assert answer.said == "Follow-up takes 30 minutes here: it would end at 2026-03-04T14:30:00Z."

    def test_two_patients_are_a_group(self, booker: Machine, universe: Universe) -> None:
        body = wish(universe)
        body["participant"] += participants(f"Patient/{universe.dora.pk}")
        assert booker.send("POST", "Appointment", body).status == 400

    def test_xml(self, booker: Machine, universe: Universe) -> None:
        body = xml.write(wish(universe)).decode()
        answer = booker.send(
            "POST", "Appointment", body, kind="application/fhir+xml", Accept="application/fhir+xml"
        )
        assert (answer.status, answer.one["status"]) == (201, "booked")

    def test_without_a_patient_nothing_is_booked(self, booker: Machine, universe: Universe) -> None:
        body = {**wish(universe), "participant": wish(universe)["participant"][1:]}
        answer = booker.send("POST", "Appointment", body)
        assert (answer.status, answer.refusal) == (409, "GATE_IDENTITY")


class TestUpdate:
    def test_another_time_is_a_move(self, booker: Machine, universe: Universe) -> None:
        visit = booker.booked(universe.ben)
        answer = booker.send("PUT", f"Appointment/{visit['id']}", later(visit))
        assert (answer.status, answer.headers["ETag"], answer.one["start"]) == (
            200,
            'W/"2"',
            "2026-03-04T20:00:00Z",
        )
        row = Appointment.objects.get()
        assert (row.moved, row.start) == (1, at(15, day=TOMORROW))
        assert {claim.start for claim in Claim.objects.live().filter(appointment=row)} == {row.start}

    def test_another_practitioner_is_a_move(self, booker: Machine, universe: Universe) -> None:
        visit = booker.booked(universe.ben)
        text = json.dumps(visit).replace(
            f"Practitioner/{universe.dr_carol.pk}", f"Practitioner/{universe.dr_yusuf.pk}"
        )
        assert booker.send("PUT", f"Appointment/{visit['id']}", text).status == 200
        assert Appointment.objects.get().provider == universe.dr_yusuf

    def test_the_same_again_changes_nothing(self, booker: Machine, universe: Universe) -> None:
        visit = booker.booked(universe.ben)
        answer = booker.send("PUT", f"Appointment/{visit['id']}", visit)
        assert (answer.status, answer.one["meta"]["versionId"]) == (200, "1")

    @pytest.mark.parametrize(
        "status",
        ["arrived", "checked-in", "fulfilled", "waitlist", "entered-in-error", "proposed", "pending"],
    )
    def test_a_status_that_the_book_does_not_take_is_refused(
        self, booker: Machine, universe: Universe, status: str
    ) -> None:
        visit = booker.booked(universe.ben)
        answer = booker.send("PUT", f"Appointment/{visit['id']}", {**visit, "status": status})
        assert (answer.status, answer.refusal, len(answer.issues)) == (409, "STATUS_NOT_KEPT", 1)
        assert Appointment.objects.get().status == AppointmentStatus.BOOKED

    def test_who_did_not_come_is_marked_once_the_time_has_come(
        self, booker: Machine, universe: Universe, clock: Clock
    ) -> None:
        visit = booker.booked(universe.ben)
        early = booker.send("PUT", f"Appointment/{visit['id']}", {**visit, "status": "noshow"})
        assert (early.status, early.refusal) == (409, "VISIT_ENDED")
        clock.later(days=1)
        booker.renew(clock.moment)
        answer = booker.send("PUT", f"Appointment/{visit['id']}", {**visit, "status": "noshow"})
        assert (answer.status, answer.one["status"]) == (200, "noshow")
        assert "cancelationReason" not in answer.one

    def test_a_visit_keeps_its_patient(self, booker: Machine, universe: Universe) -> None:
        visit = booker.booked(universe.ben)
        text = json.dumps(visit).replace(f"Patient/{universe.ben.pk}", f"Patient/{universe.dora.pk}")
        answer = booker.send("PUT", f"Appointment/{visit['id']}", text)
        assert (answer.status, answer.refusal) == (409, "OTHER_PATIENT")

    def test_words_are_screened_and_it_is_said_that_they_are_not_kept(
        self, booker: Machine, universe: Universe
    ) -> None:
        visit = booker.booked(universe.ben)
        answer = booker.send(
            "PUT", f"Appointment/{visit['id']}", {**visit, "comment": "Bring the old plates"}
        )
        assert (answer.status, answer.refusal) == (409, "NOT_KEPT")

    def test_the_id_of_the_body_is_that_of_the_address(self, booker: Machine, universe: Universe) -> None:
        visit = booker.booked(universe.ben)
        assert booker.send("PUT", f"Appointment/{visit['id']}", {**visit, "id": "7777"}).status == 400
        assert booker.send("PUT", "Appointment/7777", {**visit, "id": "7777"}).status == 404

    def test_a_hold_is_booked_or_given_back(self, booker: Machine, universe: Universe) -> None:
        held = booker.hold(booker.offered(universe.ben)["id"]).one
        assert (
            booker.send("PUT", f"Appointment/{held['id']}", {**held, "status": "booked"}).one["status"]
            == "booked"
        )
        held = booker.hold(booker.offered(universe.dora)["id"]).one
        answer = booker.send(
            "PATCH", f"Appointment/{held['id']}", {"status": "cancelled"}, kind="application/json"
        )
        assert (answer.status, answer.one["status"]) == (200, "cancelled")
        assert {one.ended_how for one in Hold.objects.all()} == {"booked", "let_go"}
        assert not any(one.is_open for one in booker.requests())

    def test_a_visit_that_has_ended_does_not_begin_again(self, booker: Machine, universe: Universe) -> None:
        visit = booker.booked(universe.ben)
        path = f"Appointment/{visit['id']}"
        assert booker.send("PATCH", path, {"status": "cancelled"}).status == 200
        assert booker.send("PUT", path, visit).refusal == "STATUS_NOT_KEPT"
        assert booker.send("PUT", path, {**later(visit), "status": "cancelled"}).status in (200, 409)
        assert Appointment.objects.get().status == AppointmentStatus.CANCELLED


class TestPatch:
    def test_json_patch(self, booker: Machine, universe: Universe) -> None:
        visit = booker.booked(universe.ben)
        steps = [
            {"op": "test", "path": "/status", "value": "booked"},
            {"op": "replace", "path": "/start", "value": "2026-03-04T20:00:00Z"},
            {"op": "remove", "path": "/end"},
        ]
        answer = booker.send("PATCH", f"Appointment/{visit['id']}", steps, kind=PATCH)
        assert (answer.status, answer.one["start"]) == (200, "2026-03-04T20:00:00Z")
        failing = [{"op": "test", "path": "/start", "value": "x"}]
        again = booker.send("PATCH", f"Appointment/{visit['id']}", failing, kind=PATCH)
        assert (again.status, again.refusal) == (409, "PATCH_TEST")

    @pytest.mark.parametrize(
        "kind", ["application/json", "application/merge-patch+json", "application/fhir+json"]
    )
    def test_merge_body(self, booker: Machine, universe: Universe, kind: str) -> None:
        visit = booker.booked(universe.ben)
        code = {"coding": [{"system": reasons.SYSTEM, "code": "pat-fb"}]}
        part = {"status": "cancelled", "cancelationReason": code}
        answer = booker.send("PATCH", f"Appointment/{visit['id']}", part, kind=kind)
        assert (answer.status, answer.one["status"]) == (200, "cancelled")
        assert Appointment.objects.get().ended_code == "not-needed"

    @pytest.mark.parametrize(
        "steps",
        [
            [{"op": "replace", "path": "/nothing/here", "value": 1}], [{"op": "jump", "path": "/start"}], [{"path": 7}], [7],
            [{"op": "add", "path": "start", "value": "x"}], {"op": "remove", "path": "/start"},
            [{"op": "replace", "path": "", "value": []}], [{"op": "remove", "path": "/resourceType"}],
            [{"op": "copy", "from": "", "path": "/x"}] * 40, [{"op": "remove", "path": "/participant/99"}],
            [{"op": "add", "path": "/participant/-", "value": {"actor": {"reference": "Patient/7"}}}] * 60,
        ],
        ids=lambda one: str(one)[:40],
    )  # fmt: skip
    def test_a_patch_that_cannot_be_is_refused(self, booker: Machine, universe: Universe, steps: Any) -> None:
        visit = booker.booked(universe.ben)
        answer = booker.send("PATCH", f"Appointment/{visit['id']}", steps, kind=PATCH)
        assert (answer.status, answer.kind) == (400, "OperationOutcome")
        assert Appointment.objects.get().version == 1

    def test_fhirs_own_patch_is_not_understood(self, booker: Machine, universe: Universe) -> None:
        visit = booker.booked(universe.ben)
        body = {"resourceType": "Parameters", "parameter": [{"name": "operation"}]}
        assert booker.send("PATCH", f"Appointment/{visit['id']}", body).status == 415

    def test_a_body_that_is_too_deep_is_refused(self, booker: Machine, universe: Universe) -> None:
        visit = booker.booked(universe.ben)
        deep: Any = {}
        for _ in range(400):
            deep = {"extension": [deep]}
        assert booker.send("PATCH", f"Appointment/{visit['id']}", deep).status == 400
        for path in ("Appointment", "Appointment/$book", "Appointment/$find", "Appointment/$hold"):
            assert booker.send("POST", path, deep).status == 400

    def test_no_visit_is_deleted(self, booker: Machine, universe: Universe) -> None:
        visit = booker.booked(universe.ben)
        assert booker.send("DELETE", f"Appointment/{visit['id']}").status == 405


class TestVersions:
    def test_a_stale_version_is_412(self, booker: Machine, universe: Universe) -> None:
        visit = booker.booked(universe.ben)
        path = f"Appointment/{visit['id']}"
        assert booker.send("PUT", path, later(visit), If_Match='W/"1"').status == 200
        stale = booker.send("PATCH", path, {"status": "cancelled"}, If_Match='W/"1"')
        assert (stale.status, stale.kind, stale.refusal) == (412, "OperationOutcome", "STALE")
        assert booker.send("PATCH", path, {"status": "cancelled"}, If_Match='W/"2"').status == 200

    def test_what_is_no_version_is_400(self, booker: Machine, universe: Universe) -> None:
        visit = booker.booked(universe.ben)
        answer = booker.send("PATCH", f"Appointment/{visit['id']}", {"status": "cancelled"}, If_Match="seven")
        assert answer.status == 400

    def test_any_version_will_do(self, booker: Machine, universe: Universe) -> None:
        visit = booker.booked(universe.ben)
        assert (
            booker.send("PATCH", f"Appointment/{visit['id']}", {"status": "cancelled"}, If_Match="*").status
            == 200
        )


class TestReasons:
    def test_every_reason_of_ours_comes_back_as_it_was_or_on_its_side(self) -> None:
        for one in CHANGES:
            row = Appointment(ended_code=one.code, ended_whose=one.whose)
            code = reasons.cancelled_because(row)["coding"][0]["code"]
            back = reasons.why_changed({"cancelationReason": {"coding": [{"code": code}]}})
            side = next(why.whose for why in CHANGES if why.code == back)
            assert side == one.whose or (side, one.whose) == ("other", "organization")
            assert reasons.why_changed({"cancelationReason": {"coding": [{"code": one.code}]}}) in (
                one.code,
                back,
            )

    def test_every_code_that_is_read_means_one_of_ours(self) -> None:
        ours = {one.code for one in CHANGES}
        assert set(reasons._IN.values()) <= ours

    @pytest.mark.parametrize(
        "concept", [None, "pat", {}, {"coding": "x"}, {"coding": [{"code": 7}]}, {"coding": [None]}]
    )
    def test_what_cannot_be_read_is_another_reason(self, concept: Any) -> None:
        assert reasons.why_changed({"cancelationReason": concept}) == "other"


def test_a_number_of_the_client_stands_in_the_visit_and_is_its_own(
    booker: Machine, universe: Universe
) -> None:
    body = wish(universe, identifier=[{"system": "https://ehr.example/visit", "value": "V-1"}])
    made = booker.send("POST", "Appointment", body).one
    assert {"system": "https://ehr.example/visit", "value": "V-1"} in made["identifier"]
    assert OutsideNumber.objects.get().client == booker.client
    other = Machine(universe).get(f"Appointment/{made['id']}").one
    assert "V-1" not in json.dumps(other)


def test_what_is_read_can_be_sent_back_in_either_format(booker: Machine, universe: Universe) -> None:
    visit = booker.booked(universe.ben)
    body = xml.write(later(visit)).decode()
    answer = booker.send("PUT", f"Appointment/{visit['id']}", body, kind="application/fhir+xml")
    assert (answer.status, answer.one["start"]) == (200, "2026-03-04T20:00:00Z")
    assert booker.find(reference("patient-reference", f"Patient/{universe.ben.pk}")).status == 200
