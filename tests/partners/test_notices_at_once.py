"""Many changes at the same moment, while clients are being told: each is told once, in an order that is true."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from frontdesk.book.actions import cancels
from frontdesk.partners.models import Notice, NoticeState, Subscription
from frontdesk.triage.models import Request
from tests.factories.partners import register
from tests.factories.receiver import Receiver, receiving
from tests.factories.served import deadlocks
from tests.factories.told import tell, told
from tests.universe import NOW, Universe, at

pytestmark = pytest.mark.django_db(transaction=True)
HOURS = (11, 12, 13, 14)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def change(cast: Universe, hour: int, request: Request) -> None:
    """Book a visit, cancel it and take that back."""
    try:
        visit = cast.book(at(hour), request=request)
        cancels.cancel(
            visit=visit, why="patient-asked", note="", version=1, key=f"c{hour}", by=cast.alice, now=NOW
        )
        visit.refresh_from_db()
        cancels.undo(visit=visit, version=visit.version, by=cast.alice, now=NOW)
    finally:
        connections.close_all()


def keep_telling(made: Subscription, rounds: int) -> None:
    try:
        for _ in range(rounds):
            tell(made)
    finally:
        connections.close_all()


def test_changes_at_once_are_told_once_each_and_in_order(universe: Universe, receiver: Receiver) -> None:
    client = register(universe)
    made, other = told(client, receiver.url), told(client, receiver.url, most_in_one=5)
    receiver.forget()
    requests = {hour: universe.ready(universe.ben if hour % 2 else universe.dora) for hour in HOURS}
    before = deadlocks()
    with ThreadPoolExecutor(4) as people:
        futures = [people.submit(keep_telling, one, 6) for one in (made, other)]
        futures += [people.submit(change, universe, hour, requests[hour]) for hour in HOURS]
        for future in futures:
            future.result()
    tell(made), tell(other)
    assert deadlocks() == before
    for one in (made, other):
        rows = list(one.notices.order_by("number").values_list("number", "what", "appointment", "state"))
        assert [number for number, *_ in rows] == list(range(1, 3 * len(HOURS) + 1))
        assert {state for *_, state in rows} == {NoticeState.SENT}
        course: dict[int | None, list[str]] = defaultdict(list)
        for _, what, visit, _ in rows:
            course[visit].append(what)
        assert all(found == ["booked", "cancelled", "restored"] for found in course.values())
    by_subscription: dict[str, list[int]] = defaultdict(list)
    for got in receiver.received:
        by_subscription[got.said["subscription"]] += [int(event["event-number"]) for event in got.events]
    assert [sorted(found) == found for found in by_subscription.values()] == [True, True]
    assert Notice.objects.count() == 6 * len(HOURS)
