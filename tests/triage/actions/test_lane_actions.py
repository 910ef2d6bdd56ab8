from __future__ import annotations

from datetime import timedelta

import pytest

from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import BadValue, NotAllowed
from frontdesk.triage.actions import lanes, requests, words
from frontdesk.triage.actions.lanes import SameLane
from frontdesk.triage.models import Handoff, Request, Utterance
from frontdesk.triage.rules import RequestIsClosed
from frontdesk.work.models import Queue, Task
from tests.factories.protocol import CHECK_UP, CHEST_PAIN, FEVER, SELF_HARM, VOMITING, no_protocol_holds
from tests.universe import NOW, Universe

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)
LATER_STILL = NOW + timedelta(minutes=10)
LANE = {CHECK_UP: "routine", FEVER: "urgent", CHEST_PAIN: "emergency"}


def _type(universe: Universe, request: Request, text: str) -> Request:
    return words.type_words(request=request, text=text, by=universe.alice, now=NOW)


def _lower(universe: Universe, request: Request, to: str = "routine") -> Request:
    return lanes.lower_lane(
        request=request, to=to, reason="Spoke with him: a pulled muscle", by=universe.bob, now=LATER
    )


class TestWords:
    @pytest.mark.parametrize(("said", "lane"), LANE.items())
    def test_words_set_the_lane_as_they_are_typed(self, universe: Universe, said: str, lane: str) -> None:
        request = _type(universe, universe.request(), said)
        assert Request.objects.get(pk=request.pk).lane == lane
        assert not Utterance.objects.exists()

    def test_spanish_words_do_too(self, universe: Universe) -> None:
        assert _type(universe, universe.request(), "Tengo dolor de pecho").lane == "emergency"

    def test_deleting_the_words_does_not_lower_the_lane(self, universe: Universe) -> None:
        request = _type(universe, universe.request(), CHEST_PAIN)
        for text in (FEVER, CHECK_UP, ""):
            request = _type(universe, request, text)
            assert request.lane == "emergency"
        kept = request.screenings.get(lane="emergency")
        assert (kept.text, kept.matches[0]["rule"]) == (CHEST_PAIN, "E1")

    def test_the_first_reading_and_the_rule_are_written_down(self, universe: Universe) -> None:
        request = _type(universe, universe.request(), CHEST_PAIN)
        entry = Entry.objects.about("request", request.pk).get(kind="LaneSet")
        assert (entry.actor, entry.actor_name) == (None, "screener")
        assert (entry.facts["was"], entry.facts["became"], entry.facts["rule"]) == (
            "routine",
            "emergency",
            "E1",
        )
        assert (entry.reason, entry.rule_version) == (
            "Rule E1, Chest pain: “chest pain”", "Small protocol, version 1",
        )  # fmt: skip

    def test_typing_on_writes_nothing_new_while_the_same_rules_are_met(self, universe: Universe) -> None:
        request = _type(universe, universe.request(), CHEST_PAIN)
        before = Entry.objects.count()
        _type(universe, request, f"{CHEST_PAIN} and he sits down")
        assert Entry.objects.count() == before

    def test_stored_words_are_kept_as_spoken(self, universe: Universe) -> None:
        request = universe.request()
        words.add(request=request, text="  Tengo  frío\n", by=universe.alice, now=NOW)
        words.add(request=request, text="Gracias", by=universe.bob, now=LATER)
        said = [(one.text, one.heard_by, one.heard_at) for one in request.utterances.all()]
        assert said == [("Tengo  frío", universe.alice, NOW), ("Gracias", universe.bob, LATER)]

    @pytest.mark.parametrize("text", ["", "   \n", "\x00"])
    def test_there_must_be_words(self, universe: Universe, text: str) -> None:
        with pytest.raises(BadValue):
            words.add(request=universe.request(), text=text, by=universe.alice, now=NOW)

    def test_too_many_words_at_a_time_are_refused_and_nothing_is_cut(self, universe: Universe) -> None:
        request = universe.request()
        for action in (words.type_words, words.add):
            with pytest.raises(BadValue, match="at most 5,000"):
                action(request=request, text="x" * 5001, by=universe.alice, now=NOW)
        assert Request.objects.get(pk=request.pk).draft_words == ""

    def test_words_across_two_stores_are_read_together(self, universe: Universe) -> None:
        request = universe.ready(said=FEVER)
        request = words.add(request=request, text=CHEST_PAIN, by=universe.alice, now=LATER)
        assert (request.lane, request.rule_code) == ("emergency", "E1")

    def test_a_crisis_is_restricted_and_goes_to_the_crisis_line(self, universe: Universe) -> None:
        request = _type(universe, universe.request(), SELF_HARM)
        assert (request.lane, request.restricted) == ("emergency", True)
        assert Task.objects.open().get(queue=Queue.CRISIS).restricted
        assert request not in Request.objects.visible_to(universe.dan)
        assert request in Request.objects.visible_to(universe.bob)

    def test_the_kind_of_request_sets_the_least_lane(self, universe: Universe) -> None:
        request = requests.save_field(
            request=universe.request(), field="kind", value="operational_failure", by=universe.alice, now=NOW
        )
        assert request.lane == "operational"
        request = requests.save_field(
            request=request, field="kind", value="routine", by=universe.alice, now=NOW
        )
        assert request.lane == "operational"


