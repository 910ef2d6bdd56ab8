"""A job whose worker died is put back, and one that cannot be put back stands in no other's way."""

from __future__ import annotations

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from frontdesk.config.jobs import retry_stalled

pytestmark = pytest.mark.django_db(transaction=True)


def dead_worker() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '5 minutes') RETURNING id"
        )
        (pk,) = cursor.fetchone()
    return int(pk)


def job(name: str, status: str, *, lock: str | None = None, worker: int | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, queueing_lock, worker_id)"
            " VALUES ('default', %s, %s, %s, %s) RETURNING id",
            [name, status, lock, worker],
        )
        (pk,) = cursor.fetchone()
    return int(pk)


def status(pk: int) -> str:
    return str(ProcrastinateJob.objects.values_list("status", flat=True).get(pk=pk))


def test_a_stalled_job_whose_like_waits_is_over_and_the_others_are_put_back() -> None:
    dead = dead_worker()
    before = job("x.sweep", "doing", worker=dead)
    stalled = job("x.every_minute", "doing", lock="every-minute", worker=dead)
    waiting = job("x.every_minute", "todo", lock="every-minute")
    after = job("x.send", "doing", worker=dead)

    async_to_sync(retry_stalled.func)(timestamp=0)

    assert [status(pk) for pk in (before, stalled, waiting, after)] == ["todo", "failed", "todo", "todo"]
