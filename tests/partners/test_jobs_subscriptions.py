"""What the worker does to tell clients, one job at a time, by the test's clock."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from frontdesk.partners import jobs
from frontdesk.partners.models import Notice, Subscription
from tests.factories.partners import register
from tests.factories.receiver import Receiver, receiving
from tests.factories.told import subscribe
from tests.universe import NOW, Universe, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """While it is there, time stands at NOW for the jobs."""
    monkeypatch.setattr("frontdesk.kit.clock.timezone", SimpleNamespace(now=lambda: NOW))
    with receiving() as found:
        yield found


def waiting(name: str) -> list[dict[str, int]]:
    return list(ProcrastinateJob.objects.filter(task_name=f"partners.{name}").values_list("args", flat=True))


def test_there_is_one_job_for_each_that_has_something_to_be_sent(
    universe: Universe, receiver: Receiver
) -> None:
    client = register(universe)
    made = [subscribe(client, receiver.url) for _ in range(2)]
    assert len(waiting("wake")) == 2
    jobs.wake()
    jobs.wake()
    assert waiting("deliver") == [{"subscription_id": one.pk} for one in made]
    found = ProcrastinateJob.objects.filter(task_name="partners.deliver")
    assert set(found.values_list("lock", "queueing_lock", "priority")) == {("partners", None, -5)}


def test_one_job_tells_all_that_waits(universe: Universe, receiver: Receiver) -> None:
    made = subscribe(register(universe), receiver.url)
    jobs.deliver(made.pk)
    for hour in (11, 12):
        universe.book(at(hour), request=universe.ready(universe.ben))
    jobs.deliver(made.pk)
    assert receiver.kinds == ["handshake", "event-notification", "event-notification"]
    receiver.usual = 500
    universe.book(at(13), request=universe.ready(universe.ben))
    jobs.deliver(made.pk)
    assert receiver.numbers == [1, 2, 3]


def test_a_turn_is_limited_and_goes_on_later(
    universe: Universe, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "MOST", 2)
    made = subscribe(register(universe), receiver.url)
    for hour in (11, 12):
        jobs.deliver(made.pk)
        universe.book(at(hour), request=universe.ready(universe.ben))
    ProcrastinateJob.objects.all().delete()
    universe.book(at(13), request=universe.ready(universe.ben))
    before = len(waiting("wake"))
    jobs.deliver(made.pk)
    assert receiver.numbers == [1, 2, 3]
    assert len(waiting("wake")) == before + 1


def test_the_sweep_ends_what_is_over_and_wakes(universe: Universe, receiver: Receiver) -> None:
    client = register(universe)
    over, other = subscribe(client, receiver.url), subscribe(client, receiver.url)
    Subscription.objects.filter(pk=over.pk).update(until=NOW)
    jobs.sweep(0)
    jobs.tidy(0)
    assert waiting("deliver") == [{"subscription_id": other.pk}]
    assert Notice.objects.count() == 0
