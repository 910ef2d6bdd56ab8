"""$find: IHE's ITI-115 in our own words, and what it offers can be booked."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

import pytest

from frontdesk.clinic.choices import Audience
from frontdesk.clinic.models import Organization, SlotClass, VisitType
from frontdesk.daybook.models import Look
from tests.factories.books import random_book
from tests.factories.protocol import CHEST_PAIN
from tests.factories.time import slot_class
from tests.gateway.fhir.machine import TOMORROW, Machine, keep_morning, reference, resource, string
from tests.gateway.fhir.support import Clock
from tests.universe import LAST_OPEN, Universe, at

pytestmark = pytest.mark.django_db


def starts(found: list[dict[str, Any]]) -> list[str]:
    return [one["start"] for one in found]


def who(one: dict[str, Any]) -> str:
    """The id of the practitioner."""
    refs = [part["actor"]["reference"] for part in one["participant"]]
    return next(str(ref).partition("/")[2] for ref in refs if ref.startswith("Practitioner/"))


def test_it_answers_proposed_appointments_that_a_person_can_read(booker: Machine, universe: Universe) -> None:
    answer = booker.find(patient=universe.ben, count=3)
    assert (answer.status, answer.resource["type"], answer.resource["total"]) == (200, "searchset", 3)
    one = answer.found[0]
    assert one["status"] == "proposed"
    assert (one["start"], one["end"], one["minutesDuration"]) == (
        "2026-03-04T13:00:00Z", "2026-03-04T13:30:00Z", 30,
    )  # fmt: skip
    assert one["serviceType"][0]["text"] == "Follow-up"
    assert one["comment"] == "Tomorrow."
    assert [part["actor"]["display"] for part in one["participant"]] == [
        "Benjamin Okafor", "Dr. Carol Calden", "Main Street",
    ]  # fmt: skip
    assert one["requestedPeriod"] == [{"start": "2026-03-04T13:00:00Z", "end": "2026-03-04T22:00:00Z"}]
    assert all(len(found["id"]) <= 64 for found in answer.found)


def test_every_offer_lies_between_start_and_end(booker: Machine) -> None:
    first, last = at(9, 10, day=TOMORROW), at(11, day=TOMORROW)
    found = booker.find(first=first, last=last, count=100).found
    assert found
    for one in found:
        assert first <= datetime.fromisoformat(one["start"]) and datetime.fromisoformat(one["end"]) <= last


def test_whole_days_are_those_of_the_site(booker: Machine) -> None:
    day = {"start": TOMORROW.isoformat(), "end": TOMORROW.isoformat()}
    asked = [{"name": name, "valueDateTime": value} for name, value in day.items()]
    found = booker.ask(
        "find", *asked, string("visit-type", "follow-up"), {"name": "_count", "valueInteger": 500}
    )
    assert starts(found.found)[0] == "2026-03-04T13:00:00Z"
    assert starts(found.found)[-1] == "2026-03-04T21:30:00Z"


def test_the_count_is_kept_to_and_total_says_how_many(booker: Machine) -> None:
    for count in (1, 4):
        answer = booker.find(count=count)
        assert (len(answer.found), answer.resource["total"]) == (count, count)
    none = booker.find(count=0)
    assert (none.status, none.found, none.resource["total"]) == (200, [], 0)
    assert len(booker.find(count=999_999_999, last=at(17, day=LAST_OPEN)).found) < 1001


def test_several_practitioners_are_any_of_them_in_order_of_preference(
    booker: Machine, universe: Universe
) -> None:
    carol, yusuf = universe.dr_carol.pk, universe.dr_yusuf.pk
    named = [reference("practitioner", f"Practitioner/{pk}") for pk in (yusuf, carol)]
    found = booker.find(*named, count=80).found
    assert {who(one) for one in found} == {str(carol), str(yusuf)}
    assert who(found[0]) == str(yusuf)
    # Who is preferred comes first on the day, even where the other could begin sooner.
    book_his_morning(booker, universe)
    assert [who(one) for one in booker.find(*named, count=1).found] == [str(yusuf)]


def book_his_morning(booker: Machine, universe: Universe) -> None:
    first = booker.find(
        reference("practitioner", f"Practitioner/{universe.dr_yusuf.pk}"), patient=universe.dora
    )
    assert booker.book(first.found[0]["id"]).status == 200


def test_different_kinds_of_participants_are_all_together(booker: Machine, universe: Universe) -> None:
    both = [
        reference("practitioner", f"Practitioner/{universe.dr_carol.pk}"),
        reference("location-reference", f"Location/{universe.main.pk}"),
    ]
    found = booker.find(*both).found
    assert {who(one) for one in found} == {str(universe.dr_carol.pk)}
    skin = booker.find(*both, kind="skin-check")
    assert (skin.found, skin.resource["total"]) == ([], 0)


def test_a_practitioner_may_be_named_by_identifier_or_by_our_whole_address(
    booker: Machine, universe: Universe
) -> None:
    pk = universe.dr_yusuf.pk
    ours = {"system": "http://testserver/fhir/sid/practitioner", "value": str(pk)}
    logical = {"name": "practitioner", "valueReference": {"identifier": ours, "display": "Dr. Demir"}}
    whole = reference("practitioner", f"http://testserver/fhir/Practitioner/{pk}")
    for one in (logical, whole):
        assert {who(found) for found in booker.find(one).found} == {str(pk)}


@pytest.mark.parametrize(
    "asked",
    [
        reference("practitioner", "Practitioner/999999"),
        {"name": "practitioner", "valueReference": {"identifier": {"system": "urn:oid:1.2.3", "value": "PR1"}}},
        reference("practitioner", "https://elsewhere.example/fhir/Practitioner/1"),
        reference("location-reference", "Location/424242"),
        string("location-string", "Boston"),
        reference("organization", "Organization/somebody-else"),
        reference("patient-reference", "Patient/999999"),
        {"name": "patient-reference", "valueReference": {"identifier": {"system": "urn:oid:9", "value": "X"}}},
        string("specialty", "http://snomed.info/sct|394582007"),
        string("visit-type", "http://snomed.info/sct|185389009"),
    ],
    ids=lambda one: one["name"],
)  # fmt: skip
def test_what_is_not_known_here_finds_nothing_and_says_so(booker: Machine, asked: dict[str, Any]) -> None:
    answer = booker.find(asked, kind="" if asked["name"] == "visit-type" else "follow-up")
    assert (answer.status, answer.found, answer.resource["total"]) == (200, [], 0)
    assert answer.issues[0]["severity"] == "information"
    assert answer.said


def test_another_clinics_site_is_as_if_it_were_not_there(booker: Machine, universe: Universe) -> None:
    answer = booker.find(reference("location-reference", f"Location/{universe.harbor.pk}"))
    assert answer.found == []
    assert booker.find(reference("practitioner", "Practitioner/999999")).said == answer.said.replace(
        "location-reference", "practitioner"
    )


def test_a_place_may_be_named_by_part_of_its_address(booker: Machine) -> None:
    assert booker.find(string("location-string", "Main Street Street, new york")).found
    assert booker.find(string("location-string", "Nowhere"), string("location-string", "new york")).found


def test_the_organization_is_the_clinic_itself(booker: Machine) -> None:
    Organization.objects.create(pk=1, name="Northside Clinics")
    assert booker.find(reference("organization", "Organization/1")).found
    named = {"identifier": {"value": "Northside clinics"}}
    assert booker.find({"name": "organization", "valueReference": named}).found


def test_a_room_may_be_named(booker: Machine, universe: Universe) -> None:
    room = reference("location-reference", f"Location/room-{universe.exam_2.pk}")
    one = booker.offered(universe.ben, count=1)
    two = booker.find(room, patient=universe.ben, count=1).found[0]
    assert booker.book(two["id"]).one["participant"][-1]["actor"]["display"] == "Exam 2"
    assert one["id"] != two["id"]


def test_specialty_and_visit_type_are_tokens(booker: Machine) -> None:
    ours = "http://testserver/fhir/CodeSystem"
    assert booker.find(
        string("specialty", f"{ours}/specialty|primary"), kind=f"{ours}/visit-type|follow-up"
    ).found
    assert booker.find(string("specialty", "skin"), kind="follow-up").found == []


def test_a_code_that_the_clinic_keeps_beside_a_visit_type_names_it(
    booker: Machine, universe: Universe
) -> None:
    hint = [["http://snomed.info/sct", "185389009", "Follow-up visit"]]
    VisitType.objects.filter(pk=universe.follow_up.pk).update(code_hints=hint)
    found = booker.find(kind="http://snomed.info/sct|185389009", count=2).found
    assert {one["serviceType"][0]["text"] for one in found} == {"Follow-up"}
    by_reason = booker.find(string("reason", "http://snomed.info/sct|185389009"), kind="", count=2).found
    assert {one["serviceType"][0]["text"] for one in by_reason} == {"Follow-up"}


def test_without_a_visit_type_each_offer_says_what_it_is(booker: Machine, universe: Universe) -> None:
    """IHE's own example names a start, an end and a practitioner, and nothing else."""
    found = booker.find(
        reference("practitioner", f"Practitioner/{universe.dr_carol.pk}"), kind="", count=30
    ).found
    kinds = {one["serviceType"][0]["text"] for one in found}
    assert {"Follow-up", "Phone visit"} <= kinds and "Skin check" not in kinds
    assert starts(found) == sorted(starts(found))


