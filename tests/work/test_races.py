"""Several people reach for one piece of work at once. Real PostgreSQL, real connections, everything committed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from frontdesk.daybook.facts import System
from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import Refused
from frontdesk.triage.actions import calls
from frontdesk.triage.actions.intake import receive
from frontdesk.triage.models import Request
from frontdesk.work.actions.breaches import escalate_overdue
from frontdesk.work.actions.merging import merge
from frontdesk.work.actions.tasks import claim
from frontdesk.work.models import Task
from tests.factories.crowd import Crowd, crowd
from tests.factories.protocol import CHECK_UP
from tests.universe import NOW, Universe
from tests.work.kit import task

pytestmark = pytest.mark.django_db(transaction=True)
CLOCK = System("work clock")
HANDS = 8


@pytest.fixture
def hands(transactional_db: None, universe: Universe) -> Iterator[Crowd]:
    with crowd(HANDS) as found:
        yield found


def ended(act: Callable[[], object]) -> str:
    """How an attempt ended; anything but an answer or a refusal is raised."""
    try:
        act()
    except Refused as refusal:
        return refusal.code
    return "won"


def test_one_of_many_claims_a_task(universe: Universe, hands: Crowd) -> None:
    one = task(universe)
    people = [universe.alice, universe.bob, universe.dan]
    tries = [partial(ended, partial(claim, task=one, by=people[turn % 3], now=NOW)) for turn in range(HANDS)]
    found = hands.run(tries)
    owner = Task.objects.get(pk=one.pk).owner
    winners = {people[turn % 3] for turn, how in enumerate(found) if how == "won"}
    assert winners == {owner}
    assert {how for how in found if how != "won"} <= {"TASK_CLAIMED"}


def test_one_of_many_takes_a_request(universe: Universe, hands: Crowd) -> None:
    made = receive(
        channel="voicemail", text=CHECK_UP, site=universe.main, by=CLOCK, now=NOW, patient=universe.ben
    )
    people = [universe.alice, universe.bob, universe.dan]
    found = hands.run([partial(ended, partial(calls.take, request=made, by=one, now=NOW)) for one in people])
    assert Counter(found) == {"won": 1, "REQUEST_TAKEN": 2}
    taken = Request.objects.get(pk=made.pk).taken_by
    assert Task.objects.get().owner == taken
    assert Entry.objects.filter(kind="RequestTaken").count() == 1


def test_two_tasks_merged_into_each_other_leave_one(universe: Universe, hands: Crowd) -> None:
    one, two = task(universe), task(universe, ref=2)
    found = hands.run(
        [
            partial(ended, partial(merge, task=one, into=two, by=universe.alice, now=NOW)),
            partial(ended, partial(merge, task=two, into=one, by=universe.bob, now=NOW)),
        ]
    )
    assert Counter(found) == {"won": 1, "TASK_DONE": 1}
    assert Task.objects.open().count() == 1


def test_two_requests_merged_into_each_other_leave_one(universe: Universe, hands: Crowd) -> None:
    one, two = (
        receive(
            channel="voicemail", text=CHECK_UP, site=universe.main, by=CLOCK, now=NOW, patient=universe.ben
        )
        for _ in range(2)
    )
    found = hands.run(
        [
            partial(ended, partial(calls.merge, request=one, into=two, by=universe.alice, now=NOW)),
            partial(ended, partial(calls.merge, request=two, into=one, by=universe.bob, now=NOW)),
        ]
    )
    assert Counter(found) == {"won": 1, "REQUEST_CLOSED": 1}
    assert Request.objects.open().count() == 1


def test_the_same_message_sent_by_two_at_once_is_one_request(universe: Universe, hands: Crowd) -> None:
    def send() -> int:
        made = receive(
            channel="portal", text=CHECK_UP, site=universe.main, by=CLOCK, now=NOW, outside_id="m-1"
        )
        return made.pk

    found = hands.run([send] * 4)
    assert set(found) == {Request.objects.get().pk}
    assert Task.objects.count() == 1


def test_two_machines_escalate_a_task_once(universe: Universe, hands: Crowd) -> None:
    task(universe, due=-90)
    found = hands.run([partial(escalate_overdue, by=CLOCK, now=NOW)] * 4)
    assert sum(count for count in found if isinstance(count, int)) == 1
    assert Entry.objects.filter(kind="TaskEscalated").count() == 1
