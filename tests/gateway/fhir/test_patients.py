"""Searching for patients: with something to search by, and never the whole list."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from frontdesk.gateway.fhir.kinds import kinds
from frontdesk.people.models import PatientIdentifier
from tests.gateway.fhir.support import BASE, Machine
from tests.universe import Universe

pytestmark = pytest.mark.django_db


FOUND = [
    ("family=luc", "ana"), ("family=LUCERO", "ana"), ("family:exact=Lucero", "ana"), ("family:exact=lucero", ""),
    ("family:contains=cer", "ana"), ("family=ana", ""), ("given=an", "ana"), ("given=benjamin", "ben"),
    ("name=wei", "chen"), ("name=chen", "chen"), ("name=dora nils", "dora"), ("name:contains=ils", "dora"),
    ("name=eil", ""), ("birthdate=1979-03-14", "ana"), ("birthdate=eq1979-03-14", "ana"),
    ("birthdate=1979-03-14,1990-02-28", "ana chen"), ("name=an&birthdate=lt1980", "ana"),
    ("name=an&birthdate=gt1980", ""), ("name=an&birthdate=ap1977", "ana"), ("name=an&birthdate=ap1990", ""),
    ("phone=%2B12125550101", "ana"), ("phone=(212) 555-0101", "ana"),
    ("telecom=212-555-0102", "ben"), ("email=CHEN@mail.example", "chen"), ("telecom=chen@mail.example", "chen"),
    ("phone=chen@mail.example", ""), ("family=nilsson&given=dora", "dora"), ("family=nilsson&given=ana", ""),
    ("family=nilsson,lucero", "ana dora"), ("family=n%C3%ADlss%C3%B3n", "dora"), ("family=nilsson&gender=female", ""),
    ("family=nilsson&gender=unknown", "dora"),
]  # fmt: skip


def test_who_is_found(ehr: Machine, universe: Universe) -> None:
    for query, found in FOUND:
        answer = ehr.get(f"Patient?{query}")
        assert answer.ids == [str(getattr(universe, name).pk) for name in found.split()], query
        assert answer.body["total"] == len(found.split())


def test_by_number(ehr: Machine, universe: Universe) -> None:
    PatientIdentifier.objects.create(patient=universe.ben, system="urn:oid:1.2.3", value="77")
    PatientIdentifier.objects.create(patient=universe.dora, system="old system", value="78")
    mrn = universe.ana.mrn
    assert ehr.get("Patient", identifier=f"{BASE}/sid/mrn|{mrn}").ids == [str(universe.ana.pk)]
    assert ehr.get("Patient", identifier=mrn).ids == [str(universe.ana.pk)]
    assert ehr.get("Patient", identifier="urn:oid:1.2.3|77").ids == [str(universe.ben.pk)]
    assert ehr.get("Patient", identifier=f"{BASE}/sid/old%20system|78").ids == [str(universe.dora.pk)]
    for nobody in ("urn:oid:9.9|77", f"urn:oid:1.2.3|{mrn}", f"|{mrn}", "urn:oid:1.2.3|", "zzz"):
        answer = ehr.get("Patient", identifier=nobody)
        assert (answer.status, answer.ids, answer.body["total"]) == (200, [], 0), nobody


@pytest.mark.parametrize(
    "query",
    [
        "",
        "_count=500",
        "gender=female",
        "name=a",
        "birthdate=gt1900-01-01",
        "birthdate=ap1979-03-14",
        "birthdate=1979",
        "zzz=1",
    ],
)
def test_without_something_to_search_by_nobody_is_shown(query: str, ehr: Machine) -> None:
    answer = ehr.get(f"Patient?{query}")
    assert (answer.status, answer.ids, answer.body["total"]) == (200, [], 0)
    assert "Name something to search by" in answer.remarks


def test_a_search_by_form_is_the_same(ehr: Machine, universe: Universe) -> None:
    assert ehr.form("Patient", family="lucero").ids == [str(universe.ana.pk)]
    assert ehr.form("Patient", _id=f"{universe.ana.pk},{universe.ben.pk}", _count=1).body["total"] == 2


def test_pages_stay_right_while_people_come_and_nothing_is_said_in_the_link(
    ehr: Machine, universe: Universe
) -> None:
    many = [universe.newcomer(f"Given{number}", "Halloran") for number in range(5)]
    first = ehr.form("Patient", family="Halloran", _count="2")
    assert first.body["total"] == 5 and first.next is not None
    assert "alloran" not in first.next
    universe.newcomer("Aaron", "Halloran")
    second = ehr.get(first.next)
    assert second.next is not None
    third = ehr.get(second.next)
    assert [*first.ids, *second.ids, *third.ids][:5] == [str(one.pk) for one in many]
    assert third.next is None
    assert ehr.get("Patient?_page=abc").status == 400
    assert ehr.get(first.next.replace("Patient", "Practitioner")).status == 400


def test_a_page_takes_as_many_queries_whatever_its_length(
    ehr: Machine, universe: Universe, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        universe.newcomer(f"Given{number}", "Halloran", phone=f"212-555-01{number:02}")
    ehr.get("Location")
    with django_assert_max_num_queries(6):
        assert len(ehr.get("Patient", family="Halloran", _count="30").ids) == 30


def test_parameters_that_nobody_knows(ehr: Machine, universe: Universe) -> None:
    answer = ehr.get("Patient", family="lucero", shoe="43", _sort="shoe")
    assert answer.ids == [str(universe.ana.pk)]
    assert "shoe" in answer.remarks
    assert "shoe" not in answer.body["link"][0]["url"] and "family=lucero" in answer.body["link"][0]["url"]
    strict = ehr.get("Patient", family="lucero", shoe="43", headers={"Prefer": "handling=strict"})
    assert (strict.status, strict.code) == (400, "not-supported")
    assert ehr.get("Patient?family:sounds-like=lucero").status == 200  # no parameter is called that
    assert ehr.get("Patient?family:phonetic=lucero").status == 400


def test_only_how_many_and_only_some_elements(ehr: Machine, universe: Universe) -> None:
    for kind in kinds():  # whatever is left out, it is still a resource of its type
        assert ehr.get(f"{kind}?_elements=zzz&_count=2&_id=1,2,3").status == 200
    for kind in ("PractitionerRole", "Schedule", "Slot", "Location", "HealthcareService", "Practitioner"):
        assert ehr.get(f"{kind}?_elements=zzz&_count=2").matches
    for query in ("_summary=count", "_count=0"):
        answer = ehr.get(f"Patient?family=lucero&{query}")
        assert (answer.ids, answer.body["total"]) == ([], 1)
    some = ehr.get("Patient", family="lucero", _elements="birthDate").matches[0]
    assert "birthDate" in some and "telecom" not in some and some["meta"]["tag"][0]["code"] == "SUBSETTED"
