from __future__ import annotations

from datetime import timedelta

import pytest

from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import BadValue, NotAllowed
from frontdesk.triage.actions import handoffs, requests, scripts, words
from frontdesk.triage.models import Outcome, Request
from frontdesk.triage.queries.trail import trail
from frontdesk.triage.rules import RecordIncomplete, RequestIsClosed
from frontdesk.work.models import Task
from tests.factories.protocol import CHEST_PAIN, FEVER
from tests.universe import NOW, Universe, at

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


def _save(universe: Universe, request: Request, field: str, value: str, *, settled: bool = False) -> Request:
    return requests.save_field(
        request=request, field=field, value=value, by=universe.alice, now=NOW, settled=settled
    )


def _kinds(request: Request) -> list[str]:
    return [entry.kind for entry in Entry.objects.about("request", request.pk)]


class TestOpen:
    def test_it_opens_and_is_written_down(self, universe: Universe) -> None:
        request = requests.open_request(site=universe.main, by=universe.alice, now=NOW)
        assert (request.taken_by, request.lane, request.is_open) == (universe.alice, "routine", True)
        assert _kinds(request) == ["RequestOpened"]

    def test_an_untouched_one_is_taken_up_again(self, universe: Universe) -> None:
        first = universe.request()
        assert universe.request() == first
        _save(universe, first, "callback", "212")
        assert universe.request() != first

    def test_an_untouched_one_of_somebody_else_is_not(self, universe: Universe) -> None:
        assert universe.request(by=universe.bob) != universe.request(by=universe.alice)

    @pytest.mark.parametrize("who", ["carol", "erin", "pat"])
    def test_some_roles_may_not(self, universe: Universe, who: str) -> None:
        with pytest.raises(NotAllowed):
            requests.open_request(site=universe.main, by=getattr(universe, who), now=NOW)

    def test_an_unknown_channel_is_refused(self, universe: Universe) -> None:
        with pytest.raises(BadValue):
            requests.open_request(site=universe.main, by=universe.alice, now=NOW, channel="telex")


class TestSaveField:
    @pytest.mark.parametrize(
        ("field", "value", "kept"),
        [
            ("said_name", "  José\t Ñúñez ", "José Ñúñez"),
            ("callback", "212-555-0142\x00", "212-555-0142"),
            ("caller", "other", "other"),
            ("safe", "no", "no"),
            ("told", "Line one\nLine two", "Line one\nLine two"),
            ("said_name", "x" * 170, "x" * 170),
        ],
    )
    def test_it_keeps_what_was_typed(self, universe: Universe, field: str, value: str, kept: str) -> None:
        request = _save(universe, universe.request(), field, value)
        request.refresh_from_db()
        assert getattr(request, field) == kept

    def test_an_answer_that_a_rule_asks_for_is_kept(self, universe: Universe) -> None:
        request = _save(universe, universe.ready(said=FEVER), "answer_onset", "last night")
        assert Request.objects.get(pk=request.pk).answers == {"onset": "last night"}

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("said_name", "x" * 171),
            ("told", "x" * 2001),
            ("callback", "x" * 10_000),
            ("answer_onset", "no rule asks for it"),
            ("answer_nothing", "x"),
            ("lane", "routine"),
            ("patient_id", "1"),
            ("", ""),
            ("kind", "holiday"),
            ("safe", ""),
        ],
    )
    def test_it_refuses_in_words_and_changes_nothing(
        self, universe: Universe, field: str, value: str
    ) -> None:
        request = universe.request()
        before = Request.objects.filter(pk=request.pk).values().get()
        with pytest.raises(BadValue) as refused:
            _save(universe, request, field, value)
        assert refused.value.sentence.endswith(".")
        assert Request.objects.filter(pk=request.pk).values().get() == before

    def test_an_answer_that_is_too_long_is_refused(self, universe: Universe) -> None:
        request = universe.ready(said=FEVER)
        with pytest.raises(BadValue, match="Too long"):
            _save(universe, request, "answer_onset", "x" * 301)
        assert Request.objects.get(pk=request.pk).answers == {}

    def test_the_daybook_has_it_once_the_field_was_left(self, universe: Universe) -> None:
        request = universe.request()
        _save(universe, request, "callback", "212-555")
        assert _kinds(request) == ["RequestOpened"]
        _save(universe, request, "callback", "212-555-0142", settled=True)
        _save(universe, request, "callback", "212-555-0142", settled=True)
        entry = Entry.objects.about("request", request.pk).get(kind="DetailsTaken")
        assert entry.facts["details"] == {"callback": "212-555-0142"}

    def test_a_closed_request_takes_nothing_more(self, universe: Universe) -> None:
        request = _closed(universe)
        with pytest.raises(RequestIsClosed):
            _save(universe, request, "callback", "1")


