"""Less than the whole of a resource: `_summary` and `_elements`, in searches and in reads."""

from __future__ import annotations

from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from frontdesk.book.models import Appointment
from frontdesk.gateway.fhir.finding import slots
from tests.gateway.fhir.support import Machine
from tests.gateway.fhir.test_reading import paths
from tests.universe import Universe, at

pytestmark = pytest.mark.django_db
WHOLE_DAY = "service-type=follow-up&start=2026-03-04&status=free"


def tags(resource: dict[str, Any]) -> list[str]:
    return [one["code"] for one in resource.get("meta", {}).get("tag", ())]


def summary_of(kind: str) -> set[str]:
    """What R4's definitions mark as summary, and what they require."""
    found = {"resourceType"}
    for name, one in get_fhir_model_class(kind).model_fields.items():
        said: Any = one.json_schema_extra or {}
        if one.is_required() or said.get("element_required") or said.get("summary_element_property"):
            found.add(name)
    return found


def test_a_summary_is_what_r4_marks_so(ehr: Machine, universe: Universe) -> None:
    """And what the profile of the resource requires: IHE's requestedPeriod."""
    for path in paths(universe, universe.book(at(11))):
        whole, short = ehr.get(path).body, ehr.get(f"{path}?_summary=true").body
        kind = whole["resourceType"]
        wanted = summary_of(kind) | ({"requestedPeriod"} if kind == "Appointment" else set())
        assert set(short) - {"meta"} == (set(whole) & wanted) - {"meta"}, path
        assert tags(short) == (["SUBSETTED"] if set(whole) - set(short) else []), path
        assert {name: short[name] for name in short if name != "meta"}.items() <= whole.items()


def test_every_type_as_a_summary_text_and_data(ehr: Machine, universe: Universe) -> None:
    universe.book(at(11))
    for path in (
        "Patient?family=lucero",
        "Appointment?date=2026-03-03",
        "Location?_count=1",
        f"Slot?{WHOLE_DAY}&_count=1",
    ):
        both = "&" if "?" in path else "?"
        whole = ehr.get(path).matches[0]
        text = ehr.get(f"{path}{both}_summary=text").matches[0]
        assert tags(text) == ["SUBSETTED"] and len(text) < len(whole), path
        short = ehr.get(f"{path}{both}_summary=true")
        assert len(text) <= len(short.matches[0]) and "_summary=true" in short.body["link"][0]["url"]
        for value in ("data", "false"):  # there are no narratives: nothing is left out, and nothing says so
            assert ehr.get(f"{path}{both}_summary={value}").matches[0] == whole


def test_what_is_included_is_shortened_by_a_summary_but_not_by_elements(
    ehr: Machine, universe: Universe
) -> None:
    universe.book(at(11))
    query = "Appointment?date=2026-03-03&_include=Appointment:patient"
    (short,) = ehr.get(f"{query}&_summary=true").included
    assert "communication" not in short and tags(short) == ["SUBSETTED"]
    some = ehr.get(f"{query}&_elements=created")
    assert "created" in some.matches[0] and "description" not in some.matches[0]
    assert "communication" in some.included[0] and tags(some.included[0]) == []
    refused = ehr.get(f"{query}&_summary=text")
    assert (refused.status, refused.code) == (400, "not-supported")


def test_elements_of_one_that_is_read(ehr: Machine, universe: Universe) -> None:
    path = f"Patient/{universe.ana.pk}"
    some = ehr.get(f"{path}?_elements=birthDate,telecom")
    assert {"birthDate", "telecom", "name"} <= set(some.body) and "communication" not in some.body
    assert tags(some.body) == ["SUBSETTED"] and some.headers["ETag"] == ehr.get(path).headers["ETag"]
    both = ehr.get(f"{path}?_elements=communication&_summary=true").body  # what is named goes first
    assert "communication" in both and "telecom" not in both
    whole = "birthDate,telecom,communication,extension,gender"
    assert tags(ehr.get(f"{path}?_elements={whole}").body) == []


@pytest.mark.parametrize("value", ["yes", "True", "true,text", "0"])
def test_a_summary_that_r4_does_not_have(value: str, ehr: Machine, universe: Universe) -> None:
    assert ehr.get(f"Patient?family=lucero&_summary={value}").status == 400
    assert ehr.get(f"Patient/{universe.ana.pk}?_summary={value}").status == 400


def test_a_read_is_not_counted(ehr: Machine, universe: Universe) -> None:
    answer = ehr.get(f"Patient/{universe.ana.pk}?_summary=count")
    assert (answer.status, answer.code) == (400, "value")


def test_the_next_page_is_a_summary_too(ehr: Machine, universe: Universe) -> None:
    first = ehr.get(f"Slot?{WHOLE_DAY}&_count=2&_summary=text")
    assert first.next is not None
    assert all(tags(one) == ["SUBSETTED"] for one in ehr.get(first.next).matches)


def test_a_count_counts_everything(ehr: Machine, universe: Universe, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of slots as well, whosoever they are; where there are too many it says so and no number."""
    universe.book(at(11))
    universe.book(at(12), request=universe.ready(universe.dora))
    assert Appointment.objects.count() == 2
    for path in (
        "Appointment?date=2026-03-03",
        f"Slot?{WHOLE_DAY}",
        "Location?status=active",
        "Schedule?active=true",
    ):
        whole = ehr.get(f"{path}&_count=200")
        answer = ehr.get(f"{path}&_summary=count&_count=1")
        assert "entry" not in answer.body and answer.next is None
        assert answer.body["total"] == len(whole.matches) > 0, path
    monkeypatch.setattr(slots, "COUNTED", 5)
    many = ehr.get(f"Slot?{WHOLE_DAY}&_summary=count&_count=1")
    assert "total" not in many.body and many.matches == [] and "not all counted" in many.remarks


def test_what_is_not_carried_is_not_said_to_be_searched(ehr: Machine, universe: Universe) -> None:
    """R4's appointment-type: no visit has an appointmentType, so the statement does not name it."""
    visit = universe.book(at(11))
    (rest,) = ehr.get("metadata").body["rest"]
    (kind,) = [one for one in rest["resource"] if one["type"] == "Appointment"]
    named = {one["name"] for one in kind["searchParam"]}
    carried = "appointmentType" in ehr.get(f"Appointment/{visit.pk}").body
    assert ("appointment-type" in named) is carried is False
    assert {"_summary", "_elements", "_count"} <= named
    assert "appointment-type" in ehr.get(f"Appointment?_id={visit.pk}&appointment-type=ROUTINE").remarks
