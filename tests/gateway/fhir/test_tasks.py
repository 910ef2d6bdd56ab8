"""Task: work that waits, and handoffs to clinicians; how each stands, and how they are searched."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from frontdesk.daybook.models import Look
from frontdesk.triage.actions import handoffs, lanes
from frontdesk.triage.models import Request
from frontdesk.work.actions import handing, merging
from frontdesk.work.actions.tasks import claim, finish
from frontdesk.work.models import Queue, Task
from tests.factories.protocol import CHEST_PAIN, FEVER
from tests.gateway.fhir import worked as work
from tests.gateway.fhir.support import BASE, Clock, Machine, machine
from tests.gateway.fhir.worked import Worked
from tests.universe import LAST_OPEN, NOW, Universe
from tests.work.kit import task as task_of

pytestmark = pytest.mark.django_db
XML = "application/fhir+xml"


@pytest.fixture
def there(universe: Universe) -> Worked:
    return work.worked(universe)


def codes_of(found: dict[str, Any]) -> list[str]:
    return [one["code"] for one in found["code"]["coding"]]


def test_work_about_a_visit(ehr: Machine, universe: Universe, there: Worked) -> None:
    row, found = there.tell, ehr.get(f"Task/{there.tell.pk}").body
    assert (found["status"], found["intent"], found["priority"]) == ("requested", "order", "routine")
    assert found["code"]["coding"] == [
        {"system": f"{BASE}/CodeSystem/task", "code": "work", "display": "Work in a queue"},
        {"system": f"{BASE}/CodeSystem/queue", "code": "contact", "display": "Tell the patient"},
    ]
    assert (found["code"]["text"], found["description"]) == ("Tell the patient", "A visit")
    assert found["businessStatus"] == {"text": "Nobody has it yet"}
    assert found["for"] == {"reference": f"Patient/{universe.dora.pk}", "display": "Dora Nilsson"}
    assert found["focus"] == {"reference": f"Appointment/{row.about_ref}"}
    assert found["location"]["reference"] == f"Location/{universe.main.pk}"
    assert found["authoredOn"] == found["lastModified"] == "2026-03-03T15:00:00Z"
    assert found["restriction"]["period"] == {"end": row.due_at.strftime("%Y-%m-%dT%H:%M:%SZ")}
    assert "owner" not in found and "output" not in found


def test_how_work_stands(ehr: Machine, universe: Universe, there: Worked) -> None:
    def stands() -> tuple[str, str, str]:
        found = ehr.get(f"Task/{there.tell.pk}").body
        return found["status"], found["businessStatus"]["text"], found.get("owner", {}).get("display", "")

    task, alice, bob = there.tell, universe.alice, universe.bob
    handing.assign(task=task, to=bob, by=alice, now=NOW)
    assert stands() == ("received", "Given to somebody", bob.name)
    claim(task=task, by=alice, now=NOW, take_over=True)
    assert stands() == ("in-progress", "Taken", alice.name)
    Task.objects.filter(pk=task.pk).update(escalated_at=NOW)
    assert stands()[1] == "Taken; escalated"
    finish(task=task, outcome="CANARY outcome", by=alice, now=NOW + timedelta(hours=1))
    assert stands() == ("completed", "Done", alice.name)
    done = ehr.get(f"Task/{task.pk}").body
    assert done["executionPeriod"] == {"end": "2026-03-03T16:00:00Z"}
    assert done["meta"]["lastUpdated"] == done["lastModified"] == "2026-03-03T16:00:00Z"


def test_merged_work_is_cancelled(ehr: Machine, universe: Universe, there: Worked) -> None:
    twin = task_of(universe, patient=universe.dora, ref=there.tell.about_ref)
    merging.merge(task=twin, into=there.tell, by=universe.alice, now=NOW)
    found = ehr.get(f"Task/{twin.pk}").body
    assert (found["status"], found["businessStatus"]["text"]) == ("cancelled", "Merged into another task")


def test_a_handoff_that_is_offered(ehr: Machine, universe: Universe, there: Worked) -> None:
    found = ehr.get(f"Task/handoff-{there.handoff.pk}").body
    assert (found["status"], found["priority"], codes_of(found)) == (
        "requested",
        "urgent",
        ["handoff", "nurse"],
    )
    assert found["businessStatus"]["text"] == "Offered"
    assert found["description"] == "Accept, and direct what may be booked"
    assert found["for"]["reference"] == f"Patient/{universe.dora.pk}"
    assert found["restriction"]["period"]["end"] == "2026-03-03T15:15:00Z"
    assert "owner" not in found and "executionPeriod" not in found
    own = ehr.get(f"Task/{there.offered.pk}").body
    assert own["focus"] == {"reference": f"Task/handoff-{there.handoff.pk}"}
    assert (own["priority"], codes_of(own)) == ("urgent", ["work", "nurse"])


def test_a_handoff_that_is_accepted_and_directed(ehr: Machine, universe: Universe, there: Worked) -> None:
    path, kind = f"Task/handoff-{there.handoff.pk}", universe.follow_up
    work.accepted(universe, there.handoff)
    found = ehr.get(path).body
    assert (found["status"], found["businessStatus"]["text"]) == ("accepted", "Accepted")
    carol = {"reference": f"Practitioner/{universe.dr_carol.pk}", "display": "Dr. Carol Calden"}
    assert found["owner"] == carol
    assert found["executionPeriod"] == {"start": "2026-03-03T15:02:00Z"}
    handoffs.direct(
        handoff=there.handoff, direction="within_days", visit_type=kind, visit_by=LAST_OPEN, note="CANARY note",
        by=universe.carol, now=NOW + timedelta(minutes=3),
    )  # fmt: skip
    found = ehr.get(path).body
    assert found["status"] == "completed"
    assert found["businessStatus"]["text"] == "Directed: Book a visit within some days"
    assert [one["type"]["coding"][0]["code"] for one in found["output"]] == [
        "direction",
        "visit-type",
        "visit-by",
    ]
    direction, visit_type, by = found["output"]
    assert direction["valueCodeableConcept"]["coding"][0]["code"] == "within_days"
    assert visit_type["valueReference"]["reference"] == f"HealthcareService/{kind.pk}"
    assert by["valueDate"] == "2026-03-13"
    handoffs.note_outcome(
        handoff=there.handoff, outcome="CANARY outcome", by=universe.bob, now=NOW + timedelta(hours=1)
    )
    found = ehr.get(path).body
    assert found["businessStatus"]["text"].endswith("; outcome noted")
    assert found["lastModified"] == "2026-03-03T16:00:00Z"
    assert "CANARY" not in str(found)


def test_a_handoff_that_nobody_waits_for_any_more(ehr: Machine, universe: Universe, there: Worked) -> None:
    lanes.lower_lane(
        request=there.handoff.request, to="routine", reason="No fever today", by=universe.bob, now=NOW + timedelta(minutes=5)
    )  # fmt: skip
    found = ehr.get(f"Task/handoff-{there.handoff.pk}").body
    assert (found["status"], found["businessStatus"]["text"]) == ("cancelled", "No longer needed")
    assert (found["priority"], found["lastModified"]) == ("routine", "2026-03-03T15:05:00Z")


def test_a_handoff_that_somebody_outside_accepted(ehr: Machine, universe: Universe) -> None:
    request = universe.ready(universe.ben, said=CHEST_PAIN)
    handoff = handoffs.accept(handoff=request.handoffs.get(), by=universe.carol, now=NOW, other="CANARY 911")
    found = ehr.get(f"Task/handoff-{handoff.pk}").body
    assert (found["status"], found["priority"]) == ("accepted", "stat")
    assert found["owner"] == {"display": "Somebody outside the clinic"}
    assert ehr.get(f"Task?_id=handoff-{handoff.pk}&owner={universe.dr_carol.pk}").ids == []


def test_no_word_that_anybody_said_or_typed_is_told(ehr: Machine, universe: Universe, there: Worked) -> None:
    """Not what the patient said, nor the rule that it met, nor a note: a client has no right to the reason."""
    Task.objects.filter(pk=there.tell.pk).update(title="CANARY title", next_step="CANARY step", note="CANARY")
    work.directed(universe, there.handoff, universe.follow_up)
    for accept in ("application/fhir+json", XML):
        found = ehr.get("Task?status=requested,completed,received,accepted", accept=accept)
        assert len(found.ids) == 3
        for word in ("CANARY", "ever", "555-0142"):
            assert word not in str(found.body)


FOUND = [
    ("status=requested", "offered handoff tell"), ("status=completed", ""), ("status=zzz", ""),
    ("status:not=completed", "offered handoff tell"), ("status=requested,completed&code=handoff", "handoff"),
    ("status=requested&code=work", "offered tell"), ("status=requested&code=nurse", "offered handoff"),
    ("status=requested&code=" + BASE + "/CodeSystem/queue|contact", "tell"),
    ("status=requested&code=http://loinc.org|contact", ""), ("status=requested&code=dropped", ""),
    ("status=requested&priority=urgent", "offered handoff"), ("status=requested&priority=routine", "tell"),
    ("status=requested&priority=stat", ""),
    ("patient={dora}", "offered handoff tell"),
    ("patient:Patient={dora}", "offered handoff tell"), ("subject=Patient/{dora}", "offered handoff tell"),
    ("patient={ben}", ""), ("patient=Practitioner/{dora}", ""), ("patient.identifier={mrn}", "offered handoff tell"),
    ("patient.identifier=urn:x|{mrn}", ""), ("focus=Appointment/{told}", "tell"),
    ("focus=Task/handoff-{handed}", "offered"), ("focus:Task=handoff-{handed}", "offered"),
    ("focus=Task/{handed}", ""), ("focus=Appointment/handoff-{handed}", ""), ("focus=Patient/{told}", ""),
    ("owner={carol}", ""), ("authored-on=2026-03-03", "offered handoff tell"),
    ("authored-on=ge2026-03-03T15:00:00Z", "offered handoff tell"), ("authored-on=lt2026-03-03", ""),
    ("_id=handoff-{handed}", "handoff"), ("_id={tell},handoff-{handed}", "handoff tell"), ("_id=handoff-", ""),
    ("_lastUpdated=ge2026-03-03", "offered handoff tell"), ("_lastUpdated=gt2026-03-03", ""),
    ("_lastUpdated=lt2026-03-03T15:00:00Z", ""), ("_lastUpdated=le2026-03-03T15:00:00Z", "offered handoff tell"),
    ("_lastUpdated=2026-03-03T15:00:00Z", "offered handoff tell"), ("_lastUpdated=2026-03-03T15:00:01Z", ""),
    ("_lastUpdated=ne2026-03-03T15:00:00Z", ""),
    ("_lastUpdated=eb2026-03-03", ""),
    ("_lastUpdated=sa2026-03-02", "offered handoff tell"),
    ("modified=lt2026-03-04&patient={dora}", "offered handoff tell"),
]  # fmt: skip


def test_what_is_found(ehr: Machine, universe: Universe, there: Worked) -> None:
    numbers = {
        "dora": universe.dora.pk, "ben": universe.ben.pk, "mrn": universe.dora.mrn, "told": there.tell.about_ref,
        "handed": there.handoff.pk, "tell": there.tell.pk, "carol": universe.dr_carol.pk,
    }  # fmt: skip
    names = {
        str(there.offered.pk): "offered", f"handoff-{there.handoff.pk}": "handoff", str(there.tell.pk): "tell"
    }  # fmt: skip
    wrong = []
    for query, found in FOUND:
        answer = ehr.get(f"Task?{query.format(**numbers)}")
        got = {names[one] for one in answer.ids}
        if (answer.status, got, answer.body["total"]) != (200, set(found.split()), len(found.split())):
            wrong.append((query, got, answer.status))
    assert not wrong


def test_what_a_provider_has(ehr: Machine, universe: Universe, there: Worked) -> None:
    work.accepted(universe, there.handoff)
    answer = ehr.get(
        f"Task?owner=Practitioner/{universe.dr_carol.pk}&_include=Task:owner&_include=Task:patient"
    )
    assert set(answer.ids) == {str(there.offered.pk), f"handoff-{there.handoff.pk}"}
    assert [(one["resourceType"], one["id"]) for one in answer.included] == [
        ("Patient", str(universe.dora.pk)), ("Practitioner", str(universe.dr_carol.pk)),
    ]  # fmt: skip
    assert ehr.get(f"Task?owner={universe.dr_yusuf.pk}").ids == []


def test_what_changed_since(ehr: Machine, universe: Universe, there: Worked) -> None:
    """What a program asks that comes by again and again: also a handoff that ends with its request."""
    since = "_lastUpdated=ge2026-03-03T15:00:30Z"
    assert ehr.get(f"Task?{since}").ids == []
    claim(task=there.tell, by=universe.alice, now=NOW + timedelta(minutes=1))
    assert ehr.get(f"Task?{since}").ids == [str(there.tell.pk)]
    Request.objects.filter(pk=there.handoff.request_id).update(
        closed_at=NOW + timedelta(minutes=2), closed_by=universe.bob
    )
    found = {one["id"]: one["status"] for one in ehr.get(f"Task?{since}").matches}
    assert found == {str(there.tell.pk): "in-progress", f"handoff-{there.handoff.pk}": "cancelled"}


def test_without_something_to_search_by_there_is_none(ehr: Machine, there: Worked) -> None:
    for query in ("", "code=handoff", "priority=routine&_count=3"):
        answer = ehr.get(f"Task?{query}")
        assert (answer.status, answer.ids, answer.body["total"]) == (200, [], 0)
        assert "Name something to search by" in answer.remarks


def test_pages_of_both_stay_right(ehr: Machine, universe: Universe, there: Worked) -> None:
    for minute in range(1, 4):
        request = universe.ready(
            universe.newcomer("Rosa", "Halloran", born=date(1950 + minute, 1, 1)), said=FEVER
        )
        moment = NOW + timedelta(minutes=minute)
        request.handoffs.update(offered_at=moment)
        Task.objects.filter(about_kind="handoff", about_ref__in=request.handoffs.values("pk")).update(
            opened_at=moment
        )
    whole = ehr.get("Task?status=requested").ids
    assert len(whole) == 9 and whole[0] in there.tasks
    for sort, wanted in (("authored-on", whole), ("-authored-on", whole[::-1])):
        seen, path = [], f"/fhir/Task?status=requested&_count=2&_sort={sort}"
        while path:
            page = ehr.get(path)
            assert page.body["total"] == 9
            seen += page.ids
            path = (page.next or "") if len(seen) < 20 else ""
        assert seen == wanted, sort


def test_a_page_that_comes_after_a_change_neither_skips_nor_repeats(
    ehr: Machine, universe: Universe, there: Worked
) -> None:
    first = ehr.get("Task?status:not=completed&_count=1&_sort=authored-on")
    whole = ehr.get("Task?status:not=completed").ids
    finish(task=Task.objects.get(pk=int(first.ids[0])), outcome="x", by=universe.dan, now=NOW)
    assert first.next is not None
    assert [*first.ids, *ehr.get(first.next).ids] == whole[:2]


def test_each_patient_shown_is_in_the_access_log(ehr: Machine, universe: Universe, there: Worked) -> None:
    def looks() -> list[tuple[int, str]]:
        return list(Look.objects.filter(user=ehr.registered.user).order_by("pk").values_list("ref", "where"))

    ehr.get("Task?status=completed")
    assert looks() == []
    ehr.get("Task?status=requested")
    assert looks() == [(universe.dora.pk, "FHIR Task search")]
    ehr.get(f"Task/handoff-{there.handoff.pk}", accept=XML)
    assert looks()[1:] == [(universe.dora.pk, "FHIR Task read")]


def test_whose_request_it_is_now(ehr: Machine, universe: Universe, there: Worked) -> None:
    """The task was opened for Dora; the request turned out to be Chen's."""
    Request.objects.filter(pk=there.handoff.request_id).update(patient=universe.chen)
    for pk in (there.offered.pk, f"handoff-{there.handoff.pk}"):
        assert ehr.get(f"Task/{pk}").body["for"]["reference"] == f"Patient/{universe.chen.pk}"
    assert ehr.get(f"Task?patient={universe.dora.pk}").ids == [str(there.tell.pk)]
    assert set(ehr.get(f"Task?patient={universe.chen.pk}").ids) == there.tasks - {str(there.tell.pk)}
    Request.objects.filter(pk=there.handoff.request_id).update(patient=None)
    assert "for" not in ehr.get(f"Task/{there.offered.pk}").body


