"""A patient comes late: asked, answered, approved, settled; an urgent one is not sent away without a clinician."""

from __future__ import annotations

from datetime import datetime

import pytest

from frontdesk.accounts.models import User
from frontdesk.book.actions import cancels
from frontdesk.book.models import Appointment
from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import BadValue, NotAllowed
from frontdesk.triage.actions import handoffs, lanes, late_arrivals
from frontdesk.triage.models import Disposition, LateArrival, Request
from frontdesk.triage.queries.late_arrivals import is_urgent
from frontdesk.work.models import Queue, Task
from tests.factories.protocol import FEVER
from tests.universe import TODAY, Universe, at

pytestmark = pytest.mark.django_db


def visit(cast: Universe, request: Request | None = None) -> Appointment:
    """A follow-up with Dr. Carol at 11:00."""
    return cast.book(at(11), request=request)


def late(cast: Universe, of: Appointment | None = None, *, came: datetime | None = None) -> LateArrival:
    came = came or at(11, 12)
    return late_arrivals.record_arrival(
        visit=of or visit(cast), arrived_at=came, by=cast.alice, now=at(11, 14)
    )


def yes(cast: Universe, one: LateArrival) -> LateArrival:
    return late_arrivals.answer(
        late=one, feasible=True, words="After the next", by=cast.carol, now=at(11, 16)
    )


def settled(cast: Universe, one: LateArrival, how: str, *, by: User | None = None) -> LateArrival:
    return late_arrivals.settle(late=one, disposition=how, note="", by=by or cast.alice, now=at(11, 20))


def test_a_late_arrival_asks_the_provider_team_with_five_minutes(universe: Universe) -> None:
    one = late(universe)
    assert (one.minutes_late, one.arrived_at, one.recorded_by) == (12, at(11, 12), universe.alice)
    task = Task.objects.get(about_kind="late_arrival", about_ref=one.pk)
    assert (task.queue, task.due_at) == (Queue.PROVIDER, at(11, 19))
    yes(universe, one)
    assert Task.objects.get(pk=task.pk).outcome == "It can be done"


def test_it_stands_in_the_trail_of_its_request(universe: Universe) -> None:
    request = universe.ready()
    one = yes(universe, late(universe, visit(universe, request)))
    late_arrivals.approve(late=one, because="Ten minutes are left", by=universe.bob, now=at(11, 17))
    settled(universe, one, "squeezed_in")
    kinds = list(Entry.objects.about("request", request.pk).values_list("kind", flat=True))
    assert [kind for kind in kinds if kind.startswith("Late")] == [
        "LateArrivalRecorded", "LateArrivalAnswered", "LateArrivalApproved", "LateArrivalSettled",
    ]  # fmt: skip
    last = Entry.objects.get(kind="LateArrivalSettled")
    assert (last.facts["disposition"], last.approved_by) == ("Squeezed in, approved", universe.bob)


@pytest.mark.parametrize(
    ("came", "problem"),
    [(at(11), late_arrivals.NotLate), (at(10, 50), late_arrivals.NotLate), (at(11, 30), BadValue),
     (at(9, day=TODAY.replace(day=2)), BadValue)],
)  # fmt: skip
def test_the_time_of_arrival_is_after_the_visit_began_and_not_ahead(
    universe: Universe, came: datetime, problem: type[Exception]
) -> None:
    with pytest.raises(problem):
        late(universe, came=came)
    assert not LateArrival.objects.exists()


def test_only_a_visit_that_stands_can_be_late_and_only_once(universe: Universe) -> None:
    one = visit(universe)
    late(universe, one)
    with pytest.raises(late_arrivals.LateAlready):
        late(universe, one)
    cancelled = universe.book(at(11), wanted=universe.wanted(at(11), provider=universe.dr_yusuf,
                              room=universe.exam_2), request=universe.ready(universe.dora))  # fmt: skip
    cancels.cancel(
        visit=cancelled, why="patient-ill", note="", version=1, key="k", by=universe.alice, now=at(10, 30)
    )
    with pytest.raises(late_arrivals.NotLate):
        late(universe, cancelled)


@pytest.mark.parametrize("how", ["seen", "squeezed_in"])
def test_nobody_is_seen_without_a_yes_and_an_approval(universe: Universe, how: str) -> None:
    one = late(universe)
    with pytest.raises(late_arrivals.LateNeeds, match="must say first"):
        settled(universe, one, how)
    yes(universe, one)
    with pytest.raises(late_arrivals.LateNeeds, match="approve"):
        settled(universe, one, how)
    late_arrivals.approve(late=one, because="Short visit", by=universe.dan, now=at(11, 17))
    assert settled(universe, one, how).disposition == how
    with pytest.raises(late_arrivals.LateAlready):
        settled(universe, one, "left")


