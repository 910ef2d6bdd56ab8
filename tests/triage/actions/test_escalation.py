"""Who is asked, one after the other, until somebody accepts or the last resort is reached."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Role
from frontdesk.clinic.models import Closure, SiteHours
from frontdesk.daybook.models import Entry
from frontdesk.triage.actions import escalation, handoffs, lanes, requests, words
from frontdesk.triage.jobs import pass_on as pass_on_job
from frontdesk.triage.jobs import sweep_handoffs
from frontdesk.triage.models import EscalationStep, Handoff, Request
from frontdesk.triage.queries.asked import asked_of
from frontdesk.work.models import Queue, Task
from tests.factories import staff
from tests.factories.protocol import CHEST_PAIN, FEVER, SELF_HARM, VOMITING
from tests.factories.trees import on_duty, use_trees
from tests.universe import LONG_AGO, NOW, TODAY, Universe

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic(universe: Universe) -> Universe:
    """Bob is the first nurse on duty, Carol the provider, Dan the manager. The protocol has trees."""
    universe.protocol = use_trees(approved_by=universe.carol, at=LONG_AGO)
    for user, target in ((universe.bob, "nurse"), (universe.carol, "provider"), (universe.dan, "manager")):
        on_duty(user, target, at=universe.main, now=NOW)
    return universe


def minutes(count: float) -> datetime:
    return NOW + timedelta(minutes=count)


def task_of(handoff: Handoff) -> Task:
    return Task.objects.open().get(about_kind="handoff", about_ref=handoff.pk)


def course(handoff: Handoff) -> list[tuple[int, str, str]]:
    """Each step: its number, its duty and how it ended."""
    return list(handoff.steps.values_list("number", "duty", "end"))


def asks(handoff: Handoff) -> set[User]:
    return set(handoff.steps.get(ended_at=None).asked.all())


def test_the_first_on_duty_is_asked_with_the_shorter_clock(clinic: Universe) -> None:
    handoff = clinic.ready(said=FEVER).handoffs.get()
    assert course(handoff) == [(1, "nurse", "")]
    assert asks(handoff) == {clinic.bob}
    assert handoff.due_at == minutes(10)  # the rule gives 15, the step 10
    emergency = clinic.ready(clinic.dora, said=CHEST_PAIN).handoffs.get()
    assert emergency.due_at == minutes(2)  # the rule gives 2
    task = task_of(handoff)
    assert (task.queue, task.due_at) == (Queue.NURSE, minutes(10))
    assert "Bob" in task.next_step
    job = ProcrastinateJob.objects.get(args__handoff_id=handoff.pk)
    assert (job.scheduled_at, job.args["number"]) == (minutes(10), 1)


def test_steps_with_nobody_on_duty_are_written_down_and_skipped(clinic: Universe) -> None:
    clinic.bob.duties.all().delete()
    handoff = clinic.ready(said=FEVER).handoffs.get()
    assert course(handoff) == [(1, "nurse", "nobody"), (2, "nurse", "nobody"), (3, "provider", "")]
    assert asks(handoff) == {clinic.carol}
    assert (handoff.due_at, task_of(handoff).queue) == (minutes(7), Queue.PROVIDER)
    entry = Entry.objects.get(kind="HandoffOffered")
    assert entry.facts["skipped"] == ["Triage nurse", "Triage nurse, second"]
    assert "Carol" in entry.facts["asked"]


def test_it_goes_through_the_tree_to_the_last_resort_and_is_raised_again(clinic: Universe) -> None:
    handoff = clinic.ready(said=FEVER).handoffs.get()
    at = NOW
    for number, target, until in ((3, "provider", 7), (4, "manager", 3)):
        handoff.refresh_from_db()
        at = handoff.due_at
        assert escalation.sweep(now=at - timedelta(seconds=1)) == 0
        assert escalation.sweep(now=at) == 1
        handoff.refresh_from_db()
        step = handoff.steps.get(ended_at=None)
        assert (step.number, step.duty, handoff.due_at) == (number, target, at + timedelta(minutes=until))
    at = handoff.due_at
    escalation.sweep(now=at)
    handoff.refresh_from_db()
    assert handoff.last_resort_at == at
    last = handoff.steps.get(ended_at=None)
    assert (last.duty, last.due_at, last.script_key) == ("", None, "last_nurse")
    assert task_of(handoff).due_at == at
    for turn in (1, 2):
        assert escalation.sweep(now=at + turn * escalation.AGAIN - timedelta(seconds=1)) == 0
        assert escalation.sweep(now=at + turn * escalation.AGAIN) == 1
        assert asked_of(clinic.bob)[0].due_at == at + (turn + 1) * escalation.AGAIN
    kinds = Entry.objects.about("request", handoff.request_id).filter(actor_name="escalation clock")
    assert list(kinds.values_list("kind", flat=True)) == [
        "HandoffPassedOn", "HandoffPassedOn", "LastResortReached", "LastResortRaisedAgain", "LastResortRaisedAgain",
    ]  # fmt: skip


def test_the_last_resort_asks_everybody_who_may_answer_and_who_has_the_call(clinic: Universe) -> None:
    request = clinic.ready(said=FEVER)
    to_the_end(request.handoffs.get())
    other = staff.user("olive", Role.SCHEDULER, sites=(clinic.main,))
    for who in (clinic.alice, clinic.bob, clinic.carol, clinic.dan):
        assert [one.is_last_resort for one in asked_of(who)] == [True], who
    for who in (other, clinic.charlie, clinic.erin, clinic.pat):
        assert asked_of(who) == [] or asked_of(who) == ()


def to_the_end(handoff: Handoff) -> Handoff:
    """Nobody accepts, to the last resort."""
    while handoff.last_resort_at is None:
        escalation.sweep(now=handoff.due_at)
        handoff.refresh_from_db()
    return handoff


def test_nobody_at_all_is_the_last_resort_at_once(clinic: Universe) -> None:
    for user in (clinic.bob, clinic.carol, clinic.dan):
        user.duties.all().delete()
    handoff = clinic.ready(said=FEVER).handoffs.get()
    assert handoff.last_resort_at == NOW
    assert course(handoff)[-1] == (5, "", "")
    assert task_of(handoff).due_at == NOW


def test_a_job_that_comes_twice_or_early_or_late_does_nothing(clinic: Universe) -> None:
    handoff = clinic.ready(said=FEVER).handoffs.get()
    assert escalation.pass_on(handoff=handoff, number=1, now=minutes(9)) is None
    assert escalation.pass_on(handoff=handoff, number=2, now=minutes(11)) is None
    assert escalation.pass_on(handoff=handoff, number=0, now=minutes(11)) is None
    assert escalation.pass_on(handoff=handoff, number=1, now=minutes(11)) is not None
    assert escalation.pass_on(handoff=handoff, number=1, now=minutes(30)) is None
    assert course(handoff) == [
        (1, "nurse", "passed_on"), (2, "nurse", "nobody"), (3, "provider", ""),
    ]  # fmt: skip


def test_the_jobs_call_the_same_action(clinic: Universe) -> None:
    """By our own clock all of it is long overdue."""
    handoff = clinic.ready(said=FEVER).handoffs.get()
    pass_on_job(handoff_id=handoff.pk, number=1)
    assert handoff.steps.filter(number=1, end="passed_on").exists()
    sweep_handoffs(timestamp=0)
    handoff.refresh_from_db()
    assert handoff.last_resort_at is not None  # in the present nobody is on duty any more


class TestAccepting:
    def test_it_ends_the_step_and_nobody_else_is_asked(self, clinic: Universe) -> None:
        handoff = clinic.ready(said=FEVER).handoffs.get()
        handoffs.accept(handoff=handoff, by=clinic.bob, now=minutes(3))
        assert course(handoff) == [(1, "nurse", "accepted")]
        assert escalation.pass_on(handoff=handoff, number=1, now=minutes(30)) is None
        assert escalation.sweep(now=minutes(30)) == 0
        assert list(asked_of(clinic.bob)) == []

    def test_somebody_who_was_not_asked_may_accept(self, clinic: Universe) -> None:
        handoff = clinic.ready(said=FEVER).handoffs.get()
        handoffs.accept(handoff=handoff, by=clinic.carol, now=minutes(3))
        assert course(handoff) == [(1, "nurse", "accepted")]

    def test_it_ends_the_last_resort(self, clinic: Universe) -> None:
        handoff = to_the_end(clinic.ready(said=FEVER).handoffs.get())
        handoffs.accept(handoff=handoff, by=clinic.alice, other="911", now=minutes(60))
        assert course(handoff)[-1] == (5, "", "accepted")
        assert escalation.sweep(now=minutes(90)) == 0

    def test_it_keeps_the_words_as_they_then_stand(self, clinic: Universe) -> None:
        request = clinic.ready(said=FEVER)
        handoff = request.handoffs.get()
        assert (handoff.words, handoff.callback) == (FEVER, "212-555-0142")
        words.add(request=request, text="And my neck hurts.", by=clinic.alice, now=minutes(1))
        requests.save_field(
            request=request, field="callback", value="212-555-0199", by=clinic.alice, now=minutes(1)
        )
        handoffs.accept(handoff=handoff, by=clinic.bob, now=minutes(2))
        words.add(request=request, text="Now he sleeps.", by=clinic.alice, now=minutes(3))
        handoff.refresh_from_db()
        assert (handoff.words, handoff.callback) == (f"{FEVER}\nAnd my neck hurts.", "212-555-0199")


class TestTheLane:
    def test_a_graver_lane_shortens_the_clock(self, clinic: Universe) -> None:
        request = clinic.ready(said=FEVER)
        words.add(request=request, text=CHEST_PAIN, by=clinic.alice, now=minutes(1))
        handoff = request.handoffs.get()
        assert handoff.due_at == minutes(3)
        assert (handoff.asked_action, task_of(handoff).due_at) == ("Join the call now", minutes(3))
        assert ProcrastinateJob.objects.filter(args__handoff_id=handoff.pk).count() == 2

    def test_a_lane_that_needs_no_clinician_stops_it_and_one_that_does_begins_it_anew(
        self, clinic: Universe
    ) -> None:
        request = clinic.ready(said=FEVER)
        handoff = request.handoffs.get()
        lanes.lower_lane(request=request, to="routine", reason="A cold", by=clinic.bob, now=minutes(2))
        assert course(handoff) == [(1, "nurse", "superseded")]
        assert not Task.objects.open().filter(about_kind="handoff").exists()
        assert escalation.sweep(now=minutes(60)) == 0
        lanes.raise_lane(request=request, to="urgent", reason="Worse", by=clinic.alice, now=minutes(61))
        assert course(handoff)[1:] == [(2, "nurse", "")]
        assert task_of(handoff).due_at == minutes(71)

    def test_a_closed_request_is_passed_on_to_nobody(self, clinic: Universe) -> None:
        request = clinic.ready(said=FEVER)
        Request.objects.filter(pk=request.pk).update(closed_at=NOW, closed_by=clinic.alice)
        escalation.sweep(now=minutes(20))
        assert course(request.handoffs.get()) == [(1, "nurse", "superseded")]

    def test_by_hand_the_lanes_own_general_target_is_asked(self, clinic: Universe) -> None:
        request = clinic.ready()
        lanes.raise_lane(request=request, to="emergency", reason="Grey", by=clinic.alice, now=NOW)
        assert (request.handoffs.get().target, request.handoffs.get().due_at) == ("nurse", minutes(2))


class TestTheHour:
    @pytest.fixture(autouse=True)
    def _hours(self, clinic: Universe) -> None:
        """Main Street answers on Tuesdays from 8 to 10:20. Bob is on call in the evening too."""
        SiteHours.objects.create(site=clinic.main, weekday=1, opens="08:00", closes="10:20")
        on_duty(clinic.bob, "on_call", at=clinic.main, now=NOW)

    def test_after_hours_others_are_asked(self, clinic: Universe) -> None:
        Closure.objects.create(site=clinic.main, day=TODAY, name="Storm", closed_at=NOW, closed_by=clinic.dan)
        handoff = clinic.ready(said=FEVER).handoffs.get()
        assert course(handoff) == [(1, "on_call", "")]
        assert handoff.due_at == minutes(15)  # the rule gives 15, the step 20
        to_the_end(handoff)
        assert handoff.steps.get(ended_at=None).script_key == "last_closed"

    def test_a_site_that_closes_meanwhile_begins_its_other_tree(self, clinic: Universe) -> None:
        handoff = clinic.ready(said=FEVER).handoffs.get()
        escalation.sweep(now=minutes(10))
        escalation.sweep(now=minutes(17))
        assert course(handoff)[-1] == (4, "manager", "")
        escalation.sweep(now=minutes(20))  # 10:20: closed
        assert course(handoff)[-1] == (5, "on_call", "")
        escalation.sweep(now=minutes(40))
        assert course(handoff)[-1] == (6, "provider", "")
        escalation.sweep(now=minutes(44))
        assert course(handoff)[-1] == (7, "", "")


class TestACrisis:
    def test_only_who_may_see_it_is_asked(self, clinic: Universe) -> None:
        """A manager who is on duty, even for crises, sees no restricted request."""
        on_duty(clinic.dan, "crisis", at=clinic.main, now=NOW)
        request = clinic.ready(said=SELF_HARM)
        handoff = request.handoffs.get()
        assert course(handoff) == [(1, "crisis", "nobody"), (2, "manager", "nobody"), (3, "", "")]
        task = task_of(handoff)
        assert (task.queue, task.restricted) == (Queue.CRISIS, True)
        assert [len(asked_of(who)) for who in (clinic.alice, clinic.bob, clinic.dan)] == [1, 1, 0]

    def test_words_of_a_crisis_beside_others_reach_its_own_people(self, clinic: Universe) -> None:
        on_duty(clinic.bob, "crisis", at=clinic.main, now=NOW)
        request = clinic.ready(said=f"{CHEST_PAIN} and {SELF_HARM}")
        assert {one.target for one in request.handoffs.all()} == {"nurse", "crisis_clinician"}
        assert request.restricted
        assert set(Task.objects.open().values_list("restricted", flat=True)) == {True}

    def test_said_later_it_restricts_what_waits(self, clinic: Universe) -> None:
        request = clinic.ready(said=CHEST_PAIN)
        assert not task_of(request.handoffs.get()).restricted
        words.add(request=request, text=SELF_HARM, by=clinic.alice, now=minutes(1))
        request.refresh_from_db()
        assert request.restricted
        assert request.handoffs.filter(target="crisis_clinician").exists()
        assert set(Task.objects.open().values_list("restricted", flat=True)) == {True}


class TestWithoutTrees:
    def test_everybody_who_may_accept_is_asked_for_the_rules_minutes(self, universe: Universe) -> None:
        handoff = universe.ready(said=VOMITING).handoffs.get()
        assert course(handoff) == [(1, "anybody", "")]
        assert asks(handoff) == {universe.bob, universe.carol}
        assert (handoff.due_at, task_of(handoff).queue) == (minutes(30), Queue.PROVIDER)
        to_the_end(handoff)
        assert handoff.steps.get(ended_at=None).script_key == ""

    def test_one_from_before_there_were_steps_is_passed_on_too(self, clinic: Universe) -> None:
        handoff = clinic.ready(said=FEVER).handoffs.get()
        EscalationStep.objects.all().delete()
        assert escalation.sweep(now=minutes(9)) == 0
        assert escalation.sweep(now=minutes(10)) == 1
        assert course(handoff) == [(1, "nurse", "")]
        assert asks(handoff) == {clinic.bob}

    def test_one_from_before_is_accepted_too(self, clinic: Universe) -> None:
        handoff = clinic.ready(said=FEVER).handoffs.get()
        EscalationStep.objects.all().delete()
        handoffs.accept(handoff=handoff, by=clinic.bob, now=minutes(30))
        assert escalation.sweep(now=minutes(60)) == 0