class TestParkAndResume:
    def test_a_parked_call_stands_with_everything_in_it(self, universe: Universe) -> None:
        request = _save(universe, universe.request(universe.ben), "callback", "212-555-0142")
        requests.park(request=request, by=universe.alice, now=LATER)
        kept = Request.objects.get(pk=request.pk)
        assert (kept.parked_at, kept.parked_by, kept.callback) == (LATER, universe.alice, "212-555-0142")
        assert kept.patient == universe.ben
        assert _kinds(request)[-2:] == ["DetailsTaken", "RequestParked"]

    def test_parking_twice_is_no_change(self, universe: Universe) -> None:
        request = universe.request()
        requests.park(request=request, by=universe.alice, now=NOW)
        again = requests.park(request=request, by=universe.bob, now=LATER)
        assert (again.parked_at, again.parked_by) == (NOW, universe.alice)

    def test_whoever_resumes_has_it(self, universe: Universe) -> None:
        request = universe.request()
        requests.park(request=request, by=universe.alice, now=NOW)
        taken = requests.resume(request=request, by=universe.bob, now=LATER)
        assert (taken.taken_by, taken.parked_at, taken.parked_by) == (universe.bob, None, None)
        requests.resume(request=request, by=universe.bob, now=LATER)
        assert _kinds(request).count("RequestResumed") == 1


def _closed(universe: Universe) -> Request:
    request = _save(universe, universe.ready(), "told", "Call again if it gets worse")
    return requests.close(request=request, outcome=Outcome.ANSWERED, by=universe.alice, now=LATER)


class TestClose:
    def test_an_empty_request_names_everything_that_is_missing(self, universe: Universe) -> None:
        with pytest.raises(RecordIncomplete) as refused:
            requests.close(request=universe.request(), outcome="", by=universe.alice, now=NOW)
        assert refused.value.sentence == (
            "Before this request can be closed: Two identifiers; Callback; Kind of request; Words as spoken; "
            "What the caller was told; How it ended."
        )

    def test_a_routine_request_closes_with_the_first_minute_and_what_was_told(
        self, universe: Universe
    ) -> None:
        request = _closed(universe)
        assert (request.closed_at, request.closed_by, request.outcome) == (LATER, universe.alice, "answered")
        assert _kinds(request)[-1] == "RequestClosed"

    def test_words_still_being_typed_are_stored_first(self, universe: Universe) -> None:
        request = _save(universe, universe.ready(), "told", "Nothing more")
        words.type_words(request=request, text="And thank you", by=universe.alice, now=NOW)
        requests.close(request=request, outcome=Outcome.ANSWERED, by=universe.alice, now=LATER)
        assert [one.text for one in request.utterances.all()][-1] == "And thank you"

    def test_words_still_being_typed_may_raise_the_lane_and_then_it_stays_open(
        self, universe: Universe
    ) -> None:
        request = _save(universe, universe.ready(), "told", "Nothing more")
        Request.objects.filter(pk=request.pk).update(draft_words=CHEST_PAIN)
        with pytest.raises(RecordIncomplete):
            requests.close(request=request, outcome=Outcome.ANSWERED, by=universe.alice, now=LATER)
        assert Request.objects.get(pk=request.pk).is_open

    def test_a_visit_tells_the_caller_so_nothing_else_is_asked(self, universe: Universe) -> None:
        request = universe.ready()
        universe.book(at(11), request=request)
        assert not requests.close(request=request, outcome="booked", by=universe.alice, now=NOW).is_open

    def test_it_cannot_end_as_booked_without_a_visit(self, universe: Universe) -> None:
        request = _save(universe, universe.ready(), "told", "We shall see")
        with pytest.raises(RecordIncomplete, match="No visit was booked"):
            requests.close(request=request, outcome="booked", by=universe.alice, now=NOW)

    def test_an_urgent_request_lacks_its_answers_the_acceptance_and_the_direction(
        self, universe: Universe
    ) -> None:
        request = _save(universe, universe.ready(said=FEVER), "told", "A nurse will call")
        with pytest.raises(RecordIncomplete) as refused:
            requests.close(request=request, outcome="handed_over", by=universe.alice, now=NOW)
        assert refused.value.sentence == (
            "Before this request can be closed: Began; Temperature, as stated; Accepted by, and when; "
            "Clinician’s direction; How they were told."
        )

    def test_an_urgent_request_closes_when_all_is_there(self, universe: Universe) -> None:
        request = _save(universe, universe.ready(said=FEVER), "told", "A nurse will call")
        given = (("answer_onset", "last night"), ("answer_temperature", "102"), ("told_how", "call"))
        for field, value in given:
            _save(universe, request, field, value)
        handoff = handoffs.accept(handoff=request.handoffs.get(), by=universe.bob, now=NOW)
        handoffs.direct(handoff=handoff, direction="call_back", by=universe.bob, now=NOW)
        closed = requests.close(request=request, outcome="handed_over", by=universe.alice, now=LATER)
        assert not closed.is_open
        assert not Task.objects.open().exists()

    def test_a_directed_visit_that_is_not_booked_keeps_it_open(self, universe: Universe) -> None:
        request = _save(universe, universe.ready(said=FEVER), "told", "Come today")
        for field in ("answer_onset", "answer_temperature"):
            _save(universe, request, field, "yes")
        _save(universe, request, "told_how", "call")
        handoff = handoffs.accept(handoff=request.handoffs.get(), by=universe.bob, now=NOW)
        handoffs.direct(
            handoff=handoff, direction="same_day", visit_type=universe.same_day, by=universe.bob, now=NOW
        )
        with pytest.raises(RecordIncomplete, match="directed a visit and none is booked"):
            requests.close(request=request, outcome="handed_over", by=universe.alice, now=LATER)

    def test_an_emergency_closes_with_every_step_and_somebody_who_accepted(self, universe: Universe) -> None:
        request = _save(universe, universe.ready(said=CHEST_PAIN), "told", "Stay on the line")
        with pytest.raises(RecordIncomplete, match="Accepted by, and when; Every step of the script"):
            requests.close(request=request, outcome="handed_over", by=universe.alice, now=NOW)
        for step in ("stay", "call_911"):
            scripts.stamp(request=request, step_key=step, by=universe.alice, now=NOW)
        handoffs.accept(handoff=request.handoffs.get(), by=universe.alice, now=NOW, other="911")
        _save(universe, request, "told_how", "call")
        assert not requests.close(request=request, outcome="handed_over", by=universe.alice, now=NOW).is_open

    def test_closing_twice_is_refused(self, universe: Universe) -> None:
        with pytest.raises(RequestIsClosed):
            requests.close(request=_closed(universe), outcome="answered", by=universe.alice, now=LATER)

    @pytest.mark.parametrize("outcome", ["", "won", "x" * 10_000])
    def test_an_unknown_ending_is_refused(self, universe: Universe, outcome: str) -> None:
        request = _save(universe, universe.ready(), "told", "Nothing more")
        with pytest.raises(RecordIncomplete, match="How it ended"):
            requests.close(request=request, outcome=outcome, by=universe.alice, now=NOW)