def test_several_visit_types_are_any_of_them_in_order(booker: Machine) -> None:
    found = booker.find(string("visit-type", "phone-call"), kind="follow-up", count=2).found
    assert {one["serviceType"][0]["text"] for one in found} == {"Phone visit"}


def test_timing_narrows_days_and_hours(booker: Machine) -> None:
    timing = {"repeat": {"dayOfWeek": ["thu", "fri"], "timeOfDay": ["14:00:00"]}}
    found = booker.find(
        {"name": "timing", "valueTiming": timing}, last=at(17, day=LAST_OPEN), count=200
    ).found
    local = [datetime.fromisoformat(one).astimezone(at(8).tzinfo) for one in starts(found)]
    assert {one.strftime("%a %H") for one in local} == {"Thu 14", "Fri 14"}
    morning = {"name": "timing", "valueTiming": {"repeat": {"when": ["MORN"]}}}
    assert starts(booker.find(morning, count=500).found)[-1] < "2026-03-04T17:00:00Z"


def test_what_it_does_not_look_at_is_said(booker: Machine) -> None:
    answer = booker.find(
        reference("insurance-reference", "InsurancePlan/1"),
        {"name": "referral-identifier", "valueIdentifier": {"value": "R-1"}},
        string("reason", "http://snomed.info/sct|22253000"),
        string("favourite-colour", "blue"),
    )
    assert answer.found
    for word in ("insurance-reference", "referral-identifier", "favourite-colour"):
        assert word in answer.said
    strict = booker.find(string("favourite-colour", "blue"), Prefer="handling=strict")
    assert (strict.status, strict.kind) == (400, "OperationOutcome")


