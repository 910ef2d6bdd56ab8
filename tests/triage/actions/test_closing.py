"""What a lane wants written down before a request may close, rule by rule, and that a refusal is itself on record."""

from __future__ import annotations

from datetime import timedelta

import pytest

from frontdesk.daybook.models import Entry
from frontdesk.people.models import Patient
from frontdesk.triage.actions import handoffs, lanes, requests, scripts, words
from frontdesk.triage.models import Request
from frontdesk.triage.models.contact import Alternative
from frontdesk.triage.models.in_force import in_force
from frontdesk.triage.rules import RecordIncomplete, record_items, wanted
from frontdesk.work.models import Queue, Task
from tests.factories.protocol import FEVER
from tests.universe import NOW, Universe

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)

# A rule of the starter protocol by its code, its scenario, and what it wants written down: required, and optional.
SCENARIOS = [
    ("1.1", "EA-01", {"onset"}, set()),
    ("7.1", "EA-05", {"procedure_date", "onset"}, set()),
    ("7.2", "EA-06", {"procedure_date", "onset"}, {"temperature"}),
    ("9.1", "EA-07", {"medicine", "time_taken"}, set()),
    ("10.1", "EA-09", {"duration", "severity"}, set()),
    ("11.3", "EA-10", {"age", "guardian_callback"}, set()),
    ("12.2", "EA-11", set(), {"weeks_pregnant"}),
    ("13.1", "EA-12", {"risk_factors"}, {"glucose_reading"}),
    ("16.1", "EA-14", {"facility", "discharge_date", "discharge_instructions"}, set()),
    ("16.2", "EA-15", {"result_source", "result_time"}, set()),
    ("17.1", "EA-16", {"outreach_attempts"}, set()),
]


def save(universe: Universe, request: Request, **fields: str) -> Request:
    for field, value in fields.items():
        request = requests.save_field(request=request, field=field, value=value, by=universe.alice, now=NOW)
    return request


def lacks(request: Request, *, outcome: str = "handed_over", universe: Universe) -> list[str]:
    with pytest.raises(RecordIncomplete) as refused:
        requests.close(request=request, outcome=outcome, by=universe.alice, now=LATER)
    return [item.key for item in refused.value.lacks]


def refusals(request: Request) -> list[list[str]]:
    rows = Entry.objects.about("request", request.pk).filter(kind="ClosingRefused")
    return [one.facts["missing"] for one in rows]


def met(universe: Universe, code: str, patient: Patient | None = None) -> Request:
    """A request in the lane of one rule of the starter, whatever words it now takes to meet it."""
    universe.use_starter()
    request = universe.ready(patient or universe.dora)
    protocol = in_force(now=NOW, request=request)
    rule = protocol.rule(code) if protocol else None
    assert rule is not None
    Request.objects.filter(pk=request.pk).update(lane=rule.lane, rule_code=code, script_key=rule.script)
    request.refresh_from_db()
    return request


@pytest.mark.parametrize(("code", "scenario", "required", "optional"), SCENARIOS)
def test_a_scenario_wants_its_own_fields(
    universe: Universe, code: str, scenario: str, required: set[str], optional: set[str]
) -> None:
    request = met(universe, code)
    protocol = in_force(now=NOW, request=request)
    rule = protocol.rule(code) if protocol else None
    assert rule is not None and rule.scenario == scenario
    found = wanted(request, protocol)
    assert required <= {one.key for one in found if one.required}
    assert optional <= {one.key for one in found if not one.required}


def test_after_a_discharge_the_kind_alone_asks_for_the_papers(universe: Universe) -> None:
    universe.use_starter()
    request = save(universe, universe.ready(), kind="post_discharge", told="You will hear from us")
    assert lacks(request, universe=universe) == ["facility", "discharge_date", "discharge_instructions"]
    save(universe, request, answer_facility="St. Elsewhere", answer_discharge_instructions="Read back")
    save(universe, request, answer_discharge_date="tomorrow or so")
    with pytest.raises(RecordIncomplete, match=r"Discharge date \(cannot be read as a day"):
        requests.close(request=request, outcome="answered", by=universe.alice, now=LATER)
    save(universe, request, answer_discharge_date="04/01/2026")
    with pytest.raises(RecordIncomplete, match=r"Discharge date \(lies in the future"):
        requests.close(request=request, outcome="answered", by=universe.alice, now=LATER)
    save(universe, request, answer_discharge_date="3 days ago")
    assert not requests.close(request=request, outcome="answered", by=universe.alice, now=LATER).is_open


