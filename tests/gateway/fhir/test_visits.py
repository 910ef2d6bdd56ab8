"""Searching for visits: ITI-118 of IHE's Scheduling, and what may never be seen."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

import pytest
from pytest_django import DjangoAssertNumQueries

from frontdesk.book.actions import cancels
from frontdesk.book.models import Appointment
from frontdesk.clinic.models import VisitType
from frontdesk.partners.models import OutsideNumber
from frontdesk.people.models import PatientIdentifier
from tests.gateway.fhir.support import BASE, Clock, Machine, machine
from tests.universe import NOW, Universe, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(universe: Universe) -> dict[str, Appointment]:
    """Ben's and Dora's with Dr. Calden, and Chen's with Dr. Demir, on three days."""
    return {
        "ben": universe.book(at(11)),
        "dora": universe.book(at(11, day=NOW.date().replace(day=4)), request=universe.ready(universe.dora)),
        "chen": universe.book(
            at(11, day=NOW.date().replace(day=5)), request=universe.ready(universe.chen),
            wanted=universe.wanted(
                at(11, day=NOW.date().replace(day=5)), provider=universe.dr_yusuf, visit_type=universe.same_day
            ),
        ),
    }  # fmt: skip


def names(answer_ids: list[str], three: dict[str, Appointment]) -> str:
    by_pk = {str(visit.pk): name for name, visit in three.items()}
    return " ".join(by_pk[one] for one in answer_ids)


FOUND = [
    ("patient={ben}", "ben"), ("patient=Patient/{ben}", "ben"), ("patient:Patient={ben}", "ben"),
    ("patient={ben},{dora}", "ben dora"), ("patient=Patient/{ben}&patient=Patient/{dora}", ""),
    ("patient=Practitioner/{ben}", ""), ("patient=https://other.example/fhir/Patient/{ben}", ""),
    ("practitioner={carol}", "ben dora"), ("practitioner=Practitioner/{yusuf}", "chen"),
    ("practitioner.identifier=" + BASE + "/sid/practitioner|{yusuf}", "chen"),
    ("practitioner.identifier=urn:oid:2.16.840.1.113883.4.6|{yusuf}", ""),
    ("location={main}", "ben dora chen"), ("location=Location/room-{exam}", "ben dora chen"),
    ("location={harbor}", ""), ("location=main street", "ben dora chen"), ("location=harbor", ""),
    ("location.name=main", "ben dora chen"), ("location.name=harbor", ""),
    ("location.identifier=main", "ben dora chen"),
    ("actor=Patient/{dora}", "dora"), ("actor=Practitioner/{yusuf}", "chen"), ("actor=Location/{main}", "ben dora chen"),
    ("actor=PractitionerRole/{carol}-{main}", "ben dora"), ("actor=PractitionerRole/{carol}-{harbor}", ""),
    ("actor:Patient={dora}", "dora"),
    ("date=2026-03-03", "ben"), ("date=20260303", "ben"), ("date=gt20260303", "dora chen"),
    ("date=ge2026-03-04&date=lt2026-03-05", "dora"), ("date=le2026-03-04", "ben dora"),
    ("date=ne2026-03-04", "ben chen"),
    ("date=ap2026-03-04T14:00Z", "dora"), ("date=ap2026-03-04T20:00Z", ""), ("date=ap2026-03-05T14:00Z", "chen"),
    ("date=2026-03", "ben dora chen"), ("date=2025", ""), ("date=ge2026-03-04T16:00:00Z", "dora chen"),
    ("date=ge2026-03-04T11:00:00-05:00", "dora chen"), ("date=gt2026-03-04T16:00:00Z", "chen"),
    ("date=2026-03-03,2026-03-05", "ben chen"), ("date=2026-03&status=booked", "ben dora chen"),
    ("date=2026-03&status=cancelled", ""), ("date=2026-03&status=zzz", ""), ("date=2026-03&status:not=booked", ""),
    ("date=2026-03&status:not=cancelled", "ben dora chen"), ("date=2026-03&status=booked,pending", "ben dora chen"),
    ("date=2026-03&specialty=primary", "ben dora chen"), ("date=2026-03&specialty=skin", ""),
    ("date=2026-03&service-type=same-day", "chen"),
    ("date=2026-03&service-type=" + BASE + "/CodeSystem/visit-type|same-day", "chen"),
    ("date=2026-03&service-type=http://snomed.info/sct|same-day", ""), ("date=2026-03&service-type=|same-day", ""),
    ("patient.identifier=" + BASE + "/sid/mrn|{mrn}", "ben"), ("patient:Patient.identifier={mrn}", "ben"),
    ("patient.identifier=urn:oid:1.2.3.4.5|12345", ""),
    ("_id={visit}", "ben"), ("_id={visit},zzz,99", "ben"), ("identifier=" + BASE + "/sid/appointment|{visit}", "ben"),
    ("identifier=urn:oid:1.2|X-1", "dora"), ("identifier=X-1", "dora"), ("identifier=urn:oid:9|X-1", ""),
    ("_lastUpdated=ge2026-03-03", "ben dora chen"), ("_lastUpdated=gt2026-03-03", ""), ("_lastUpdated=lt2026-03-03", ""),
]  # fmt: skip


