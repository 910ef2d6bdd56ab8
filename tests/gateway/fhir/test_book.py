"""$book: IHE's ITI-117 in our own words: new, modified, cancelled, and moved in one step."""

from __future__ import annotations

from datetime import date

import pytest

from frontdesk.book.models import Appointment, AppointmentStatus, Hold, HoldEnd
from frontdesk.daybook.models import Entry
from frontdesk.gateway.fhir import reasons
from frontdesk.people.models import Patient, PatientIdentifier
from frontdesk.triage.models import Outcome
from tests.factories.partners import EVERYTHING
from tests.gateway.fhir.machine import Machine, participants, reference, resource, string
from tests.universe import Universe

pytestmark = pytest.mark.django_db

NEWCOMER = {
    "resourceType": "Patient", "name": [{"use": "official", "family": "Marsh", "given": ["Ida", "May"]}],
    "birthDate": "1988-05-17", "gender": "female",
    "telecom": [{"system": "phone", "value": "(212) 555-0177"}, {"system": "email", "value": "ida@mail.example"}],
    "identifier": [{"system": "https://ehr.example/mrn", "value": "E-4711"}],
    "communication": [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "es-US"}]}, "preferred": True}],
}  # fmt: skip


def test_a_proposal_becomes_a_visit(booker: Machine, universe: Universe) -> None:
    offered = booker.offered(universe.ben)
    answer = booker.book(offered["id"])
    assert (answer.status, answer.kind, answer.resource["type"], answer.resource["total"]) == (
        200,
        "Bundle",
        "searchset",
        1,
    )
    assert answer.one["status"] == "booked"
    assert [answer.one[name] for name in ("start", "end")] == [offered[name] for name in ("start", "end")]
    visit = Appointment.objects.get()
    assert (visit.patient, visit.provider, visit.booked_by) == (universe.ben, universe.dr_carol, booker.user)
    assert visit.room == universe.exam_1 and not Hold.objects.exists()


def test_the_booking_is_told_to_the_patient_and_stands_in_the_daybook(
    booker: Machine, universe: Universe
) -> None:
    booker.booked(universe.ben)
    kinds = list(Entry.objects.order_by("pk").values_list("kind", flat=True))[-7:]
    assert kinds == [
        "RequestOpened", "PatientMatched", "WordsHeard", "WordsScreened", "AppointmentBooked", "MessageQueued",
        "RequestClosed",
    ]  # fmt: skip
    (request,) = booker.requests()
    assert (request.outcome, request.lane, request.matched_on) == (
        Outcome.BOOKED, "routine", "its record here, by reference",
    )  # fmt: skip


def test_a_held_time_becomes_a_visit(booker: Machine, universe: Universe) -> None:
    held = booker.hold(booker.offered(universe.ben)["id"]).one
    answer = booker.book(held["id"])
    assert (answer.status, answer.one["status"]) == (200, "booked")
    assert Hold.objects.get().ended_how == HoldEnd.BOOKED
    assert [one.outcome for one in booker.requests()] == [Outcome.BOOKED]
    # Asked again, it is the same visit.
    assert booker.book(held["id"]).one["id"] == answer.one["id"]


def test_a_pending_resource_is_booked_as_well(booker: Machine, universe: Universe) -> None:
    held = booker.hold(booker.offered(universe.ben)["id"]).one
    assert booker.ask("book", resource("appointment-resource", held)).one["status"] == "booked"
    proposed = {**booker.offered(universe.dora), "status": "pending"}
    assert booker.ask("book", resource("appointment-resource", proposed)).one["status"] == "booked"
    assert Appointment.objects.count() == 2


def test_a_resource_may_name_the_time_without_a_proposal(booker: Machine, universe: Universe) -> None:
    offered = booker.offered(universe.ben)
    kept = ("resourceType", "start", "end", "serviceType", "participant", "requestedPeriod")
    named = {name: offered[name] for name in kept}
    answer = booker.ask("book", resource("appointment-resource", {**named, "status": "pending"}))
    assert (answer.status, answer.one["start"]) == (200, offered["start"])


def test_a_new_patient_is_started_with_the_first_booking(booker: Machine) -> None:
    before = Patient.objects.count()
    answer = booker.book(booker.find().found[0]["id"], resource("patient-resource", NEWCOMER))
    assert answer.status == 200
    patient = Appointment.objects.get().patient
    assert Patient.objects.count() == before + 1
    assert (patient.name, patient.birth_date, patient.language) == ("Ida May Marsh", date(1988, 5, 17), "es")
    assert list(patient.identifiers.values_list("system", "value")) == [("https://ehr.example/mrn", "E-4711")]
    assert {point.value for point in patient.contact_points.all()} == {"+12125550177", "ida@mail.example"}
    # The next time, two identifiers find the record: its number there, and the birth date.
    later = booker.find().found[4]["id"]
    described = {**NEWCOMER, "telecom": [], "name": [{"family": "Marsh-Lund", "given": ["I."]}]}
    assert booker.book(later, resource("patient-resource", described)).status == 200
    assert Patient.objects.count() == before + 1


