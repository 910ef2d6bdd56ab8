"""Requests that nobody has, calls that are cut off, and requests that are the same matter."""

from __future__ import annotations

from datetime import timedelta

import pytest

from frontdesk.daybook.facts import System
from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from frontdesk.people.models import Patient
from frontdesk.triage.actions import calls, handoffs, requests, words
from frontdesk.triage.actions.intake import receive
from frontdesk.triage.models import Request
from frontdesk.triage.queries.trail import trail
from frontdesk.triage.rules import RecordIncomplete
from frontdesk.work.models import Task
from tests.factories.protocol import CHECK_UP, CHEST_PAIN, FEVER, VOMITING
from tests.factories.there import there
from tests.universe import NOW, Universe

pytestmark = pytest.mark.django_db
MACHINE = System("message intake")


def message(cast: Universe, text: str = CHECK_UP, *, patient: Patient | None = None) -> Request:
    return receive(
        channel="voicemail", text=text, site=cast.main, by=MACHINE, now=NOW, patient=patient or cast.ben
    )


def task_of(request: Request) -> Task:
    return Task.objects.get(about_kind="request", about_ref=request.pk)


def test_a_waiting_request_is_taken_once_with_its_task(universe: Universe) -> None:
    request = message(universe)
    calls.take(request=request, by=universe.alice, now=NOW + timedelta(minutes=3))
    assert (Request.objects.get().taken_by, task_of(request).owner) == (universe.alice, universe.alice)
    with pytest.raises(calls.TakenBefore, match="Alice Alden has taken this request already"):
        calls.take(request=request, by=universe.bob, now=NOW)
    calls.take(request=request, by=universe.alice, now=NOW)
    facts = [one.facts["waited_seconds"] for one in Entry.objects.filter(kind="RequestTaken")]
    assert facts == [180]


def test_a_question_about_a_result_is_taken_by_those_who_answer_such(universe: Universe) -> None:
    request = message(universe, "Are my lab results in?")
    with pytest.raises(NotAllowed, match="Your role does not work in Results"):
        calls.take(request=request, by=universe.alice, now=NOW)
    assert Request.objects.get().taken_by is None
    assert calls.take(request=request, by=universe.bob, now=NOW).taken_by == universe.bob


def test_a_lost_line_becomes_a_task_to_call_back_within_minutes(universe: Universe) -> None:
    request = universe.ready(universe.ben)
    calls.drop(request=request, by=universe.alice, now=NOW)
    calls.drop(request=request, by=universe.alice, now=NOW)
    task = task_of(request)
    assert (task.queue, task.category, task.due_at) == ("callback", "dropped", NOW + timedelta(minutes=10))
    assert task.next_step == "Call back: 212-555-0142"
    assert Request.objects.get().dropped_by == universe.alice
    taken = requests.resume(request=request, by=universe.bob, now=NOW)
    assert (taken.dropped_at, taken.dropped_by, taken.taken_by) == (None, None, universe.bob)
    assert task_of(request).outcome == "Call taken up again"
    assert [line.what for line in trail(request)][-3:] == [
        "The line was lost", "Task done: Call taken up again", "Call taken up again",
    ]  # fmt: skip


@pytest.mark.parametrize(("said", "minutes"), [(CHEST_PAIN, 2), (FEVER, 10)])
def test_in_a_clinical_lane_the_clock_is_no_longer_than_the_lane_s(
    universe: Universe, said: str, minutes: int
) -> None:
    request = universe.ready(universe.ben, said=said)
    calls.drop(request=request, by=universe.alice, now=NOW)
    task = task_of(request)
    assert (task.due_at, task.weight) == (NOW + timedelta(minutes=minutes), request.rank)
    assert request.handoffs.filter(accepted_at=None).exists(), "The clinician is still asked."


def test_two_requests_of_one_matter_become_one_and_no_word_is_lost(universe: Universe) -> None:
    one, two = message(universe, "Can I come on Friday?"), message(universe, "Me again, about Friday.")
    kept = calls.merge(request=two, into=one, by=universe.alice, now=NOW)
    ended = Request.objects.get(pk=two.pk)
    assert (ended.same_as, ended.outcome, ended.closed_by) == (kept, "duplicate", universe.alice)
    assert [said.text for said in kept.utterances.all()] == [
        "Can I come on Friday?",
        "Me again, about Friday.",
    ]
    assert there(kept.screenings.last()).text == "Can I come on Friday?\nMe again, about Friday."
    assert task_of(two).same_as == task_of(one)
    assert task_of(one).done_at is None
    assert "Put together" in [line.what for line in trail(kept)][-1]


