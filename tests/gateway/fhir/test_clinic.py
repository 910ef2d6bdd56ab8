"""Providers, places, visit types and schedules."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from frontdesk.clinic.models import VisitType
from tests.factories import clinic
from tests.gateway.fhir.support import BASE, Machine, machine
from tests.universe import Universe

pytestmark = pytest.mark.django_db


def test_providers_of_the_clients_sites(ehr: Machine, universe: Universe) -> None:
    carol, yusuf, lena = universe.dr_carol.pk, universe.dr_yusuf.pk, universe.dr_lena.pk
    # Dr. Fischer's home is Harbor, and she has sessions at Main Street.
    assert set(ehr.get("Practitioner").ids) == {str(carol), str(yusuf), str(lena)}
    assert ehr.get("Practitioner", family="demir").ids == [str(yusuf)]
    assert ehr.get("Practitioner", name="dr. carol").ids == [str(carol)]
    assert ehr.get("Practitioner", identifier=f"{BASE}/sid/practitioner|{lena}").ids == [str(lena)]
    assert ehr.get("Practitioner", identifier=f"http://hl7.org/fhir/sid/us-npi|{lena}").ids == []
    assert ehr.get("Practitioner", active="false").ids == []
    harbor = machine(universe, sites=[universe.harbor])
    assert harbor.get("Practitioner").ids == [str(lena)]
    assert harbor.get(f"Practitioner/{carol}").status == 404


def test_roles_and_schedules_are_pairs_of_provider_and_site(ehr: Machine, universe: Universe) -> None:
    main, harbor = universe.main.pk, universe.harbor.pk
    carol, lena = universe.dr_carol.pk, universe.dr_lena.pk
    for kind in ("PractitionerRole", "Schedule"):
        assert set(ehr.get(kind).ids) >= {f"{carol}-{main}", f"{lena}-{main}"}
        assert f"{lena}-{harbor}" not in ehr.get(kind).ids
        assert ehr.get(f"{kind}/{lena}-{harbor}").status == 404
        assert ehr.get(f"{kind}?specialty=skin").ids == [f"{lena}-{main}"]
        assert ehr.get(f"{kind}?_id={carol}-{main}").ids == [f"{carol}-{main}"]
    assert ehr.get(f"PractitionerRole?practitioner={carol}&location={main}").ids == [f"{carol}-{main}"]
    assert ehr.get(f"PractitionerRole?practitioner=Practitioner/{carol}&location={harbor}").ids == []
    for actor in (
        carol,
        f"Practitioner/{carol}",
        f"{BASE}/Practitioner/{carol}",
        f"PractitionerRole/{carol}-{main}",
    ):
        assert ehr.get(f"Schedule?actor={actor}").ids == [f"{carol}-{main}"]
    assert ehr.get(f"Schedule?actor=Location/{main}&service-type=skin-check").ids == [f"{lena}-{main}"]
    assert ehr.get("Schedule?actor=https://elsewhere.example/fhir/Practitioner/1").ids == []


def test_what_is_included(ehr: Machine, universe: Universe) -> None:
    carol, main = universe.dr_carol.pk, universe.main.pk
    roles = ehr.get(f"PractitionerRole?practitioner={carol}&_include=PractitionerRole:*")
    assert [one["resourceType"] for one in roles.included] == ["Practitioner", "Location"]
    schedules = ehr.get(f"Schedule?actor={carol}&_include=Schedule:actor")
    assert [(one["resourceType"], one["id"]) for one in schedules.included] == [
        ("Practitioner", str(carol)), ("PractitionerRole", f"{carol}-{main}"), ("Location", str(main)),
    ]  # fmt: skip
    odd = ehr.get(f"Schedule?actor={carol}&_include=Schedule:shoe")
    assert odd.included == [] and "Schedule:shoe" in odd.remarks


def test_sites_and_their_rooms(ehr: Machine, universe: Universe) -> None:
    main, exam = universe.main, universe.exam_1
    site = ehr.get(f"Location/{main.pk}").body
    assert site["physicalType"]["coding"][0]["code"] == "si" and site["name"] == "Main Street"
    assert ehr.get("Location", partof=main.pk).ids == [f"room-{exam.pk}", f"room-{universe.exam_2.pk}"]
    assert ehr.get("Location", identifier="main").ids == [str(main.pk)]
    assert ehr.get("Location", name="exam").ids == [f"room-{exam.pk}", f"room-{universe.exam_2.pk}"]
    assert ehr.get("Location", name="harbor").ids == []
    assert ehr.get(f"Location/{universe.harbor.pk}").status == 404
    assert ehr.get(f"Location/room-{universe.harbor_room.pk}").status == 404
    first = ehr.get("Location", _count=1)
    assert first.next is not None and len(ehr.get(first.next).ids) == 1


def test_visit_types(ehr: Machine, universe: Universe) -> None:
    assert ehr.get("HealthcareService", identifier="follow-up").ids == [str(universe.follow_up.pk)]
    assert ehr.get("HealthcareService", specialty="skin").ids == [str(universe.skin_check.pk)]
    VisitType.objects.filter(pk=universe.skin_check.pk).update(sensitive=True)
    assert ehr.get("HealthcareService", specialty="skin").ids == []
    assert ehr.get(f"HealthcareService/{universe.skin_check.pk}").status == 404
    trusted = machine(universe, sees_sensitive=True)
    assert trusted.get(f"HealthcareService/{universe.skin_check.pk}").status == 200


@pytest.mark.parametrize("kind", ["Practitioner", "PractitionerRole", "Schedule", "HealthcareService"])
def test_a_page_takes_as_many_queries_whatever_its_length(
    kind: str, ehr: Machine, universe: Universe, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        clinic.provider(f"Dr. Extra {number}", at=universe.main, in_=universe.dr_carol.specialty)
        clinic.visit_type(f"extra-{number}", f"Extra {number}", in_=universe.dr_carol.specialty, minutes=20)
    ehr.get("Location")
    with django_assert_max_num_queries(6):
        assert len(ehr.get(f"{kind}?_count=200").ids) >= 12


def test_pages_of_pairs(ehr: Machine, universe: Universe) -> None:
    whole, path, seen = ehr.get("Schedule").ids, "/fhir/Schedule?_count=1", []
    while path:
        page = ehr.get(path)
        assert page.body["total"] == len(whole)
        seen += page.ids
        path = page.next or ""
    assert seen == whole
