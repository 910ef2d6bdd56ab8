"""Organization, departments and what belongs to them."""

from __future__ import annotations

import pytest

from frontdesk.clinic.actions.organization import add_department, assign_resource, name_organization
from frontdesk.clinic.models import Department, Organization
from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import BadValue, NotAllowed
from tests.universe import NOW, Universe

pytestmark = pytest.mark.django_db


def test_there_is_one_organization(universe: Universe) -> None:
    for name in ("Harbor Health", "Harbor Health Network"):
        name_organization(name=name, by=universe.dan, now=NOW)
    assert [one.name for one in Organization.objects.all()] == ["Harbor Health Network"]
    assert Entry.objects.filter(kind="OrganizationNamed").count() == 2


def test_a_department_is_added_once_to_a_site(universe: Universe) -> None:
    one = add_department(site=universe.main, name="Family Medicine", by=universe.dan, now=NOW)
    assert (one.code, one.site) == ("family-medicine", universe.main)
    for again in ("family medicine", "Family  Medicine", "Family-Medicine"):
        with pytest.raises(BadValue, match="already"):
            add_department(site=universe.main, name=again, by=universe.dan, now=NOW)
    add_department(site=universe.harbor, name="Family Medicine", by=universe.dan, now=NOW)
    assert add_department(site=universe.main, name="眼科", by=universe.dan, now=NOW).code == "d2"


@pytest.mark.parametrize("name", ["", " ", "--", "x" * 81])
def test_a_department_has_a_name(name: str, universe: Universe) -> None:
    with pytest.raises(BadValue):
        add_department(site=universe.main, name=name, by=universe.dan, now=NOW)
    assert not Department.objects.exists()


def test_a_resource_belongs_to_a_department_of_its_own_site(universe: Universe) -> None:
    here = add_department(site=universe.main, name="Family Medicine", by=universe.dan, now=NOW)
    there = add_department(site=universe.harbor, name="Skin", by=universe.dan, now=NOW)
    room = assign_resource(resource=universe.exam_1, department=here, by=universe.dan, now=NOW)
    assert list(here.resources.all()) == [room]
    with pytest.raises(BadValue, match="another site"):
        assign_resource(resource=universe.exam_1, department=there, by=universe.dan, now=NOW)
    assign_resource(resource=universe.exam_1, department=None, by=universe.dan, now=NOW)
    assert not here.resources.exists()
    told = Entry.objects.filter(kind="ResourceAssigned").order_by("pk")
    assert [one.facts["department"] for one in told] == ["Family Medicine", ""]


def test_who_may_not(universe: Universe) -> None:
    for act in (
        lambda: name_organization(name="X", by=universe.alice, now=NOW),
        lambda: add_department(site=universe.main, name="X", by=universe.bob, now=NOW),
        lambda: assign_resource(resource=universe.exam_1, department=None, by=universe.alice, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            act()