class TestRaise:
    @pytest.mark.parametrize(("to", "target"), [("urgent", "nurse"), ("emergency", "nurse")])
    def test_anybody_at_the_desk_raises_with_a_reason(self, universe: Universe, to: str, target: str) -> None:
        request = lanes.raise_lane(
            request=universe.ready(), to=to, reason="She can hardly talk", by=universe.alice, now=NOW
        )
        assert (request.lane, request.rule_title) == (to, "Raised by hand")
        assert request.handoffs.get().target == target
        change = request.lane_changes.get()
        assert (change.reason, change.changed_by, change.was) == (
            "She can hardly talk",
            universe.alice,
            "routine",
        )

    @pytest.mark.parametrize("to", ["urgent", "operational", "routine"])
    def test_a_scheduler_never_lowers(self, universe: Universe, to: str) -> None:
        request = universe.ready(said=CHEST_PAIN)
        for action in (lanes.raise_lane, lanes.lower_lane):
            with pytest.raises(NotAllowed) as refused:
                action(request=request, to=to, reason="He laughs again", by=universe.alice, now=NOW)
            assert refused.value.code == "LANE_LOWER"
        assert Request.objects.get(pk=request.pk).lane == "emergency"

    @pytest.mark.parametrize("who", ["dan", "erin", "pat"])
    def test_neither_does_anybody_else_but_a_clinician(self, universe: Universe, who: str) -> None:
        with pytest.raises(NotAllowed):
            lanes.lower_lane(
                request=universe.ready(said=FEVER),
                to="routine",
                reason="x",
                by=getattr(universe, who),
                now=NOW,
            )

    @pytest.mark.parametrize(("to", "reason"), [("sky", "x"), ("", "x"), ("urgent", "  ")])
    def test_lane_and_reason_are_needed(self, universe: Universe, to: str, reason: str) -> None:
        with pytest.raises(BadValue):
            lanes.raise_lane(request=universe.ready(), to=to, reason=reason, by=universe.alice, now=NOW)

    def test_the_same_lane_is_no_rise(self, universe: Universe) -> None:
        with pytest.raises(SameLane):
            lanes.raise_lane(request=universe.ready(), to="routine", reason="x", by=universe.alice, now=NOW)


