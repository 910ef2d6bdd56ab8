"""The race: fifty clients want the same time of the same provider at the same moment. One gets it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

from django.db import connection

from bench.block import Block
from bench.bookings import free_times
from bench.people import callers, scheduler
from bench.table import Row
from bench.timing import timing
from frontdesk.book.actions import holds
from frontdesk.book.actions.time import TimeTaken

CLIENTS = 50
ROUNDS = 20


def rows(block: Block, now: datetime) -> Iterator[Row]:
    """Seconds of a round, from the common start until the last client has its answer."""
    by = scheduler()
    options = free_times(block, 7, now)[:ROUNDS]
    seconds: list[float] = []
    answers: Counter[str] = Counter()
    most_winners = 0
    with ThreadPoolExecutor(CLIENTS) as pool:
        for option in options:
            requests = callers(CLIENTS, site=block.sites[0], by=by, now=now)
            took, said = _round(pool, option, requests, block, now)
            seconds.append(took)
            answers.update(said)
            most_winners = max(most_winners, said.count("won"))
        list(pool.map(lambda _: connection.close(), range(CLIENTS)))
    errors = sum(answers.values()) - answers["won"] - answers["refused"]
    note = f"{len(options)} rounds: {answers['won']} winners (at most {most_winners} in a round), "
    yield Row(
        f"The race: {CLIENTS} clients, one time",
        timing(seconds),
        note=f"{note}{answers['refused']} refusals, {errors} errors ({CLIENTS} threads)",
    )


def _round(
    pool: ThreadPoolExecutor, option: Any, requests: list[Any], block: Block, now: datetime
) -> tuple[float, list[str]]:
    barrier = Barrier(CLIENTS + 1)
    wanted = block.wanted(option)

    def one(request: Any) -> str:
        connection.ensure_connection()
        barrier.wait(timeout=60)
        try:
            holds.place(
                wanted=wanted, patient=request.patient, request_id=request.pk, key=f"race-{request.pk}",
                by=request.opened_by, now=now,
            )  # fmt: skip
        except TimeTaken:
            return "refused"
        except Exception as error:  # noqa: BLE001 - whatever else happens is counted as an error
            return type(error).__name__
        return "won"

    waiting = [pool.submit(one, request) for request in requests]
    barrier.wait(timeout=60)
    begun = time.perf_counter()
    said = [each.result() for each in waiting]
    return time.perf_counter() - begun, said
