"""Walk-ins: the order is the tier a clinician set, then arrival, and nothing else moves anybody."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from frontdesk.accounts.models import User
from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import BadValue, NotAllowed
from frontdesk.triage.actions import lanes, requests, walk_ins, words
from frontdesk.triage.models import Kind, Outcome, Request, TierChange, WalkIn
from frontdesk.triage.queries.walk_ins import needs_the_script, order_of, waiting_at
from frontdesk.triage.rules import RecordIncomplete
from frontdesk.work.models import Queue, Task
from tests.factories.protocol import CHECK_UP, CHEST_PAIN, FEVER, SELF_HARM
from tests.universe import NOW, Universe, at

pytestmark = pytest.mark.django_db

ACTS = ("words", "kind", "lane", "told", "park", "name")


def walk_in(cast: Universe, said: str = "", *, minute: int = 0, by: User | None = None) -> WalkIn:
    """Somebody who came at 10:00 and `minute` minutes, and said something."""
    moment = NOW + timedelta(minutes=minute)
    request = requests.open_request(site=cast.main, by=by or cast.alice, now=moment, channel="walk_in")
    request = requests.save_field(
        request=request, field="said_name", value=f"Wal Kin{minute}", by=cast.alice, now=moment
    )
    if said:
        words.add(request=request, text=said, by=cast.alice, now=moment)
    return WalkIn.objects.get(request=request)


def tier(
    cast: Universe, one: WalkIn, number: int, *, reason: str = "Pale, sweating", at_: int = 30
) -> WalkIn:
    return walk_ins.set_tier(
        walk_in=one, tier=number, reason=reason, by=cast.bob, now=NOW + timedelta(minutes=at_)
    )


def order(cast: Universe) -> list[int]:
    return [one.pk for one in waiting_at(cast.main)]


def test_opening_a_walk_in_makes_somebody_wait_and_a_call_does_not(universe: Universe) -> None:
    universe.request()
    one = walk_in(universe)
    assert (one.arrived_at, one.tier, one.site) == (NOW, None, universe.main)
    assert WalkIn.objects.count() == 1
    assert Entry.objects.about("request", one.request_id).filter(kind="WalkInArrived").count() == 1
    again = walk_ins.arrive(request=one.request, by=universe.alice, now=at(11))
    assert (again.pk, again.arrived_at) == (one.pk, NOW)


def test_three_who_come_in_together_are_three_and_a_double_click_is_one(universe: Universe) -> None:
    def opened(seconds: int) -> Request:
        moment = NOW + timedelta(seconds=seconds)
        return requests.open_request(site=universe.main, by=universe.alice, now=moment, channel="walk_in")

    assert opened(0) == opened(1)
    assert len({opened(5).pk, opened(10).pk, opened(15).pk}) == 3


def test_a_call_does_not_wait_at_the_counter_unless_it_turns_out_to_be_a_walk_in(universe: Universe) -> None:
    call = universe.request()
    with pytest.raises(BadValue):
        walk_ins.arrive(request=call, by=universe.alice, now=NOW)
    requests.save_field(request=call, field="channel", value="walk_in", by=universe.alice, now=NOW)
    assert order_of(universe.main) == [call.pk]


def test_the_order_is_the_tier_then_the_arrival_and_who_is_not_weighed_comes_last(universe: Universe) -> None:
    first, second, third, fourth = (walk_in(universe, minute=one) for one in range(4))
    assert order(universe) == [one.pk for one in (first, second, third, fourth)]
    tier(universe, third, 2)
    tier(universe, fourth, 1)
    tier(universe, second, 2)
    assert order(universe) == [one.pk for one in (fourth, second, third, first)]


def test_every_reorder_is_a_fact_with_the_order_before_and_after_and_the_reason(universe: Universe) -> None:
    first, second = walk_in(universe), walk_in(universe, minute=1)
    tier(universe, second, 1, reason="Short of breath at rest")
    entry = Entry.objects.get(kind="WalkInTierSet")
    assert entry.facts["before"] == [first.request_id, second.request_id]
    assert entry.facts["after"] == [second.request_id, first.request_id]
    assert (entry.reason, entry.actor, entry.facts["was"], entry.facts["became"]) == (
        "Short of breath at rest", universe.bob, None, 1,
    )  # fmt: skip
    tier(universe, second, 4, reason="Better after resting", at_=40)
    kept = list(TierChange.objects.values_list("was", "became", "changed_by__username"))
    assert kept == [(None, 1, "bob"), (1, 4, "bob")]


@pytest.mark.parametrize("who", ["alice", "dan", "charlie", "erin", "pat"])
def test_nobody_but_a_clinician_sets_a_tier(universe: Universe, who: str) -> None:
    one = walk_in(universe)
    with pytest.raises(NotAllowed) as refused:
        walk_ins.set_tier(walk_in=one, tier=1, reason="He shouts", by=getattr(universe, who), now=NOW)
    assert refused.value.code == "TIER_CLINICIAN"
    assert WalkIn.objects.get(pk=one.pk).tier is None


@pytest.mark.parametrize("number", [0, 6, -1, 99])
def test_a_tier_is_one_of_five(universe: Universe, number: int) -> None:
    with pytest.raises(BadValue):
        tier(universe, walk_in(universe), number)


def test_a_tier_has_a_reason_and_is_not_set_twice(universe: Universe) -> None:
    one = walk_in(universe)
    with pytest.raises(BadValue):
        tier(universe, one, 2, reason="   ")
    tier(universe, one, 2)
    with pytest.raises(walk_ins.SameTier):
        tier(universe, one, 2)


def test_an_emergency_does_not_wait_in_the_list(universe: Universe) -> None:
    one = walk_in(universe, CHEST_PAIN)
    assert needs_the_script(WalkIn.objects.get(pk=one.pk))
    with pytest.raises(walk_ins.EmergencyTier):
        tier(universe, one, 3)
    weighed = tier(universe, one, 1)
    assert not needs_the_script(WalkIn.objects.get(pk=weighed.pk))
    assert not needs_the_script(walk_in(universe, FEVER, minute=1))


def test_who_gets_worse_after_being_weighed_leaves_the_list_again(universe: Universe) -> None:
    one = tier(universe, walk_in(universe, CHECK_UP), 4)
    words.add(request=one.request, text=CHEST_PAIN, by=universe.alice, now=at(10, 45))
    assert needs_the_script(WalkIn.objects.select_related("request").get(pk=one.pk))


def test_a_clinical_lane_without_a_tier_becomes_a_task_of_the_nurse_and_the_tier_ends_it(
    universe: Universe,
) -> None:
    one = walk_in(universe, FEVER)
    task = Task.objects.get(about_kind="walk_in", about_ref=one.pk)
    assert (task.queue, task.weight, task.due_at) == (Queue.NURSE, 2, NOW + timedelta(minutes=5))
    words.add(request=one.request, text=CHEST_PAIN, by=universe.alice, now=at(10, 2))
    assert Task.objects.get(about_kind="walk_in").weight == 3
    tier(universe, one, 1)
    assert Task.objects.get(about_kind="walk_in").outcome == "Tier 1"


def test_a_routine_walk_in_and_a_call_raise_no_such_task(universe: Universe) -> None:
    walk_in(universe, CHECK_UP)
    universe.ready(said=FEVER)
    assert not Task.objects.filter(about_kind="walk_in").exists()


def test_a_walk_in_in_crisis_is_a_restricted_task(universe: Universe) -> None:
    walk_in(universe, SELF_HARM)
    assert Task.objects.get(about_kind="walk_in").restricted


def test_who_is_taken_in_before_others_needs_a_note(universe: Universe) -> None:
    first, second = walk_in(universe), walk_in(universe, minute=1)
    with pytest.raises(walk_ins.OutOfTurn):
        walk_ins.leave(walk_in=second, end="seen", note="", by=universe.alice, now=at(11))
    walk_ins.leave(walk_in=first, end="seen", note="", by=universe.alice, now=at(11))
    left = walk_ins.leave(walk_in=second, end="seen", note="", by=universe.alice, now=at(11, 5))
    assert (left.left_at, left.left_by, left.end) == (at(11, 5), universe.alice, "seen")
    with pytest.raises(walk_ins.NotWaiting):
        walk_ins.leave(walk_in=second, end="left", note="", by=universe.alice, now=at(11, 6))
    with pytest.raises(walk_ins.NotWaiting):
        tier(universe, second, 1)
    places = [one.facts["place"] for one in Entry.objects.filter(kind="WalkInLeft").order_by("pk")]
    assert places == [1, 1]


def test_given_a_time_is_said_only_of_somebody_who_has_one(universe: Universe) -> None:
    one = walk_in(universe)
    with pytest.raises(BadValue):
        walk_ins.leave(walk_in=one, end="booked", note="", by=universe.alice, now=NOW)
    with pytest.raises(BadValue):
        walk_ins.leave(walk_in=one, end="bored", note="", by=universe.alice, now=NOW)


def test_who_leaves_unseen_in_a_clinical_lane_is_called_back_by_the_nurse(universe: Universe) -> None:
    walk_ins.leave(walk_in=walk_in(universe, FEVER), end="left", note="", by=universe.alice, now=at(11))
    assert Task.objects.get(title="Left the counter before being seen").queue == Queue.NURSE
    walk_ins.leave(walk_in=walk_in(universe, minute=1), end="left", note="", by=universe.alice, now=at(11))
    assert Task.objects.filter(title="Left the counter before being seen").count() == 1


def ready_to_close(cast: Universe) -> WalkIn:
    one = walk_in(cast, CHECK_UP)
    born = f"{cast.ben.birth_date:%m/%d/%Y}"
    for field, value in (
        ("said_name", cast.ben.name), ("said_birth_date", born), ("callback", "212-555-0142"), ("kind", "routine"),
        ("told", "Call us on Monday"),
    ):  # fmt: skip
        requests.save_field(request=one.request, field=field, value=value, by=cast.alice, now=NOW)
    return one


def test_a_request_is_not_closed_while_its_person_stands_at_the_counter(universe: Universe) -> None:
    one = ready_to_close(universe)
    with pytest.raises(RecordIncomplete, match="How the waiting ended"):
        requests.close(request=one.request, outcome="answered", by=universe.alice, now=NOW)
    walk_ins.leave(walk_in=one, end="referred", note="", by=universe.alice, now=NOW)
    closed = requests.close(request=one.request, outcome="answered", by=universe.alice, now=NOW)
    assert closed.closed_at == NOW


def test_a_booked_visit_ends_the_waiting_when_the_request_is_closed(universe: Universe) -> None:
    one = ready_to_close(universe)
    request = Request.objects.get(pk=one.request_id)
    universe.book(at(15), request=request)
    requests.close(request=request, outcome="booked", by=universe.alice, now=NOW)
    one.refresh_from_db()
    assert (one.end, one.left_at) == ("booked", NOW)


def test_who_is_the_same_as_somebody_on_the_telephone_waits_on_with_that_request(universe: Universe) -> None:
    one = walk_in(universe)
    call = universe.ready()
    Request.objects.filter(pk=one.request_id).update(
        closed_at=NOW, closed_by=universe.alice, outcome=Outcome.DUPLICATE, same_as=call
    )
    request = Request.objects.get(pk=one.request_id)
    walk_ins.end_with_request(request=request, by=universe.alice, now=at(10, 30))
    assert order_of(universe.main) == [call.pk]
    one.refresh_from_db()
    assert (one.request, one.arrived_at, one.left_at) == (call, NOW, None)


@pytest.mark.parametrize("seed", range(12))
def test_whatever_a_scheduler_does_only_tier_and_arrival_order_them(universe: Universe, seed: int) -> None:
    dice = Random(seed)
    tiers = [dice.choice([None, 1, 2, 3, 4, 5]) for _ in range(dice.randint(2, 6))]
    people = [walk_in(universe, minute=number) for number in range(len(tiers))]
    for one, number in zip(people, tiers, strict=True):
        if number is not None:
            tier(universe, one, number)
    expected = sorted(zip(people, tiers, strict=True), key=lambda pair: (pair[1] or 9, pair[0].arrived_at))
    for _ in range(8):
        _do(universe, dice.choice(people).request_id, dice.choice(ACTS), dice)
    assert order(universe) == [one.pk for one, _ in expected]


def _do(cast: Universe, pk: int, act: str, dice: Random) -> None:
    """What a scheduler may do with a request, as loudly as they like."""
    request = Request.objects.get(pk=pk)
    moment = at(11, dice.randint(0, 59))
    if act == "words":
        text = "I have waited for an hour, this is an outrage, I want the manager NOW"
        words.add(request=request, text=text, by=cast.alice, now=moment)
    elif act == "lane":
        if request.lane == "routine":
            lanes.raise_lane(request=request, to="urgent", reason="He shouts", by=cast.alice, now=moment)
    elif act == "park":
        requests.park(request=request, by=cast.alice, now=moment)
    else:
        field, value = {
            "kind": ("kind", Kind.SYMPTOM.value), "told": ("told", "Very important"), "name": ("said_name", "A. First"),
        }[act]  # fmt: skip
        requests.save_field(request=request, field=field, value=value, by=cast.alice, now=moment)