def test_what_is_found(ehr: Machine, universe: Universe, three: dict[str, Appointment]) -> None:
    OutsideNumber.objects.create(
        client=ehr.registered.client, system="urn:oid:1.2", value="X-1", appointment=three["dora"]
    )
    numbers = {
        "ben": universe.ben.pk, "dora": universe.dora.pk, "carol": universe.dr_carol.pk, "yusuf": universe.dr_yusuf.pk,
        "main": universe.main.pk, "harbor": universe.harbor.pk, "exam": universe.exam_1.pk, "mrn": universe.ben.mrn,
        "visit": three["ben"].pk,
    }  # fmt: skip
    wrong = []
    for query, found in FOUND:
        answer = ehr.get(f"Appointment?{query.format(**numbers)}")
        got = names(answer.ids, three)
        if (answer.status, got, answer.body["total"]) != (200, found, len(found.split())):
            wrong.append((query, got, answer.status))
    assert not wrong


def test_the_search_of_ihe_by_get_and_by_form(
    ehr: Machine, universe: Universe, three: dict[str, Appointment]
) -> None:
    """ITI-118: by a patient's number in the system of whoever asks, from a date on, with a provider."""
    PatientIdentifier.objects.create(patient=universe.ben, system="urn:oid:1.2.3.4.5", value="12345")
    asked = {
        "patient.identifier": "urn:oid:1.2.3.4.5|12345", "date": "gt20260101",
        "practitioner.identifier": f"{BASE}/sid/practitioner|{universe.dr_carol.pk}",
    }  # fmt: skip
    by_form = ehr.form("Appointment", **asked)
    assert names(by_form.ids, three) == "ben"
    assert ehr.get(f"Appointment?{urlencode(asked)}").body["entry"] == by_form.body["entry"]


def test_without_something_to_search_by_there_is_none(ehr: Machine, three: dict[str, Appointment]) -> None:
    for query in ("", "status=booked", "specialty=primary&_count=3"):
        answer = ehr.get(f"Appointment?{query}")
        assert (answer.status, answer.ids, answer.body["total"]) == (200, [], 0)
        assert "Name something to search by" in answer.remarks


def test_what_is_included(ehr: Machine, universe: Universe, three: dict[str, Appointment]) -> None:
    def included(which: str) -> list[str]:
        answer = ehr.get(f"Appointment?practitioner={universe.dr_carol.pk}&_include={which}")
        return sorted(f"{one['resourceType']}/{one['id']}" for one in answer.included)

    people = [f"Patient/{pk}" for pk in (universe.ben.pk, universe.dora.pk)]
    carol = [f"Practitioner/{universe.dr_carol.pk}"]
    here = [f"Location/{universe.main.pk}", f"Location/room-{universe.exam_1.pk}"]
    assert included("Appointment:patient") == sorted(people)
    assert included("Appointment:practitioner") == carol
    assert included("Appointment:location") == sorted(here)
    for everything in (
        "Appointment:actor",
        "Appointment:*",
        "*",
        "Appointment:patient&_include=Appointment:actor",
    ):
        assert included(everything) == sorted([*people, *carol, *here])
    only_visits = machine(universe, ["system/Appointment.rs"])
    answer = only_visits.get("Appointment", date="2026-03-03", _include="Appointment:patient")
    assert answer.included == [] and "system/Patient.r" in answer.remarks
    assert "display" not in answer.matches[0]["participant"][0]["actor"]


