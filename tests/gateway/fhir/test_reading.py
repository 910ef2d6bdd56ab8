"""One resource of each type, in both formats, for those who may see it."""

from __future__ import annotations

import pytest

from frontdesk.book.actions import cancels
from frontdesk.book.models import Appointment
from frontdesk.clinic.models import VisitType
from frontdesk.daybook.models import Look
from frontdesk.gateway.fhir import xml
from frontdesk.partners.models import OutsideNumber
from frontdesk.people.models import Patient, PatientIdentifier
from tests.gateway.fhir.support import BASE, Machine, machine
from tests.universe import NOW, Universe, at

pytestmark = pytest.mark.django_db


def test_a_patient_in_the_shape_of_us_core(ehr: Machine, universe: Universe) -> None:
    PatientIdentifier.objects.create(patient=universe.ana, system="old system", value="77")
    found = ehr.get(f"Patient/{universe.ana.pk}").body
    assert [(one["system"], one["value"]) for one in found["identifier"]] == [
        (f"{BASE}/sid/mrn", universe.ana.mrn), (f"{BASE}/sid/old%20system", "77"),
    ]  # fmt: skip
    assert found["name"][0]["family"] == "Lucero" and found["birthDate"] == "1979-03-14"
    assert {one["system"]: one["value"] for one in found["telecom"]} == {
        "phone": "+12125550101", "email": "ana@mail.example",
    }  # fmt: skip
    assert found["communication"][0]["language"]["coding"][0]["code"] == "es"
    assert found["extension"][0]["valueBoolean"] is True


def test_a_patient_without_a_name_and_one_who_may_not_be_called(ehr: Machine, universe: Universe) -> None:
    nobody = universe.newcomer("Nobody", "Knows")
    Patient.objects.filter(pk=nobody.pk).update(given="", family="", search_name="")
    universe.ben.contact_points.update(allowed=False)
    assert "data-absent-reason" in str(ehr.get(f"Patient/{nobody.pk}").body["name"])
    assert "telecom" not in ehr.get(f"Patient/{universe.ben.pk}").body


def test_every_read_of_a_patient_is_in_the_access_log(ehr: Machine, universe: Universe) -> None:
    visit = universe.book(at(11))
    ehr.get(f"Patient/{universe.ana.pk}")
    ehr.get(f"Appointment/{visit.pk}")
    ehr.get("Patient", family="chen")
    ehr.get("Appointment", patient=visit.patient_id)
    looks = Look.objects.filter(user=ehr.registered.user).order_by("pk")
    assert [(one.kind, one.ref, one.where) for one in looks] == [
        ("patient", universe.ana.pk, "FHIR Patient read"),
        ("patient", visit.patient_id, "FHIR Appointment read"),
        ("patient", universe.chen.pk, "FHIR Patient search"),
        ("patient", visit.patient_id, "FHIR Appointment search"),
    ]


def test_a_visit_says_what_when_who_and_where(ehr: Machine, universe: Universe) -> None:
    visit = universe.book(at(11))
    OutsideNumber.objects.create(
        client=ehr.registered.client, system="urn:oid:1.2.3", value="A-1", appointment=visit
    )
    other = machine(universe).registered.client
    OutsideNumber.objects.create(client=other, system="urn:oid:1.2.3", value="B-9", appointment=visit)
    found = ehr.get(f"Appointment/{visit.pk}").body
    assert (found["status"], found["start"], found["minutesDuration"]) == (
        "booked",
        "2026-03-03T16:00:00Z",
        30,
    )
    assert [one["value"] for one in found["identifier"]] == [str(visit.pk), "A-1"]
    assert found["serviceType"][0]["coding"][0]["code"] == "follow-up"
    assert found["specialty"][0]["coding"][0] == {
        "system": f"{BASE}/CodeSystem/specialty", "code": "primary", "display": "Primary care",
    }  # fmt: skip
    assert [one["actor"].get("reference") for one in found["participant"]] == [
        f"Patient/{visit.patient_id}", f"Practitioner/{visit.provider_id}", f"Location/{visit.site_id}",
        f"Location/room-{visit.room_id}",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "wire"),
    [("booked", "booked"), ("arrived", "arrived"), ("done", "fulfilled"), ("no_show", "noshow")],
)
def test_each_status(status: str, wire: str, ehr: Machine, universe: Universe) -> None:
    visit = universe.book(at(11))
    Appointment.objects.filter(pk=visit.pk).update(status=status, ended_code="forgot", ended_whose="patient")
    found = ehr.get(f"Appointment/{visit.pk}").body
    assert found["status"] == wire
    assert "cancelationReason" not in found


def test_a_cancelled_visit_says_on_whose_side_it_was_and_no_more(ehr: Machine, universe: Universe) -> None:
    visit = universe.book(at(11))
    cancels.cancel(
        visit=visit, version=1, why="patient-ill", note="Has a rash", key="k", by=universe.alice, now=NOW
    )
    found = ehr.get(f"Appointment/{visit.pk}").body
    assert found["status"] == "cancelled"
    assert found["cancelationReason"]["coding"][0]["code"] == "pat"
    assert "rash" not in str(found) and found["meta"]["versionId"] == "2"