class TestScripts:
    def test_a_step_is_stamped_once(self, universe: Universe) -> None:
        request = universe.ready(said=CHEST_PAIN)
        first = scripts.stamp(request=request, step_key="call_911", by=universe.alice, now=NOW, answer="yes")
        again = scripts.stamp(request=request, step_key="call_911", by=universe.bob, now=LATER)
        assert again == first
        assert (first.done_by, first.done_at, first.wording, first.answer) == (
            universe.alice, NOW, "Call 911 now.", "yes",
        )  # fmt: skip

    @pytest.mark.parametrize("step", ["", "no_such_step", "x" * 10_000])
    def test_an_unknown_step_is_refused(self, universe: Universe, step: str) -> None:
        with pytest.raises(BadValue):
            scripts.stamp(request=universe.ready(said=CHEST_PAIN), step_key=step, by=universe.alice, now=NOW)

    def test_a_routine_request_has_no_script(self, universe: Universe) -> None:
        with pytest.raises(BadValue):
            scripts.stamp(request=universe.ready(), step_key="stay", by=universe.alice, now=NOW)


def test_the_trail_tells_everything_in_order(universe: Universe) -> None:
    request = universe.ready(said=FEVER)
    handoff = handoffs.accept(handoff=request.handoffs.get(), by=universe.bob, now=NOW)
    handoffs.direct(
        handoff=handoff, direction="same_day", visit_type=universe.follow_up, by=universe.bob, now=NOW
    )
    universe.book(at(11), request=request)
    said = [line.what for line in trail(request)]
    wanted = [
        "Request opened at Main Street",
        f"Patient identified: record {universe.ben.mrn}",
        "Words stored as spoken",
        "Words screened: urgent",
        "Lane set from routine to urgent",
        "Handed to: nurse",
        "Accepted by Bob Blden, RN",
        "Direction: Book a visit today",
        "Time held",
        "Visit booked",
        "Message written to the patient",
    ]
    assert [one for one in said if one in wanted] == wanted
    screened = next(line for line in trail(request) if line.what.startswith("Words screened"))
    assert screened.rule_version == "Small protocol, version 1"
    assert screened.details == ("Rule U1, Fever (urgent): “fever”",)