def test_a_patient_resource_is_looked_for_and_never_started(booker: Machine, universe: Universe) -> None:
    ben = universe.ben
    described = {
        "resourceType": "Patient", "name": [{"family": "Okafor", "given": ["Benjamin"]}],
        "birthDate": str(ben.birth_date), "gender": "unknown", "identifier": [{"system": "urn:x", "value": "1"}],
    }  # fmt: skip
    found = booker.find(resource("patient-resource", described)).found
    assert f"Patient/{ben.pk}" in str(found[0]["participant"])
    nobody = {**described, "birthDate": "1999-01-01"}
    answer = booker.find(resource("patient-resource", nobody))
    assert answer.found and "No single record" in answer.said
    assert "Patient/" not in str(answer.found[0]["participant"])


def test_group_visits_are_refused(booker: Machine, universe: Universe) -> None:
    two = [reference("patient-reference", f"Patient/{one.pk}") for one in (universe.ben, universe.dora)]
    answer = booker.find(*two)
    assert (answer.status, answer.kind) == (400, "OperationOutcome")


@pytest.mark.parametrize(
    ("start", "end"),
    [("yesterday", "2026-03-05"), ("2026-13-01", "2026-03-05"), ("2026-03-05T10:00:00Z", "2026-03-04T10:00:00Z"),
     ("ge2026-03-03", "2026-03-05"), ("", "")],
)  # fmt: skip
def test_times_that_cannot_be_are_refused(booker: Machine, start: str, end: str) -> None:
    asked = [{"name": "start", "valueDateTime": start}, {"name": "end", "valueDateTime": end}]
    answer = booker.ask("find", *asked, string("visit-type", "follow-up"))
    if start:
        assert (answer.status, answer.kind) == (400, "OperationOutcome")
    else:  # IHE's text lets both be absent
        assert answer.status == 200


def test_absurd_times_find_nothing(booker: Machine) -> None:
    for start, end in (("0001-01-01", "0001-01-02"), ("9998-01-01", "9999-12-30")):
        asked = [{"name": "start", "valueDateTime": start}, {"name": "end", "valueDateTime": end}]
        answer = booker.ask("find", *asked, string("visit-type", "follow-up"))
        assert answer.status in (200, 400) and answer.found == []