def test_a_task_that_the_other_request_has_not_goes_with_it(universe: Universe) -> None:
    one, two = message(universe), message(universe, "Did the referral go out?")
    calls.merge(request=two, into=one, by=universe.alice, now=NOW)
    open_ones = Task.objects.open().filter(about_kind="request", about_ref=one.pk)
    assert sorted(open_ones.values_list("queue", flat=True)) == ["messages", "referrals"]


def test_what_a_clinician_has_before_them_is_not_folded_away(universe: Universe) -> None:
    calm, grave = message(universe), message(universe, FEVER)
    with pytest.raises(Refused, match="ends with its own record"):
        calls.merge(request=grave, into=calm, by=universe.bob, now=NOW)
    calls.merge(request=calm, into=grave, by=universe.bob, now=NOW)
    assert Request.objects.get(pk=grave.pk).is_open


def test_in_a_clinical_lane_it_ends_with_its_own_record_and_says_which_one_goes_on(
    universe: Universe,
) -> None:
    other, grave = universe.ready(universe.ben), universe.ready(universe.ben, said=VOMITING)
    with pytest.raises(RecordIncomplete):
        calls.end_as_same(request=grave, into=other, by=universe.alice, now=NOW)
    assert Request.objects.get(pk=grave.pk).is_open
    for field, value in (("told", "The nurse rings at ten"), ("told_how", "call")):
        requests.save_field(request=grave, field=field, value=value, by=universe.alice, now=NOW)
    handoff = handoffs.accept(handoff=grave.handoffs.get(), by=universe.bob, now=NOW)
    handoffs.direct(handoff=handoff, direction="call_back", by=universe.bob, now=NOW)
    assert calls.end_as_same(request=grave, into=other, by=universe.alice, now=NOW) == other
    ended = Request.objects.get(pk=grave.pk)
    assert (ended.same_as, ended.outcome, other.utterances.count()) == (other, "duplicate", 1)
    assert f"Request {other.pk} goes on" in trail(grave)[-1].details


def test_the_same_matter_as_which_must_be_said(universe: Universe) -> None:
    request, other = universe.ready(universe.ben), universe.ready(universe.dora)
    requests.save_field(request=request, field="told", value="Later", by=universe.alice, now=NOW)
    with pytest.raises(BadValue, match="Say which request it is the same as"):
        requests.close(request=request, outcome="duplicate", by=universe.alice, now=NOW)
    with pytest.raises(Refused, match="different patients"):
        requests.close(request=request, outcome="duplicate", same_as=other, by=universe.alice, now=NOW)
    assert Request.objects.get(pk=request.pk).is_open


def test_words_still_being_typed_count_before_two_become_one(universe: Universe) -> None:
    typing, other = universe.ready(universe.ben), message(universe)
    typing = words.type_words(request=typing, text="And one more thing", by=universe.alice, now=NOW)
    kept = calls.merge(request=typing, into=other, by=universe.alice, now=NOW)
    assert "And one more thing" in [one.text for one in kept.utterances.all()]


def test_only_open_requests_of_one_patient_and_place_become_one(universe: Universe) -> None:
    ben, dora = message(universe), message(universe, patient=universe.dora)
    away = receive(
        channel="sms", text="Hello", site=universe.harbor, by=MACHINE, now=NOW, patient=universe.ben
    )
    for other in (dora, away):
        with pytest.raises(Refused):
            calls.merge(request=ben, into=other, by=universe.dan, now=NOW)
    with pytest.raises(BadValue):
        calls.merge(request=ben, into=ben, by=universe.dan, now=NOW)
    with pytest.raises(NotAllowed):
        calls.merge(request=ben, into=message(universe), by=universe.carol, now=NOW)
    done = message(universe)
    calls.merge(request=done, into=ben, by=universe.dan, now=NOW)
    with pytest.raises(Refused):
        calls.merge(request=ben, into=done, by=universe.dan, now=NOW)
