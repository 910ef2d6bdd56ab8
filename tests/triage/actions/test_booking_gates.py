"""Every way to take time asks triage first, and hears why not, with a code."""

from __future__ import annotations

from datetime import timedelta

import pytest

from frontdesk.book.actions import appointments
from frontdesk.book.models import Appointment, Hold
from frontdesk.book.ports import Ask
from frontdesk.book.rules import BookingGate, check_can_book
from frontdesk.clinic.models import VisitType
from frontdesk.triage.actions import handoffs, lanes, requests, words
from frontdesk.triage.models import Request
from tests.factories.protocol import CHEST_PAIN, FEVER, VOMITING, no_protocol_holds
from tests.universe import NOW, TODAY, Universe, at

pytestmark = pytest.mark.django_db
TOMORROW = TODAY + timedelta(days=1)


def _code(universe: Universe, request: Request | None) -> str:
    """The reason code with which a hold is refused."""
    with pytest.raises(BookingGate) as refused:
        check_can_book(
            Ask(request.pk if request else None, universe.ben, universe.follow_up, universe.alice, NOW)
        )
    assert refused.value.sentence.endswith(".")
    return refused.value.code


def _direct(universe: Universe, request: Request, direction: str, visit_type: VisitType | None) -> None:
    handoff = handoffs.accept(handoff=request.handoffs.get(), by=universe.bob, now=NOW)
    handoffs.direct(
        handoff=handoff,
        direction=direction,
        visit_type=visit_type,
        visit_by=TOMORROW,
        by=universe.bob,
        now=NOW,
    )


@pytest.mark.parametrize(
    ("lacks", "code"),
    [
        ({"patient": None, "matched_at": None, "matched_by": None}, "GATE_IDENTITY"),
        ({"callback": ""}, "GATE_CALLBACK"),
        ({"kind": ""}, "GATE_NO_TYPE"),
    ],
)
def test_the_first_minute_comes_first(universe: Universe, lacks: dict[str, str | None], code: str) -> None:
    request = universe.ready()
    Request.objects.filter(pk=request.pk).update(**lacks)
    assert _code(universe, request) == code


def test_words_are_needed(universe: Universe) -> None:
    request = universe.request(universe.ben)
    for field, value in (("callback", "212-555-0142"), ("kind", "routine")):
        requests.save_field(request=request, field=field, value=value, by=universe.alice, now=NOW)
    assert _code(universe, request) == "GATE_NO_WORDS"


def test_a_request_is_needed(universe: Universe) -> None:
    assert _code(universe, None) == "GATE_NO_REQUEST"


def test_somebody_elses_request_does_not_do(universe: Universe) -> None:
    assert _code(universe, universe.ready(universe.ana)) == "GATE_IDENTITY"


def test_an_approved_protocol_is_needed(universe: Universe) -> None:
    request = universe.ready()
    no_protocol_holds()
    assert _code(universe, request) == "GATE_NO_PROTOCOL"


def test_a_closed_request_books_nothing(universe: Universe) -> None:
    request = universe.ready()
    requests.save_field(request=request, field="told", value="Call again", by=universe.alice, now=NOW)
    requests.close(request=request, outcome="answered", by=universe.alice, now=NOW)
    assert _code(universe, request) == "GATE_REQUEST_CLOSED"


class TestEmergency:
    def test_it_is_never_booked(self, universe: Universe) -> None:
        request = universe.ready(said=CHEST_PAIN)
        assert _code(universe, request) == "GATE_EMERGENCY"
        with pytest.raises(BookingGate):
            universe.hold(at(11), request=request)
        assert not Hold.objects.exists()

    def test_a_hold_from_before_is_not_booked_either(self, universe: Universe) -> None:
        request = universe.ready()
        hold = universe.hold(at(11), request=request)
        words.add(request=request, text=CHEST_PAIN, by=universe.alice, now=NOW)
        with pytest.raises(BookingGate) as refused:
            appointments.book(hold=hold, by=universe.alice, now=NOW)
        assert refused.value.code == "GATE_EMERGENCY"
        assert not Appointment.objects.exists()

    def test_an_open_emergency_of_the_same_patient_comes_first(self, universe: Universe) -> None:
        routine = universe.ready()
        universe.ready(said=CHEST_PAIN)
        assert _code(universe, routine) == "GATE_EMERGENCY"

    def test_of_another_patient_it_does_not(self, universe: Universe) -> None:
        routine = universe.ready()
        universe.ready(universe.chen, said=CHEST_PAIN)
        assert universe.hold(at(11), request=routine)

    def test_once_a_clinician_lowered_it_to_routine_it_may_be_booked(self, universe: Universe) -> None:
        request = universe.ready(said=CHEST_PAIN)
        lanes.lower_lane(request=request, to="routine", reason="A muscle", by=universe.bob, now=NOW)
        assert universe.book(at(11), request=request).patient == universe.ben


