"""What a lane wants written down before a request may close, rule by rule, and that a refusal is itself on record."""

from __future__ import annotations

from datetime import timedelta

import pytest

from frontdesk.daybook.models import Entry
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

# What the callers say, and what the starter protocol then wants written down: required, and optional.
SCENARIOS = [
    ("EA-01", "I have crushing chest pain", {"onset"}, set()),
    ("EA-05", "I had surgery on Monday and the wound will not stop bleeding", {"procedure_date", "onset"}, set()),
    ("EA-06", "I had a fever of 101 since my surgery last week", {"procedure_date", "onset"}, {"temperature"}),
    ("EA-07", "I took the new pills and now I have a rash from the medicine", {"medicine", "time_taken"}, set()),
    ("EA-09", "She has been vomiting since yesterday", {"duration", "severity"}, set()),
]  # fmt: skip


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


@pytest.mark.parametrize(
    ("scenario", "said", "required", "optional"), SCENARIOS, ids=lambda one: str(one)[:5]
)
def test_a_scenario_wants_its_own_fields(
    universe: Universe, scenario: str, said: str, required: set[str], optional: set[str]
) -> None:
    universe.use_starter()
    request = universe.ready(universe.dora, said=said)
    protocol = in_force(now=NOW, request=request)
    met = {match["scenario"] for row in request.screenings.all() for match in row.matches}
    assert scenario in met, request.rule_title
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
    universe.use_starter()
    child = universe.newcomer("Mia", "Torres", born=NOW.date() - timedelta(days=4 * 365))
    request = universe.ready(child, said="My daughter has a rash and she is very sleepy and hard to wake")
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
    universe.use_starter()
    request = universe.ready(universe.dora, said="She has been vomiting since yesterday")
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
