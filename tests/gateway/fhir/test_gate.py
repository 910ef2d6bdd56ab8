"""The gate, the protection grid, audiences and lead times at the machines' door: the book's own, each seen refusing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from frontdesk.accounts.permissions import Role
from frontdesk.book.actions import blocks
from frontdesk.book.models import Appointment, Hold
from frontdesk.clinic.choices import Audience, BlockKind, Moves
from frontdesk.clinic.models import VisitType
from frontdesk.daybook.models import Entry
from frontdesk.triage.actions import handoffs
from frontdesk.triage.models import Direction, Handoff, Protocol, Request
from frontdesk.work.models import Queue, Task
from tests.factories.protocol import CHEST_PAIN, FEVER, SELF_HARM, no_protocol_holds, protocol
from tests.factories.time import slot_class
from tests.gateway.fhir.machine import TOMORROW, Machine, keep_morning, participants, reference, resource
from tests.gateway.fhir.support import Clock
from tests.universe import NOW, Universe, at

pytestmark = pytest.mark.django_db


def nothing_booked() -> bool:
    return not Appointment.objects.exists()


def named(booker: Machine, universe: Universe, start: Any, **more: Any) -> dict[str, Any]:
    """An Appointment for Ben with Dr. Carol at this time, as a client might name it without asking $find."""
    end = start + timedelta(minutes=30)
    refs = (
        f"Patient/{universe.ben.pk}",
        f"Practitioner/{universe.dr_carol.pk}",
        f"Location/{universe.main.pk}",
    )
    return {
        "resourceType": "Appointment", "status": "booked", "start": start.isoformat(), "end": end.isoformat(),
        "serviceType": [{"coding": [{"system": "http://testserver/fhir/CodeSystem/visit-type", "code": "follow-up"}]}],
        "participant": participants(*refs), **more,
    }  # fmt: skip


class TestEmergencyWords:
    def test_they_open_an_emergency_with_script_and_clock_and_book_nothing(
        self, booker: Machine, universe: Universe
    ) -> None:
        answer = booker.book(booker.offered(universe.ben)["id"], comment=CHEST_PAIN)
        assert (answer.status, answer.kind, answer.refusal) == (409, "Bundle", "GATE_EMERGENCY")
        assert "Stay on the line with me. Call 911 now." in answer.issues[0]["diagnostics"]
        assert nothing_booked() and not Hold.objects.exists()
        (request,) = booker.requests()
        assert (request.lane, request.rule_code, request.is_open, request.taken_by) == (
            "emergency",
            "E1",
            True,
            None,
        )
        handoff = Handoff.objects.get(request=request)
        assert (handoff.callback, handoff.due_at) == ("+12125550102", NOW + timedelta(minutes=2))
        assert CHEST_PAIN in handoff.words
        assert Task.objects.open().filter(about_kind="handoff", queue=Queue.NURSE).exists()
        assert Entry.objects.filter(kind="BookingRefused", facts__code="GATE_EMERGENCY").count() == 1

    @pytest.mark.parametrize(
        "where",
        [
            {"comment": CHEST_PAIN}, {"description": CHEST_PAIN}, {"patientInstruction": CHEST_PAIN},
            {"reasonCode": [{"text": CHEST_PAIN}]},
            {"reasonCode": [{"coding": [{"code": "29857009", "display": "Chest pain"}]}]},
            {"text": {"status": "additional", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{CHEST_PAIN}</div>'}},
            {"extension": [{"url": "https://ehr.example/note", "valueString": CHEST_PAIN}]},
            {"reasonReference": [{"display": "Dolor de pecho"}]},
        ],
        ids=lambda one: next(iter(one)),
    )  # fmt: skip
    def test_wherever_they_stand(self, booker: Machine, universe: Universe, where: dict[str, Any]) -> None:
        body = named(booker, universe, at(9, day=TOMORROW), **where)
        answer = booker.send("POST", "Appointment", body)
        assert (answer.status, answer.kind, answer.refusal) == (409, "OperationOutcome", "GATE_EMERGENCY")
        assert nothing_booked()

    def test_also_where_the_time_is_gone(self, booker: Machine, universe: Universe) -> None:
        body = named(booker, universe, at(22, day=TOMORROW), comment=CHEST_PAIN)
        assert booker.send("POST", "Appointment", body).refusal == "GATE_EMERGENCY"
        assert booker.requests()[0].lane == "emergency"

    def test_words_that_come_with_a_held_time(self, booker: Machine, universe: Universe) -> None:
        held = booker.hold(booker.offered(universe.ben)["id"]).one
        answer = booker.book(held["id"], comment=CHEST_PAIN)
        assert (answer.status, answer.refusal) == (409, "GATE_EMERGENCY")
        (request,) = booker.requests()
        assert (request.lane, request.taken_by) == ("emergency", None)
        assert nothing_booked()

    def test_words_that_come_with_a_hold(self, booker: Machine, universe: Universe) -> None:
        pk = booker.offered(universe.ben)["id"]
        answer = booker.ask(
            "hold",
            reference("appointment-reference", f"Appointment/{pk}"),
            {"name": "comment", "valueString": CHEST_PAIN},
        )
        assert (answer.refusal, Hold.objects.count()) == ("GATE_EMERGENCY", 0)

    @pytest.mark.parametrize("status", ["booked", "cancelled"])
    def test_words_that_come_with_a_change(self, booker: Machine, universe: Universe, status: str) -> None:
        visit = booker.booked(universe.ben)
        changed = {**visit, "status": status, "comment": CHEST_PAIN, "start": "2026-03-05T15:00:00Z"}
        answer = booker.send("PUT", f"Appointment/{visit['id']}", changed)
        assert (answer.status, answer.refusal) == (409, "GATE_EMERGENCY")
        row = Appointment.objects.get()
        assert (row.status, row.moved, booker.requests()[-1].lane) == ("booked", 0, "emergency")

    def test_of_somebody_who_is_not_found(self, booker: Machine, universe: Universe) -> None:
        """An emergency does not wait for an identifier."""
        pk = booker.find().found[0]["id"]
        for _ in range(2):
            answer = booker.book(pk, comment=CHEST_PAIN)
            assert (answer.status, answer.refusal) == (409, "GATE_EMERGENCY")
            assert "Call 911 now." in answer.issues[0]["diagnostics"]
        (request,) = booker.requests()
        assert (request.patient, request.lane, Handoff.objects.count()) == (None, "emergency", 1)
        assert booker.book(pk, comment="My knee").refusal == "GATE_IDENTITY"
        assert len(booker.requests()) == 1 and nothing_booked()

    def test_at_the_end_of_a_long_comment(self, booker: Machine, universe: Universe) -> None:
        """Nothing is cut off before it is screened; what is too long to be kept is refused."""
        pk = booker.offered(universe.ben)["id"]
        assert booker.book(pk, comment="a check-up, " * 800 + CHEST_PAIN).status == 400
        assert booker.book(pk, comment="a check-up, " * 300 + CHEST_PAIN).refusal == "GATE_EMERGENCY"

    def test_a_reason_in_code_is_read_by_the_clinics_own_words(
        self, booker: Machine, universe: Universe
    ) -> None:
        coded = [{"coding": [{"system": "http://snomed.info/sct", "code": "29857009"}]}]
        body = named(booker, universe, at(9, day=TOMORROW), reasonCode=coded)
        unread = booker.send("POST", "Appointment", body)
        assert (unread.status, unread.issues[0]["code"]) == (400, "required")
        VisitType.objects.filter(pk=universe.same_day.pk).update(
            code_hints=[["http://snomed.info/sct", "29857009", "Chest pain"]]
        )
        assert booker.send("POST", "Appointment", body).refusal == "GATE_EMERGENCY"

    def test_a_crisis_is_restricted(self, booker: Machine, universe: Universe) -> None:
        booker.book(booker.offered(universe.ben)["id"], comment=SELF_HARM)
        assert booker.requests()[0].restricted

    def test_milder_words_afterwards_change_nothing(self, booker: Machine, universe: Universe) -> None:
        first, second = (one["id"] for one in booker.find(patient=universe.ben).found[:2])
        assert booker.book(first, comment=CHEST_PAIN).status == 409
        for pk in (first, second):
            assert booker.book(pk, comment="It was nothing, just a check-up").refusal == "GATE_EMERGENCY"
        assert len(booker.requests()) == Handoff.objects.count() == 1
        assert booker.requests()[0].utterances.count() == 2

    def test_a_new_patient_is_kept_with_them(self, booker: Machine) -> None:
        from tests.gateway.fhir.test_book import NEWCOMER

        answer = booker.book(
            booker.find().found[0]["id"], resource("patient-resource", NEWCOMER), comment=CHEST_PAIN
        )
        assert answer.refusal == "GATE_EMERGENCY"
        (request,) = booker.requests()
        assert request.patient is not None
        assert (request.patient.family, request.callback) == ("Marsh", "+12125550177")


class TestUrgentWords:
    def test_a_clinician_must_direct_first(self, booker: Machine, universe: Universe) -> None:
        answer = booker.book(booker.offered(universe.ben)["id"], comment=FEVER)
        assert (answer.status, answer.refusal) == (409, "GATE_URGENT")
        assert booker.requests()[0].lane == "urgent" and nothing_booked()

    def test_what_a_clinician_directs_may_be_booked_and_nothing_else(
        self, booker: Machine, universe: Universe
    ) -> None:
        found = booker.find(
            patient=universe.ben, last=at(17, day=TOMORROW + timedelta(days=2)), count=200
        ).found
        tomorrow, later = found[0]["id"], found[-1]["id"]
        assert booker.book(tomorrow, comment=FEVER).refusal == "GATE_URGENT"
        handoff = Handoff.objects.get()
        handoffs.accept(handoff=handoff, by=universe.bob, now=NOW)
        handoffs.direct(
            handoff=handoff, direction=Direction.WITHIN_DAYS, visit_type=universe.follow_up, visit_by=TOMORROW,
            by=universe.bob, now=NOW,
        )  # fmt: skip
        assert booker.book(later).refusal == "GATE_DIRECTION"
        assert booker.book(tomorrow).status == 200
        (request,) = booker.requests()
        assert request.is_open, "its record is completed at the desk"
        assert Task.objects.open().filter(about_kind="request", about_ref=request.pk).exists()


def test_an_open_emergency_of_the_desks_comes_first(booker: Machine, universe: Universe) -> None:
    offered = booker.offered(universe.ben)
    universe.ready(universe.ben, said=CHEST_PAIN)
    for answer in (booker.hold(offered["id"]), booker.book(offered["id"])):
        assert (answer.status, answer.refusal) == (409, "GATE_EMERGENCY")
    assert nothing_booked() and not booker.requests()


def test_nor_is_a_visit_moved_past_it(booker: Machine, universe: Universe) -> None:
    visit = booker.booked(universe.ben)
    universe.ready(universe.ben, said=CHEST_PAIN)
    answer = booker.send(
        "PATCH", f"Appointment/{visit['id']}", {"start": "2026-03-05T15:00:00Z", "end": None}
    )
    assert (answer.status, answer.refusal) == (409, "GATE_EMERGENCY")


def test_without_a_protocol_nothing_is_booked_and_a_nurse_reads_it(
    booker: Machine, universe: Universe
) -> None:
    offered = booker.offered(universe.ben)
    no_protocol_holds()
    answer = booker.book(offered["id"], comment="My knee hurts")
    assert (answer.status, answer.refusal) == (409, "GATE_NO_PROTOCOL")
    assert nothing_booked()
    (request,) = booker.requests()
    assert (request.taken_by, request.is_open) == (None, True)
    assert Task.objects.open().get(about_ref=request.pk).queue == Queue.NURSE


def test_a_patient_without_a_number_to_call_is_not_booked(booker: Machine, universe: Universe) -> None:
    answer = booker.book(booker.offered(universe.chen)["id"])
    assert (answer.status, answer.refusal) == (409, "GATE_CALLBACK")
    assert nothing_booked() and not booker.requests()


def test_a_rule_limits_what_may_be_booked(booker: Machine, universe: Universe) -> None:
    """A rule of a lane that needs no direction: within so many days. What was said stays with people."""
    small = universe.protocol.content
    rule = {
        "code": "O1", "title": "Home from hospital", "lane": "operational", "when": ["discharged"],
        "target": "front_desk_lead", "clock_minutes": 60, "script": "urgent", "limits": {"within_days": 1},
    }  # fmt: skip
    content = {
        **small, "rules": [*small["rules"], rule],
        "concepts": {**small["concepts"], "discharged": {"title": "Discharged", "en": ["discharged"]}},
    }  # fmt: skip
    Protocol.objects.all().update(ended_at=NOW, ended_by=universe.carol)
    protocol(content, approved_by=universe.carol, at=NOW - timedelta(days=1), version=2)
    found = booker.find(patient=universe.ben, last=at(17, day=TOMORROW + timedelta(days=2)), count=200).found
    late = booker.book(found[-1]["id"], comment="He was discharged on Sunday")
    assert (late.status, late.refusal) == (409, "GATE_RULE")
    (request,) = booker.requests()
    assert (request.lane, request.is_open, request.taken_by) == ("operational", True, None)
    assert booker.book(found[0]["id"]).status == 200
    assert len(booker.requests()) == 1


class TestTheGrid:
    def test_time_kept_for_others_is_refused(self, booker: Machine, universe: Universe) -> None:
        body = named(booker, universe, at(9, day=TOMORROW))
        keep_morning(universe, slot_class("urgent", "Same-day urgent", universe.same_day))
        answer = booker.send("POST", "Appointment", body)
        assert (answer.status, answer.refusal) == (409, "KEPT_TIME")
        assert "Same-day urgent" in answer.said
        assert nothing_booked() and not booker.requests()

    def test_new_patients_time_is_not_for_those_who_are_known(
        self, booker: Machine, universe: Universe
    ) -> None:
        kept = slot_class("new", "New patients", universe.follow_up, audience=Audience.ESTABLISHED)
        keep_morning(universe, kept)
        body = named(booker, universe, at(9, day=TOMORROW))
        assert booker.send("POST", "Appointment", body).refusal == "KEPT_TIME"

    def test_time_that_needs_a_direction_is_refused(self, booker: Machine, universe: Universe) -> None:
        kept = slot_class(
            "directed", "Directed", universe.follow_up, by_direction=True, released_by=Role.NURSE
        )
        keep_morning(universe, kept)
        body = named(booker, universe, at(9, day=TOMORROW))
        assert booker.send("POST", "Appointment", body).refusal == "KEPT_TIME"

    def test_the_notice_that_a_type_needs(self, booker: Machine, universe: Universe) -> None:
        VisitType.objects.filter(pk=universe.follow_up.pk).update(lead_least=2 * 24 * 60)
        assert booker.find().found == []
        answer = booker.send("POST", "Appointment", named(booker, universe, at(9, day=TOMORROW)))
        assert (answer.status, answer.refusal) == (409, "LEAD_TIME")

    def test_no_visit_in_the_past_nor_beside_the_grid(self, booker: Machine, universe: Universe) -> None:
        past = booker.send("POST", "Appointment", named(booker, universe, at(9)))
        assert (past.status, past.refusal) == (409, "TIME_PAST")
        odd = booker.send("POST", "Appointment", named(booker, universe, at(9, 3, day=TOMORROW)))
        assert (odd.status, odd.refusal) == (409, "OFF_GRID")
        assert nothing_booked()

    def test_why_somebody_is_away_is_not_told(self, booker: Machine, universe: Universe) -> None:
        body = named(booker, universe, at(9, day=TOMORROW))
        blocks.block(
            resource=universe.dr_carol, kind=BlockKind.SICK, start=at(8, day=TOMORROW), end=at(17, day=TOMORROW),
            by=universe.dan, now=NOW,
        )  # fmt: skip
        assert booker.send("POST", "Appointment", body).said == "This time is not free."

    def test_never_more_than_one_on_one_time(self, booker: Machine, universe: Universe) -> None:
        body = named(booker, universe, at(9, day=TOMORROW))
        assert booker.send("POST", "Appointment", body).status == 201
        dora = {**body, "participant": participants(
            f"Patient/{universe.dora.pk}", f"Practitioner/{universe.dr_carol.pk}", f"Location/{universe.main.pk}"
        )}  # fmt: skip
        assert booker.send("POST", "Appointment", dora).refusal == "TIME_TAKEN"
        yusuf = {**body, "participant": participants(
            f"Patient/{universe.ben.pk}", f"Practitioner/{universe.dr_yusuf.pk}", f"Location/{universe.main.pk}"
        )}  # fmt: skip
        assert booker.send("POST", "Appointment", yusuf).refusal == "PATIENT_BUSY"

    @pytest.mark.parametrize("moves", [Moves.APPROVED, Moves.NEVER])
    def test_a_protected_visit_is_not_moved_for_the_clinics_sake(
        self, booker: Machine, universe: Universe, moves: Moves
    ) -> None:
        visit = booker.booked(universe.ben)
        VisitType.objects.filter(pk=universe.follow_up.pk).update(moves=moves)
        change = {"start": "2026-03-05T15:00:00Z", "end": None}
        answer = booker.send("PATCH", f"Appointment/{visit['id']}", change)
        assert (answer.status, answer.refusal) == (409, "NOT_MOVABLE")
        asked = {**change, "extension": [*visit["extension"], {
            "url": "https://profiles.ihe.net/ITI/Scheduling/StructureDefinition/extension-status-reason",
            "valueCodeableConcept": {"coding": [{"code": "patient-cancel"}]},
        }]}  # fmt: skip
        assert booker.send("PATCH", f"Appointment/{visit['id']}", asked).status == 200

    def test_a_sensitive_visit_is_as_if_it_were_not_there(self, booker: Machine, universe: Universe) -> None:
        visit = booker.booked(universe.ben)
        body = named(booker, universe, at(14, day=TOMORROW))
        VisitType.objects.filter(pk=universe.follow_up.pk).update(sensitive=True)
        for answer in (
            booker.send("PATCH", f"Appointment/{visit['id']}", {"status": "cancelled"}), booker.book(visit["id"]),
            booker.get(f"Appointment/{visit['id']}"),
        ):  # fmt: skip
            assert answer.status == 404
        assert booker.send("POST", "Appointment", body).status == 400
        assert Appointment.objects.get().status == "booked"


def test_what_a_client_says_it_may_is_not_believed(booker: Machine, universe: Universe, clock: Clock) -> None:
    """No word of a resource waives, directs, lowers or overbooks."""
    claims = [
        {"url": "https://ehr.example/override", "valueBoolean": True},
        {"url": "https://ehr.example/lane", "valueString": "routine"},
    ]
    body = named(booker, universe, at(9, day=TOMORROW), priority=9, comment=FEVER, extension=claims)
    one = booker.send("POST", "Appointment", body)
    assert one.refusal == "GATE_URGENT"
    request = Request.objects.get(pk=booker.requests()[0].pk)
    assert request.lane == "urgent" and clock.moment == NOW