def test_get_does_as_well(booker: Machine, universe: Universe) -> None:
    query = f"start=2026-03-04&end=2026-03-04&visit-type=follow-up&practitioner=Practitioner/{universe.dr_carol.pk}&_count=2"
    answer = booker.get(f"Appointment/$find?{query}")
    assert [who(one) for one in answer.found] == [str(universe.dr_carol.pk)] * 2


def test_xml_in_and_out(booker: Machine) -> None:
    body = (
        '<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="start"/>'
        '<valueDateTime value="2026-03-04"/></parameter><parameter><name value="end"/><valueDateTime value="2026-03-04"/>'
        '</parameter><parameter><name value="visit-type"/><valueString value="follow-up"/></parameter>'
        '<parameter><name value="_count"/><valueInteger value="2"/></parameter></Parameters>'
    )
    answer = booker.send(
        "POST", "Appointment/$find", body, kind="application/fhir+xml", Accept="application/fhir+xml"
    )
    assert "xml" in answer.headers["Content-Type"]
    assert len(answer.found) == 2


def test_a_held_time_is_not_offered_until_its_hold_has_run_out(
    booker: Machine, universe: Universe, clock: Clock
) -> None:
    mine = [reference("practitioner", f"Practitioner/{universe.dr_carol.pk}")]
    first = booker.find(*mine, patient=universe.ben, count=1).found[0]
    assert booker.hold(first["id"]).status == 200
    other = booker.find(*mine, patient=universe.dora, count=200)
    assert first["start"] not in starts(other.found)
    clock.later(minutes=11)
    booker.renew(clock.moment)
    assert first["start"] in starts(booker.find(*mine, patient=universe.dora, count=200).found)


def test_a_search_for_a_patient_is_in_the_access_log(booker: Machine, universe: Universe) -> None:
    booker.find(patient=universe.ben)
    looks = Look.objects.filter(user=booker.user, kind="patient", ref=universe.ben.pk)
    assert [one.where for one in looks] == ["FHIR Appointment $find"]


def test_sensitive_types_are_as_if_they_were_not_there(booker: Machine, universe: Universe) -> None:
    VisitType.objects.filter(pk=universe.follow_up.pk).update(sensitive=True)
    unknown = booker.find(kind="no-such-type")
    assert booker.find().resource == unknown.resource
    assert "Follow-up" not in str(booker.find(kind="", count=100).resource)
    trusted = Machine(universe, sees_sensitive=True)
    assert trusted.find().found


def test_time_that_is_kept_for_others_is_not_offered(booker: Machine, universe: Universe) -> None:
    """Kept time of new patients is offered to those alone; that which needs a direction to nobody."""
    keep_morning(universe, slot_class("new-only", "New patients", universe.follow_up, audience=Audience.NEW))
    mine = reference("practitioner", f"Practitioner/{universe.dr_carol.pk}")
    assert "2026-03-04T13:00:00Z" in starts(booker.find(mine, patient=universe.ben, count=100).found)
    SlotClass.objects.update(by_direction=True)
    assert "2026-03-04T13:00:00Z" not in starts(booker.find(mine, patient=universe.ben, count=100).found)


def test_an_open_emergency_comes_first(booker: Machine, universe: Universe) -> None:
    universe.ready(universe.ben, said=CHEST_PAIN)
    answer = booker.find(patient=universe.ben)
    assert (answer.status, answer.found, answer.refusal) == (200, [], "GATE_EMERGENCY")


@pytest.mark.parametrize("seed", range(1, 13) if os.environ.get("FRONTDESK_FULL_PROOFS") else (2, 8))
def test_what_is_offered_can_be_booked(booker: Machine, universe: Universe, seed: int) -> None:
    """On random books: sessions, blocks, kept time, lengths, machines and interpreters as they come."""
    types = random_book(universe, seed)
    client = Machine(universe, sites=[universe.main, universe.harbor])
    patients = [
        universe.newcomer(
            "Pat", name, phone="212-555-0150", language=language, needs_interpreter=language != "en"
        )
        for name, language in (("Quick", "en"), ("Lento", "es"), ("Other", "en"))
    ]
    tried = 0
    for kind in types:
        for patient in patients:
            found = client.find(patient=patient, kind=kind.code, last=at(17, day=LAST_OPEN), count=4).found
            for one in (found[:1], found[-1:]):
                tried += len(one)
                answer = client.book(one[0]["id"]) if one else None
                taken_by_itself = answer is not None and answer.refusal in ("PATIENT_BUSY", "TIME_TAKEN")
                assert answer is None or answer.status == 200 or (one == found[-1:] and taken_by_itself), (
                    answer.resource
                )
    assert tried