def test_an_approval_needs_the_answer_first_and_a_reason(universe: Universe) -> None:
    one = late(universe)
    with pytest.raises(late_arrivals.LateNeeds):
        late_arrivals.approve(late=one, because="x", by=universe.bob, now=at(11, 17))
    late_arrivals.answer(
        late=one, feasible=False, words="Full until three", by=universe.carol, now=at(11, 16)
    )
    with pytest.raises(late_arrivals.LateNeeds):
        late_arrivals.approve(late=one, because="x", by=universe.bob, now=at(11, 17))
    with pytest.raises(late_arrivals.LateAlready):
        yes(universe, one)


def test_an_approval_without_a_reason_and_a_no_without_words_are_refused(universe: Universe) -> None:
    one = late(universe)
    with pytest.raises(BadValue):
        late_arrivals.answer(late=one, feasible=False, words=" ", by=universe.carol, now=at(11, 16))
    yes(universe, one)
    with pytest.raises(BadValue):
        late_arrivals.approve(late=one, because=" ", by=universe.bob, now=at(11, 17))


def test_a_scheduler_neither_answers_nor_approves(universe: Universe) -> None:
    one = late(universe)
    with pytest.raises(NotAllowed):
        late_arrivals.answer(late=one, feasible=True, words="", by=universe.alice, now=at(11, 16))
    with pytest.raises(NotAllowed):  # a manager may approve and not say what is clinically feasible
        late_arrivals.answer(late=one, feasible=True, words="", by=universe.dan, now=at(11, 16))
    yes(universe, one)
    with pytest.raises(NotAllowed):
        late_arrivals.approve(late=one, because="x", by=universe.alice, now=at(11, 17))
    with pytest.raises(NotAllowed):
        late_arrivals.record_arrival(
            visit=visit_of(one), arrived_at=at(11, 12), by=universe.carol, now=at(11, 20)
        )


def visit_of(one: LateArrival) -> Appointment:
    return one.appointment


def directed(cast: Universe) -> Appointment:
    """Dora's visit, directed by the nurse for a fever."""
    request = cast.ready(cast.dora, said=FEVER)
    handoff = handoffs.accept(handoff=request.handoffs.get(), by=cast.bob, now=at(10))
    handoffs.direct(handoff=handoff, direction="same_day", visit_type=cast.follow_up, by=cast.bob, now=at(10))
    return visit(cast, Request.objects.get(pk=request.pk))


@pytest.mark.parametrize("how", ["moved", "left"])
def test_an_urgent_patient_is_not_sent_away_before_a_clinician_has_answered(
    universe: Universe, how: str
) -> None:
    one = late(universe, directed(universe))
    assert is_urgent(one.appointment)
    with pytest.raises(late_arrivals.LateNeeds, match="urgent"):
        settled(universe, one, how)
    late_arrivals.answer(late=one, feasible=False, words="I call at noon", by=universe.bob, now=at(11, 16))
    assert settled(universe, one, how).disposition == how


def test_a_lane_that_a_clinician_lowered_still_counts_as_directed(universe: Universe) -> None:
    found = directed(universe)
    request = Request.objects.get(pk=found.asked_for or 0)
    lanes.lower_lane(request=request, to="routine", reason="Fever is gone", by=universe.bob, now=at(10, 5))
    assert is_urgent(found)


@pytest.mark.parametrize("how", ["moved", "left", "virtual", "other_provider", "sent_on"])
def test_a_routine_patient_may_be_settled_at_once(universe: Universe, how: str) -> None:
    assert settled(universe, late(universe), how).disposition == how
    assert not Task.objects.open().filter(about_kind="late_arrival").exists()


def test_the_nurse_takes_over_with_a_task(universe: Universe) -> None:
    one = settled(universe, late(universe), "sent_to_nurse")
    task = Task.objects.open().get(queue=Queue.NURSE)
    assert (task.queue, task.patient) == (Queue.NURSE, one.appointment.patient)


def test_an_end_is_one_of_the_list(universe: Universe) -> None:
    with pytest.raises(BadValue):
        settled(universe, late(universe), "vanished")
    assert len(Disposition) == 8