def test_one_identifier_alone_finds_nobody(booker: Machine, universe: Universe) -> None:
    PatientIdentifier.objects.create(patient=universe.ben, system="https://ehr.example/mrn", value="E-4711")
    described = {**NEWCOMER, "name": [], "birthDate": None}
    answer = booker.book(booker.find().found[0]["id"], resource("patient-resource", described))
    assert (answer.status, answer.refusal) == (409, "GATE_IDENTITY")


def test_several_records_that_agree_are_told_apart_at_the_desk(booker: Machine, universe: Universe) -> None:
    for _ in range(2):
        universe.newcomer("Ida", "Marsh", born=date(1988, 5, 17))
    described = {**NEWCOMER, "identifier": [], "name": [{"family": "Marsh", "given": ["Ida"]}]}
    answer = booker.book(booker.find().found[0]["id"], resource("patient-resource", described))
    assert (answer.status, answer.refusal) == (409, "GATE_IDENTITY")
    assert not Appointment.objects.exists()


def test_a_client_that_may_start_no_patient_does_not(universe: Universe, booker: Machine) -> None:
    scopes = [one for one in EVERYTHING if "Patient" not in one] + ["system/Patient.rs"]
    client = Machine(universe, scopes=scopes)
    answer = client.book(client.find().found[0]["id"], resource("patient-resource", NEWCOMER))
    assert (answer.status, answer.refusal) == (409, "GATE_IDENTITY")
    assert not Patient.objects.filter(family="Marsh").exists()


def test_a_time_that_is_gone_starts_no_patient(booker: Machine, universe: Universe) -> None:
    mine = reference("practitioner", f"Practitioner/{universe.dr_carol.pk}")
    taken = booker.find(mine).found[0]["id"]
    booker.booked(universe.ben)
    answer = booker.book(taken, resource("patient-resource", NEWCOMER))
    assert (answer.status, answer.refusal) == (409, "TIME_TAKEN")
    assert not Patient.objects.filter(family="Marsh").exists() and len(booker.requests()) == 1


def test_either_a_reference_or_a_resource(booker: Machine, universe: Universe) -> None:
    offered = booker.offered(universe.ben)
    both = (
        reference("appointment-reference", f"Appointment/{offered['id']}"),
        resource("appointment-resource", offered),
    )
    for values in ((), both):
        answer = booker.ask("book", *values)
        assert (answer.status, answer.kind) == (400, "OperationOutcome")


def test_modify_is_a_resource_that_is_booked(booker: Machine, universe: Universe) -> None:
    visit = booker.booked(universe.ben)
    later = booker.find(patient=universe.ben).found[6]
    answer = booker.ask(
        "book", resource("appointment-resource", {**visit, "start": later["start"], "end": later["end"]})
    )
    assert (answer.status, answer.one["status"], answer.one["id"]) == (200, "booked", visit["id"])
    assert (answer.one["start"], answer.one["meta"]["versionId"]) == (later["start"], "2")


def test_cancel_is_a_resource_that_is_cancelled(booker: Machine, universe: Universe) -> None:
    visit = booker.booked(universe.ben)
    code = {"coding": [{"system": reasons.SYSTEM, "code": "pat-lt"}]}
    cancelled = {**visit, "status": "cancelled", "cancelationReason": code}
    answer = booker.ask(
        "book", resource("appointment-resource", cancelled), string("comment", "No car this week")
    )
    assert (answer.status, answer.one["status"]) == (200, "cancelled")
    row = Appointment.objects.get()
    assert (row.status, row.ended_code, row.ended_note) == (
        AppointmentStatus.CANCELLED,
        "no-transport",
        "No car this week",
    )


def test_a_visit_that_is_not_there_is_not_changed(booker: Machine, universe: Universe) -> None:
    visit = booker.booked(universe.ben)
    for pk in ("999999", "12345678901234567890", "theirs"):
        assert booker.ask("book", resource("appointment-resource", {**visit, "id": pk})).status == 404
    harbor = Machine(universe, sites=[universe.harbor])
    assert (
        harbor.ask("book", resource("appointment-resource", {**visit, "status": "cancelled"})).status == 404
    )
    assert harbor.book(visit["id"]).status == 404
    assert Appointment.objects.get().status == AppointmentStatus.BOOKED