class TestLower:
    def test_a_nurse_lowers_with_a_reason(self, universe: Universe) -> None:
        request = _lower(universe, universe.ready(said=CHEST_PAIN))
        assert request.lane == "routine"
        entry = Entry.objects.about("request", request.pk).filter(kind="LaneSet").last()
        assert entry is not None
        assert (entry.actor, entry.reason) == (universe.bob, "Spoke with him: a pulled muscle")

    def test_the_queue_shows_it_at_once(self, universe: Universe) -> None:
        request = universe.ready(said=CHEST_PAIN)
        task = Task.objects.get(about_kind="handoff", about_ref=request.handoffs.get().pk)
        assert task.weight == 3
        _lower(universe, request, "urgent")
        task.refresh_from_db()
        assert task.weight == 2

    def test_a_higher_or_the_same_lane_is_refused(self, universe: Universe) -> None:
        request = universe.ready(said=FEVER)
        for to in ("urgent", "emergency"):
            with pytest.raises(SameLane):
                _lower(universe, request, to)

    def test_words_that_were_weighed_do_not_raise_it_again(self, universe: Universe) -> None:
        request = _lower(universe, universe.ready(said=CHEST_PAIN))
        request = _type(universe, request, "Thank you, nurse")
        request = words.add(request=request, text="Thank you, nurse", by=universe.alice, now=LATER_STILL)
        assert request.lane == "routine"

    def test_weighed_words_still_being_typed_do_not_either(self, universe: Universe) -> None:
        request = _lower(universe, _type(universe, universe.ready(), CHEST_PAIN))
        request = _type(universe, request, f"{CHEST_PAIN} and he asks for Friday")
        assert request.lane == "routine"
        stored = words.add(
            request=request, text=f"{CHEST_PAIN} and he asks for Friday", by=universe.alice, now=LATER
        )
        assert stored.lane == "routine"
        assert _type(universe, stored, f"now again {CHEST_PAIN}").lane == "emergency"

    def test_a_raise_by_hand_after_it_does_not_wake_the_weighed_words(self, universe: Universe) -> None:
        request = _lower(universe, universe.ready(said=CHEST_PAIN))
        request = lanes.raise_lane(
            request=request, to="urgent", reason="Sounds ill", by=universe.alice, now=LATER
        )
        assert _type(universe, request, CHECK_UP).lane == "urgent"

    @pytest.mark.parametrize(("said", "lane"), [(FEVER, "urgent"), (SELF_HARM, "emergency")])
    def test_words_that_meet_another_rule_do(self, universe: Universe, said: str, lane: str) -> None:
        request = _lower(universe, universe.ready(said=CHEST_PAIN))
        assert words.add(request=request, text=said, by=universe.alice, now=LATER_STILL).lane == lane

    def test_the_same_said_anew_does(self, universe: Universe) -> None:
        request = _lower(universe, universe.ready(said=CHEST_PAIN))
        again = words.add(request=request, text="The chest pain is back", by=universe.alice, now=LATER_STILL)
        assert again.lane == "emergency"

    def test_the_same_typed_anew_does(self, universe: Universe) -> None:
        request = _lower(universe, universe.ready(said=CHEST_PAIN))
        assert _type(universe, request, "The chest pain is back").lane == "emergency"

    def test_after_a_second_rise_a_second_lowering_holds(self, universe: Universe) -> None:
        request = _lower(universe, universe.ready(said=CHEST_PAIN))
        request = words.add(
            request=request, text=VOMITING, by=universe.alice, now=LATER + timedelta(minutes=1)
        )
        assert request.lane == "urgent"
        request = lanes.lower_lane(
            request=request, to="routine", reason="Over", by=universe.bob, now=LATER_STILL
        )
        request = words.add(
            request=request, text="Fine", by=universe.alice, now=LATER_STILL + timedelta(minutes=1)
        )
        assert request.lane == "routine"


def test_a_handoff_waits_once_for_a_target(universe: Universe) -> None:
    request = universe.ready(said=FEVER)
    lanes.raise_lane(request=request, to="emergency", reason="Worse", by=universe.alice, now=LATER)
    assert Handoff.objects.filter(request=request).count() == 1
    assert Task.objects.open().get(about_kind="handoff").weight == 3


def test_a_closed_request_keeps_its_lane(universe: Universe) -> None:
    request = universe.ready()
    requests.save_field(request=request, field="told", value="Call again", by=universe.alice, now=NOW)
    requests.close(request=request, outcome="answered", by=universe.alice, now=NOW)
    with pytest.raises(RequestIsClosed):
        lanes.raise_lane(request=request, to="urgent", reason="x", by=universe.alice, now=NOW)
    with pytest.raises(RequestIsClosed):
        _lower(universe, request)
    with pytest.raises(RequestIsClosed):
        _type(universe, request, CHEST_PAIN)


def test_without_a_protocol_in_force_nothing_is_screened(universe: Universe) -> None:
    no_protocol_holds()
    assert _type(universe, universe.request(), CHEST_PAIN).lane == "routine"


def test_the_protocol_that_ships_hears_a_heart_attack(universe: Universe) -> None:
    universe.use_starter()
    request = _type(universe, universe.request(), "crushing chest pain and I can't breathe")
    assert request.lane == "emergency"