def test_pages_stay_right_while_visits_come_and_go(ehr: Machine, universe: Universe) -> None:
    hours = (8, 9, 10, 11, 13, 14)
    day = NOW.date().replace(day=4)
    booked = []
    for number, hour in enumerate(hours):
        someone = universe.newcomer(
            "Rosa", f"Halloran{'abcdefghijkl'[number]}", born=date(1950 + number, 1, 1)
        )
        booked.append(universe.book(at(hour, day=day), request=universe.ready(someone)))
    whole = [str(one.pk) for one in booked]
    first = ehr.get("Appointment", date="2026-03-04", _count=2)
    assert (first.ids, first.body["total"]) == (whole[:2], 6)
    cancels.cancel(
        visit=booked[1], version=1, why="patient-ill", note="", key="k", by=universe.alice, now=NOW
    )
    universe.book(at(8, 30, day=day), request=universe.ready(universe.dora))
    assert first.next is not None
    second = ehr.get(first.next)
    assert (second.ids, second.body["total"]) == (whole[2:4], 7)
    assert second.next is not None
    third = ehr.get(second.next)
    assert (third.ids, third.next) == (whole[4:], None)
    back, path = [], "/fhir/Appointment?date=2026-03-04&_sort=-date&_count=3"
    while path:
        page = ehr.get(path)
        back += page.ids
        path = page.next or ""
    assert len(back) == 7 and back == ehr.get("Appointment", date="2026-03-04").ids[::-1]


def test_own_holds_stand_among_the_visits_in_order(ehr: Machine, universe: Universe, clock: Clock) -> None:
    early, late = universe.hold(at(11)), universe.hold(at(14), request=universe.ready(universe.dora))
    between = universe.book(at(12), request=universe.ready(universe.chen))
    type(early).objects.update(held_by=ehr.registered.user)
    seen, path = [], "/fhir/Appointment?date=2026-03-03&_count=1"
    while path:
        page = ehr.get(path)
        seen += page.ids
        path = page.next or ""
    assert seen == [f"hold-{early.pk}", str(between.pk), f"hold-{late.pk}"]
    assert ehr.get("Appointment?date=2026-03-03&status=pending").body["total"] == 2
    assert ehr.get("Appointment?date=2026-03-03&status:not=pending").ids == [str(between.pk)]
    assert ehr.get(f"Appointment?_id=hold-{late.pk},{between.pk}").ids == [str(between.pk), f"hold-{late.pk}"]
    clock.moment = early.expires_at
    token = machine(universe)
    assert token.get("Appointment?date=2026-03-03&status=pending").ids == []


def test_sensitive_visits_are_not_there_for_those_who_may_not_see_them(
    universe: Universe, three: dict[str, Appointment], clock: Clock
) -> None:
    VisitType.objects.filter(pk=universe.same_day.pk).update(sensitive=True)
    hidden, blind, trusted = three["chen"].pk, machine(universe), machine(universe, sees_sensitive=True)
    for query in ("date=2026-03", f"patient={universe.chen.pk}", f"_id={hidden}", f"practitioner={universe.dr_yusuf.pk}",
                  f"identifier={hidden}", "date=2026-03&service-type=same-day", "_lastUpdated=ge2026"):  # fmt: skip
        assert str(hidden) not in blind.get(f"Appointment?{query}").ids
        assert str(hidden) in trusted.get(f"Appointment?{query}").ids
    assert blind.get(f"Appointment/{hidden}").status == 404
    assert trusted.get(f"Appointment/{hidden}").status == 200
    slots = blind.get(
        f"Slot?schedule={universe.dr_yusuf.pk}-{universe.main.pk}&status=busy&start=2026-03-05"
    ).matches
    assert [one["start"] for one in slots] == ["2026-03-05T16:00:00Z"]


def test_when_it_was_last_changed(ehr: Machine, universe: Universe, three: dict[str, Appointment]) -> None:
    later = at(16)
    cancels.cancel(
        visit=three["dora"], version=1, why="patient-ill", note="", key="k", by=universe.alice, now=later
    )
    assert names(ehr.get("Appointment?_lastUpdated=ge2026-03-03T16:00:00-05:00").ids, three) == "dora"
    assert names(ehr.get("Appointment?_lastUpdated=lt2026-03-03T16:00:00-05:00").ids, three) == "ben chen"
    assert ehr.get(f"Appointment/{three['dora'].pk}").body["meta"]["lastUpdated"] == "2026-03-03T21:00:00Z"


def test_a_page_takes_as_many_queries_whatever_its_length(
    ehr: Machine, universe: Universe, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    day = NOW.date().replace(day=4)
    for number in range(12):
        someone = universe.newcomer(
            "Rosa", f"Halloran{'abcdefghijkl'[number]}", born=date(1950 + number, 1, 1)
        )
        universe.book(at(8 + number // 2, 30 * (number % 2), day=day), request=universe.ready(someone))
    ehr.get("Location")
    with django_assert_max_num_queries(14):
        answer = ehr.get("Appointment?date=2026-03-04&_include=Appointment:actor")
    assert len(answer.ids) == 12 and len(answer.included) == 12 + 3
