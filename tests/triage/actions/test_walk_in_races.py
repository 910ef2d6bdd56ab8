"""Many nurses weigh at once: each reorder is written down as if there had been one after the other."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from frontdesk.daybook.models import Entry
from frontdesk.triage.actions import requests, walk_ins
from frontdesk.triage.models import WalkIn
from frontdesk.triage.queries.walk_ins import order_of
from tests.factories.crowd import crowd
from tests.universe import NOW, Universe, at

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 6


@pytest.fixture
def waiting(universe: Universe, transactional_db: None) -> list[WalkIn]:
    for number in range(PEOPLE):
        moment = NOW + timedelta(minutes=number)
        requests.open_request(site=universe.main, by=universe.alice, now=moment, channel="walk_in")
    return list(WalkIn.objects.order_by("pk"))


def test_reorders_follow_one_another_without_a_gap(universe: Universe, waiting: list[WalkIn]) -> None:
    start = order_of(universe.main)
    with crowd(PEOPLE) as nurses:
        answers = nurses.run(
            [
                partial(
                    walk_ins.set_tier,
                    walk_in=one,
                    tier=5 - number % 5,
                    reason="Weighed",
                    by=universe.bob,
                    now=at(11),
                )
                for number, one in enumerate(waiting)
            ]
        )
    assert not [one for one in answers if isinstance(one, Exception)]
    entries = list(Entry.objects.filter(kind="WalkInTierSet").order_by("pk"))
    steps = [(entry.facts["before"], entry.facts["after"]) for entry in entries]
    assert len(steps) == PEOPLE
    assert steps[0][0] == start
    assert [before for before, _ in steps[1:]] == [after for _, after in steps[:-1]]
    assert steps[-1][1] == order_of(universe.main)


def test_one_is_taken_in_once(universe: Universe, waiting: list[WalkIn]) -> None:
    with crowd(PEOPLE) as desks:
        answers = desks.run(
            [partial(walk_ins.leave, walk_in=waiting[0], end="seen", note="", by=universe.alice, now=at(11))]
            * PEOPLE
        )
    lost = [one for one in answers if isinstance(one, Exception)]
    assert len(lost) == PEOPLE - 1
    assert all(isinstance(one, walk_ins.NotWaiting) for one in lost)
    assert Entry.objects.filter(kind="WalkInLeft").count() == 1
