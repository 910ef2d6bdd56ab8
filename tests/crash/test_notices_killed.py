"""kill -9 of the worker while it tells a client of a change: nothing is lost, and what comes twice has one number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from frontdesk.partners.models import Notice, NoticeState, Subscription, SubscriptionState
from tests.crash.test_escalation_killed import wait_for, worker
from tests.factories.partners import register
from tests.factories.receiver import Receiver, receiving
from tests.factories.told import subscribe
from tests.universe import Universe, at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """On this machine, which the worker may call."""
    monkeypatch.setenv("FRONTDESK_OUTSIDE_ALLOW", "http://127.0.0.1")
    with receiving() as found:
        yield found
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")  # not ours, so not emptied with our tables
        cursor.execute("DELETE FROM procrastinate_workers")


def test_a_worker_killed_between_sending_and_keeping_it(
    universe: Universe, receiver: Receiver, tmp_path: Path
) -> None:
    """While the receiver lets it wait, the worker does everything else that there is to do."""
    log = tmp_path / "worker.log"
    with worker(log) as first:
        made = subscribe(register(universe), receiver.url, now=timezone.now())
        active = Subscription.objects.filter(pk=made.pk, state=SubscriptionState.ACTIVE)
        wait_for(active.exists, log)
        receiver.quick.clear()
        universe.book(at(11))
        wait_for(lambda: receiver.numbers == [1], log)
        others = ProcrastinateJob.objects.exclude(task_name="partners.deliver")
        wait_for(lambda: not others.filter(status__in=["todo", "doing"], scheduled_at=None).exists(), log)
        first.kill()
    assert Notice.objects.get().state == NoticeState.WAITING, "the receiver has it, and nobody here knows"
    universe.book(at(12))
    receiver.quick.set()
    with worker(log):
        wait_for(lambda: Notice.objects.filter(state=NoticeState.SENT).count() == 2, log)
    assert receiver.numbers == [1, 1, 2]
    assert "of-theirs" not in log.read_text()
    assert made.secret not in log.read_text()