class TestUrgent:
    def test_not_before_a_clinician_directed(self, universe: Universe) -> None:
        request = universe.ready(said=FEVER)
        assert _code(universe, request) == "GATE_URGENT"
        handoffs.accept(handoff=request.handoffs.get(), by=universe.bob, now=NOW)
        assert _code(universe, request) == "GATE_URGENT"

    @pytest.mark.parametrize("direction", ["call_back", "no_visit", "sent_to_emergency"])
    def test_not_when_the_direction_is_something_else(self, universe: Universe, direction: str) -> None:
        request = universe.ready(said=FEVER)
        _direct(universe, request, direction, None)
        assert _code(universe, request) == "GATE_URGENT"

    def test_the_latest_direction_holds(self, universe: Universe) -> None:
        request = universe.ready(said=FEVER)
        _direct(universe, request, "same_day", universe.follow_up)
        request = words.add(request=request, text=CHEST_PAIN, by=universe.alice, now=NOW)
        second = handoffs.accept(handoff=request.handoffs.get(directed_at=None), by=universe.bob, now=NOW)
        request = lanes.lower_lane(request=request, to="urgent", reason="Old pain", by=universe.bob, now=NOW)
        assert _code(universe, request) == "GATE_URGENT"
        handoffs.direct(handoff=second, direction="no_visit", by=universe.bob, now=NOW)
        assert _code(universe, request) == "GATE_URGENT"

    def test_new_urgent_words_after_a_direction_go_to_a_clinician_again(self, universe: Universe) -> None:
        request = universe.ready(said=FEVER)
        _direct(universe, request, "same_day", universe.follow_up)
        request = words.add(request=request, text=VOMITING, by=universe.alice, now=NOW)
        assert (request.lane, request.handoffs.filter(directed_at=None).count()) == ("urgent", 1)
        assert _code(universe, request) == "GATE_URGENT"

    def test_only_the_visit_type_that_was_directed(self, universe: Universe) -> None:
        request = universe.ready(said=FEVER)
        _direct(universe, request, "same_day", universe.same_day)
        assert _code(universe, request) == "GATE_DIRECTION"
        wanted = universe.wanted(at(11), visit_type=universe.same_day)
        assert universe.book(at(11), request=request, wanted=wanted).visit_type == universe.same_day

    @pytest.mark.parametrize(("days", "allowed"), [(0, True), (1, True), (2, False)])
    def test_not_after_the_day_that_was_directed(self, universe: Universe, days: int, allowed: bool) -> None:
        request = universe.ready(said=FEVER)
        _direct(universe, request, "within_days", universe.follow_up)
        start = at(16, 30, day=TODAY + timedelta(days=days))
        if allowed:
            assert universe.book(start, request=request).start == start
        else:
            with pytest.raises(BookingGate) as refused:
                universe.hold(start, request=request)
            assert refused.value.code == "GATE_DIRECTION"


def test_a_refusal_is_written_down_when_a_door_asks(universe: Universe) -> None:
    request = universe.ready(said=CHEST_PAIN)
    ask = Ask(request.pk, universe.ben, universe.follow_up, universe.alice, NOW)
    with pytest.raises(BookingGate) as gate:
        check_can_book(ask)
    appointments.write_down_refusal(gate=gate.value, ask=ask, by=universe.alice, now=NOW)
    from frontdesk.daybook.models import Entry

    entry = Entry.objects.about("request", request.pk).get(kind="BookingRefused")
    assert entry.facts["code"] == "GATE_EMERGENCY"
