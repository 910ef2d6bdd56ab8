"""kill -9 of the worker between two steps of an escalation, and in the middle of one: nothing is lost or done twice.

The workers are processes as `frontdesk up` starts them, on the test's own database, by the real clock.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from frontdesk.clinic.models import SiteHours
from frontdesk.config.jobs import retry_stalled
from frontdesk.daybook.models import Entry
from frontdesk.triage.actions import escalation, requests, words
from frontdesk.triage.models import Handoff
from frontdesk.up.paths import checkout
from tests.factories.protocol import FEVER
from tests.factories.served import database_url
from tests.factories.trees import on_duty, use_trees
from tests.universe import LONG_AGO, Universe

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 240.0  # seconds until what must happen has happened, on a machine with much else to do
SOON = timedelta(seconds=3)


@pytest.fixture
def clinic(universe: Universe) -> Iterator[Universe]:
    """Bob is the nurse on duty now, Carol the provider."""
    use_trees(approved_by=universe.carol, at=LONG_AGO)
    on_duty(universe.bob, "nurse", at=universe.main, now=timezone.now())
    on_duty(universe.carol, "provider", at=universe.main, now=timezone.now())
    open_all_day(universe)
    yield universe
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")  # not ours, so not emptied with our tables
        cursor.execute("DELETE FROM procrastinate_workers")


def open_all_day(clinic: Universe) -> None:
    for day in range(7):
        SiteHours.objects.create(site=clinic.main, weekday=day, opens="00:00", closes="23:59:59")


class Worker:
    """`frontdesk worker` as a process."""

    def __init__(self, log: Path) -> None:
        known = set(ProcrastinateWorker.objects.values_list("pk", flat=True))
        told = {
            "DATABASE_URL": database_url(),
            "FRONTDESK_SECRET_KEY": settings.SECRET_KEY,
            "PYTHONPATH": str(checkout()),
        }
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "frontdesk", "worker"],
                env=os.environ | told, stdout=output, stderr=output, cwd=checkout(),
            )  # fmt: skip
        wait_for(lambda: set(ProcrastinateWorker.objects.values_list("pk", flat=True)) - known, log)

    def kill(self) -> None:
        """At once, as a machine that loses its power."""
        self.process.kill()
        self.process.wait()


@contextmanager
def worker(log: Path) -> Iterator[Worker]:
    made = Worker(log)
    try:
        yield made
    finally:
        made.kill()


def a_minute_passes() -> None:
    """The dead worker has been silent for long, and what looks for such workers every minute is due."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 minute'"
        )
    retry_stalled.configure().defer(timestamp=0)


def wait_for(happened: Callable[[], object], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, log.read_text()[-3000:] if log.exists() else "no log"
        time.sleep(0.1)


def handed_over(clinic: Universe) -> Handoff:
    """An urgent handoff whose first step, ten minutes long, ends soon."""
    begun = timezone.now() - timedelta(minutes=10) + SOON
    request = requests.open_request(site=clinic.main, by=clinic.alice, now=begun)
    words.add(request=request, text=FEVER, by=clinic.alice, now=begun)
    handoff = request.handoffs.get()
    assert course(handoff) == [(1, "nurse", "")]
    return handoff


def course(handoff: Handoff) -> list[tuple[int, str, str]]:
    return list(handoff.steps.values_list("number", "duty", "end"))


def times_passed_on(handoff: Handoff) -> int:
    return Entry.objects.about("request", handoff.request_id).filter(kind="HandoffPassedOn").count()


PASSED_ON = [(1, "nurse", "passed_on"), (2, "nurse", "nobody"), (3, "provider", "")]


def test_a_worker_killed_between_two_steps_loses_nothing(clinic: Universe, tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    with worker(log) as first:
        handoff = handed_over(clinic)
        first.kill()
    wait_for(lambda: timezone.now() > handoff.due_at, log)
    assert course(handoff) == [(1, "nurse", "")], "nobody is there to pass it on"
    with worker(log):
        wait_for(lambda: course(handoff) != [(1, "nurse", "")], log)
        wait_for(lambda: not ProcrastinateJob.objects.filter(status="todo", args__number=1).exists(), log)
        assert escalation.sweep(now=timezone.now()) == 0, "it is passed on already"
    assert course(handoff) == PASSED_ON
    assert times_passed_on(handoff) == 1


def test_a_worker_killed_in_the_middle_of_a_step_neither_loses_nor_repeats_it(
    clinic: Universe, tmp_path: Path
) -> None:
    log = tmp_path / "worker.log"
    handoff = handed_over(clinic)
    with psycopg.connect(database_url()) as somebody, worker(log) as first:
        somebody.execute("SELECT 1 FROM triage_request WHERE id = %s FOR UPDATE", [handoff.request_id])
        doing = ProcrastinateJob.objects.filter(status="doing", args__handoff_id=handoff.pk)
        wait_for(doing.exists, log)
        first.kill()
        somebody.rollback()
    assert times_passed_on(handoff) <= 1
    a_minute_passes()
    with worker(log):
        wait_for(lambda: course(handoff) == PASSED_ON, log)
        # The job whose worker has died is put back and done again, and then changes nothing.
        wait_for(lambda: not doing.exists(), log)
        wait_for(lambda: not ProcrastinateJob.objects.filter(args__number=1).exists(), log)
    assert course(handoff) == PASSED_ON
    assert times_passed_on(handoff) == 1