def test_the_age_comes_from_the_record(universe: Universe) -> None:
    child = universe.newcomer("Mia", "Torres", born=NOW.date() - timedelta(days=4 * 365))
    request = met(universe, "11.3", child)
    protocol = in_force(now=NOW, request=request)
    assert "age" in {one.key for one in wanted(request, protocol)}, request.rule_title
    items = {item.key: item.there for item in record_items(request, protocol, now=NOW)}
    assert items["age"]
    assert not items["guardian_callback"]


def test_what_a_rule_asks_is_not_required_below_its_lane(universe: Universe) -> None:
    request = universe.ready(said=FEVER)
    assert all(one.required for one in wanted(request, in_force(now=NOW)))
    request = lanes.lower_lane(request=request, to="routine", reason="Weighed", by=universe.bob, now=NOW)
    found = wanted(request, in_force(now=NOW))
    assert found and not any(one.required for one in found)


def test_an_answer_given_to_the_script_is_an_answer_of_the_record(universe: Universe) -> None:
    request = met(universe, "10.1")
    scripts.stamp(request=request, step_key="began", answer="Last night", by=universe.alice, now=NOW)
    request.refresh_from_db()
    assert request.answers["onset"] == "Last night"
    kinds = [one.kind for one in Entry.objects.about("request", request.pk)]
    requests.settle(request=request, by=universe.alice, now=NOW)
    assert [one.kind for one in Entry.objects.about("request", request.pk)] == kinds, (
        "said once, by the stamp"
    )


def test_paperwork_closes_with_what_was_offered_and_how_it_was_told(universe: Universe) -> None:
    request = save(universe, universe.ready(), kind="paperwork", told="Ready on Friday")
    assert lacks(request, outcome="answered", universe=universe) == ["alternatives", "told_how"]
    Alternative.objects.create(
        request=request, words="Ready on Friday, by post", offered_at=NOW, offered_by=universe.alice
    )
    save(universe, request, told_how="person")
    assert not requests.close(request=request, outcome="answered", by=universe.alice, now=LATER).is_open


def test_a_refused_closing_is_written_down_once_with_its_keys(universe: Universe) -> None:
    request = save(universe, universe.ready(said=FEVER), told="A nurse calls")
    expected = ["onset", "temperature", "accepted", "direction", "told_how"]
    assert lacks(request, universe=universe) == expected
    assert lacks(request, universe=universe) == expected
    save(universe, request, answer_onset="Last night")
    lacks(request, universe=universe)
    assert refusals(request) == [expected, expected[:0] + expected[1:]]


def test_nothing_typed_is_lost_by_a_refusal(universe: Universe) -> None:
    request = save(universe, universe.ready(), told="Call again")
    words.type_words(request=request, text="and she mentions chest pain", by=universe.alice, now=NOW)
    Request.objects.filter(pk=request.pk).update(draft_words="and she mentions chest pain now")
    lacks(request, outcome="answered", universe=universe)
    request.refresh_from_db()
    last = request.utterances.last()
    assert last is not None
    assert last.text == "and she mentions chest pain now"
    assert (request.draft_words, request.lane, request.told) == ("", "emergency", "Call again")


def test_who_was_not_reached_is_tried_again_after_the_closing(universe: Universe) -> None:
    request = save(universe, universe.ready(said=FEVER), told="Call us back", told_how="not_reached")
    save(universe, request, answer_onset="Last night", answer_temperature="102")
    handoff = handoffs.accept(handoff=request.handoffs.get(), by=universe.bob, now=NOW)
    handoffs.direct(handoff=handoff, direction="call_back", by=universe.bob, now=NOW)
    requests.close(request=request, outcome="caller_left", by=universe.alice, now=LATER)
    task = Task.objects.open().get()
    assert (task.queue, task.about_ref) == (Queue.CONTACT, request.pk)