def test_the_version_that_the_client_has_is_not_sent_again(ehr: Machine, universe: Universe) -> None:
    visit = universe.book(at(11))
    first = ehr.get(f"Appointment/{visit.pk}")
    assert first.headers["ETag"] == 'W/"1"'
    assert first.headers["Last-Modified"] == "Tue, 03 Mar 2026 15:00:00 GMT"
    again = ehr.get(f"Appointment/{visit.pk}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.body, again.headers["ETag"]) == (304, {}, 'W/"1"')
    for path in (
        f"Patient/{universe.ana.pk}",
        f"Practitioner/{universe.dr_carol.pk}",
        f"Location/{universe.main.pk}",
    ):
        tag = ehr.get(path).headers["ETag"]
        assert ehr.get(path, headers={"If-None-Match": f'"other", {tag}'}).status == 304
        assert ehr.get(path, headers={"If-None-Match": 'W/"other"'}).status == 200


def paths(cast: Universe, visit: Appointment) -> list[str]:
    carol, main = cast.dr_carol.pk, cast.main.pk
    return [
        f"Patient/{cast.ana.pk}", f"Practitioner/{carol}", f"PractitionerRole/{carol}-{main}", f"Location/{main}",
        f"Location/room-{cast.exam_1.pk}", f"HealthcareService/{cast.follow_up.pk}", f"Schedule/{carol}-{main}",
        f"Slot/{carol}-{main}-{cast.follow_up.pk}-20260303T1800Z", f"Appointment/{visit.pk}",
    ]  # fmt: skip


def test_xml_says_the_same_as_json(ehr: Machine, universe: Universe) -> None:
    for path in [*paths(universe, universe.book(at(11))), "metadata"]:
        one, other = ehr.get(path), ehr.get(path, accept="application/fhir+xml")
        assert (one.status, other.status) == (200, 200), path
        assert one.body == other.body, path
        assert xml.read(xml.write(one.body)) == one.body


@pytest.mark.parametrize(
    ("accept", "query", "kind"),
    [
        ("*/*", "", "json"), ("application/json", "", "json"), ("text/html,application/xml;q=0.9,*/*;q=0.8", "", "json"),
        ("application/xml", "", "xml"), ("application/fhir+xml;q=1.0, application/fhir+json;q=0.9", "", "xml"),
        ("application/fhir+json", "?_format=xml", "xml"), ("text/plain", "?_format=application/fhir+json", "json"),
    ],
)  # fmt: skip
def test_the_format_is_what_was_asked_for(
    accept: str, query: str, kind: str, ehr: Machine, universe: Universe
) -> None:
    found = ehr.get(f"Location/{universe.main.pk}{query}", accept=accept)
    assert found.status == 200
    assert found.headers["Content-Type"] == f"application/fhir+{kind}; charset=utf-8"


def test_other_formats_are_refused_in_words(ehr: Machine, universe: Universe) -> None:
    assert ehr.get(f"Location/{universe.main.pk}", accept="text/csv").status == 406
    assert ehr.get(f"Location/{universe.main.pk}?_format=turtle").status == 406


def test_what_is_not_there_is_not_there(ehr: Machine, universe: Universe) -> None:
    for path in paths(universe, universe.book(at(11))):
        kind = path.partition("/")[0]
        for pk in (
            "987654321",
            "99999999999999999999999",
            "zzz",
            "1-1-1",
            "hold-1",
            "room-0",
            "0",
            "-1",
            "Ä",
            "a" * 65,
        ):
            if path.endswith(f"/{pk}"):
                continue
            found = ehr.get(f"{kind}/{pk}")
            assert (found.status, found.code) == (404, "not-found"), (kind, pk)


def test_an_own_hold_is_pending_and_nobody_elses_is_shown(ehr: Machine, universe: Universe) -> None:
    held = universe.hold(at(11))
    assert ehr.get(f"Appointment/hold-{held.pk}").status == 404
    type(held).objects.update(held_by=ehr.registered.user)
    found = ehr.get(f"Appointment/hold-{held.pk}").body
    assert (found["status"], found["id"]) == ("pending", f"hold-{held.pk}")
    assert ehr.get("Appointment", patient=held.patient_id).ids == [f"hold-{held.pk}"]


def test_a_schedule_names_what_it_is_for(ehr: Machine, universe: Universe) -> None:
    VisitType.objects.filter(pk=universe.same_day.pk).update(sensitive=True)
    found = ehr.get(f"Schedule/{universe.dr_carol.pk}-{universe.main.pk}").body
    assert [one["text"] for one in found["serviceType"]] == ["Follow-up", "Phone visit"]
    assert found["actor"][0]["reference"] == f"Practitioner/{universe.dr_carol.pk}"