@pytest.mark.parametrize("how", ["ours", "argonaut", "r5"])
def test_a_new_time_takes_the_place_of_the_old_one_in_one_step(
    booker: Machine, universe: Universe, how: str
) -> None:
    visit = booker.booked(universe.ben)
    later = booker.find(patient=universe.ben).found[6]
    if how == "r5":
        url = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Appointment.replaces"
        old = {"url": url, "valueReference": {"reference": f"Appointment/{visit['id']}"}}
        answer = booker.ask(
            "book", resource("appointment-resource", {**later, "status": "pending", "extension": [old]})
        )
    else:
        named = (
            reference("cancelled-appointment-reference", f"Appointment/{visit['id']}") if how == "ours"
            else {"name": "cancelled-appt-id", "valueUri": f"http://testserver/fhir/Appointment/{visit['id']}"}
        )  # fmt: skip
        answer = booker.book(later["id"], named)
    assert (answer.status, answer.one["id"], answer.one["start"]) == (200, visit["id"], later["start"])
    assert "keeps its id" in answer.said
    row = Appointment.objects.get()
    assert (row.moved, row.status) == (1, AppointmentStatus.BOOKED)


def test_where_the_new_time_is_gone_the_old_one_stands(booker: Machine, universe: Universe) -> None:
    visit = booker.booked(universe.ben)
    mine = reference("practitioner", f"Practitioner/{universe.dr_carol.pk}")
    wanted = booker.find(mine, patient=universe.ben).found[4]
    theirs = next(
        one
        for one in booker.find(mine, patient=universe.dora, count=50).found
        if one["start"] == wanted["start"]
    )
    assert booker.book(theirs["id"]).status == 200
    answer = booker.book(
        wanted["id"], reference("cancelled-appointment-reference", f"Appointment/{visit['id']}")
    )
    assert (answer.status, answer.refusal, answer.found) == (409, "TIME_TAKEN", [])
    row = Appointment.objects.get(pk=visit["id"])
    assert (row.moved, row.status) == (0, AppointmentStatus.BOOKED)


def test_another_patients_visit_is_not_replaced(booker: Machine, universe: Universe) -> None:
    visit = booker.booked(universe.ben)
    wanted = booker.offered(universe.dora)
    answer = booker.book(
        wanted["id"], reference("cancelled-appointment-reference", f"Appointment/{visit['id']}")
    )
    assert answer.status == 400
    assert Appointment.objects.count() == 1


def test_without_the_scope_nothing_is_done(universe: Universe, booker: Machine) -> None:
    offered, visit = booker.offered(universe.dora), booker.booked(universe.ben)
    reader = Machine(universe, scopes=["system/Appointment.rs"])
    assert reader.find().status == 200
    for answer in (reader.hold(offered["id"]), reader.book(offered["id"])):
        assert (answer.status, answer.kind, answer.issues[0]["code"]) == (
            403,
            "OperationOutcome",
            "forbidden",
        )
    maker = Machine(universe, scopes=["system/Appointment.crs"])
    changed = maker.ask("book", resource("appointment-resource", {**visit, "status": "cancelled"}))
    assert changed.status == 403


def test_xml_in_and_out(booker: Machine, universe: Universe) -> None:
    pk = booker.offered(universe.ben)["id"]
    body = (
        '<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="appointment-reference"/><valueReference>'
        f'<reference value="Appointment/{pk}"/></valueReference></parameter></Parameters>'
    )
    for name in ("hold", "book"):
        answer = booker.send(
            "POST", f"Appointment/${name}", body, kind="application/fhir+xml", Accept="application/fhir+xml"
        )
        assert answer.status == 200 and "xml" in answer.headers["Content-Type"]
        assert answer.one["status"] == {"hold": "pending", "book": "booked"}[name]
        body = body.replace(pk, answer.one["id"])
    gone = booker.send(
        "POST", "Appointment/$hold", body, kind="application/fhir+xml", Accept="application/fhir+xml"
    )
    assert (gone.status, gone.issues[0]["code"]) == (404, "not-found")


def test_an_actor_who_is_not_known_is_not_found(booker: Machine, universe: Universe) -> None:
    one = booker.offered(universe.ben)
    named = {name: one[name] for name in ("resourceType", "start", "end", "serviceType", "requestedPeriod")}
    refs = (f"Patient/{universe.ben.pk}", "Practitioner/999999", f"Location/{universe.main.pk}")
    wrong = {**named, "status": "pending", "participant": participants(*refs)}
    answer = booker.ask("book", resource("appointment-resource", wrong))
    assert (answer.status, answer.issues[0]["code"]) == (404, "not-found")