def test_work_about_somebody_who_came_late(ehr: Machine, universe: Universe, clock: Clock) -> None:
    visit = universe.book(NOW + timedelta(minutes=30))
    type(visit).objects.filter(pk=visit.pk).update(
        start=NOW - timedelta(minutes=20), end=NOW + timedelta(minutes=10)
    )
    visit.refresh_from_db()
    task = work.came_late(universe, visit)
    found = ehr.get(f"Task/{task.pk}").body
    assert found["focus"] == {"reference": f"Appointment/{visit.pk}"}
    assert found["description"] == "A patient who came late"
    assert ehr.get(f"Task?focus=Appointment/{visit.pk}").ids == [str(task.pk)]


def test_work_of_a_category_is_found_by_it(ehr: Machine, universe: Universe, there: Worked) -> None:
    Task.objects.filter(pk=there.offered.pk).update(category="dropped", queue=Queue.CALLBACK)
    found = ehr.get("Task?status=requested&code=dropped").matches
    assert [one["id"] for one in found] == [str(there.offered.pk)]
    assert codes_of(found[0]) == ["work", "callback", "dropped"]
    assert found[0]["description"] == "A handoff to a clinician. A call that was cut off"


def test_less_than_the_whole(ehr: Machine, there: Worked) -> None:
    some = ehr.get("Task?status=requested&_elements=code").matches[0]
    assert set(some) == {"resourceType", "id", "meta", "status", "intent", "code"}
    assert ehr.get("Task?status=requested&_summary=count").body["total"] == 3
    assert "restriction" not in ehr.get("Task?status=requested&_summary=true").matches[0]


def test_a_page_takes_as_many_queries_whatever_its_length(
    ehr: Machine, universe: Universe, there: Worked, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(4):
        universe.ready(universe.newcomer("Rosa", "Halloran", born=date(1950 + number, 1, 1)), said=FEVER)
    ehr.get("Location")
    with django_assert_max_num_queries(14):
        answer = ehr.get("Task?status=requested&_include=Task:patient&_include=Task:owner")
    assert len(answer.ids) == 11 and len(answer.included) == 5


def test_names_are_for_those_who_may_read_patients(universe: Universe, clock: Clock, there: Worked) -> None:
    only = machine(universe, ["system/Task.rs"])
    answer = only.get("Task?status=requested&_include=Task:patient&_include=Task:owner")
    assert len(answer.ids) == 3 and answer.included == []
    assert "system/Patient.r" in answer.remarks and "system/Practitioner.r" in answer.remarks
    assert "Nilsson" not in str(answer.body)
