"""Bookings a second by eight clients, each a process of its own with its own providers: hold, then book, every time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice

from bench.block import Block, block
from bench.clients import together
from bench.commits import commit_many, floor_table
from bench.people import callers, scheduler
from bench.pgbench import bookings_a_second
from bench.table import Row
from bench.timing import timing
from frontdesk.book.actions import appointments, holds
from frontdesk.book.queries.find import Option, Wish, open_times
from frontdesk.triage.models import Request

CLIENTS = 8
EACH = 40  # bookings of one client


def rows(url: str, now: datetime) -> Iterator[Row]:
    """One line; the floor is the same number of processes that only commit."""
    seconds, took = together("bench.bookings:book_many", CLIENTS, now)
    with floor_table(url):
        floor, floor_took = together("bench.bookings:commits", CLIENTS, url)
    inserts = bookings_a_second(url, block(now.date()), CLIENTS)
    same = f"; the same rows by pgbench {inserts:,.0f} a second" if inserts else ""
    yield Row(
        f"Hold and book, {CLIENTS} clients",
        timing(seconds),
        floor=timing(floor),
        floor_is=f"an empty commit, {CLIENTS} clients",
        note=f"{len(seconds) / took:.0f} bookings a second ({CLIENTS} processes){same}; "
        f"{len(floor) / floor_took:,.0f} empty commits a second",
    )


def book_many(number: int, now: datetime) -> Iterator[list[float]]:
    """What one client does: a booking that is not counted, then the others."""
    here = block(now.date())
    by = scheduler()
    times = [here.wanted(option) for option in free_times(here, number, now)]
    requests = callers(EACH + 1, site=here.sites[0], by=by, now=now)
    _book(times[0], requests[0], now)
    yield []
    seconds = []
    for wanted, request in zip(times[1:], requests[1:], strict=True):
        begun = time.perf_counter()
        _book(wanted, request, now)
        seconds.append(time.perf_counter() - begun)
    yield seconds


def free_times(here: Block, number: int, now: datetime) -> list[Option]:
    """Times of the providers of one client, none of which overlap: one for each provider and day."""
    mine = here.providers[number::CLIENTS]
    until = here.first + timedelta(days=here.days - 1)
    wish = Wish(here.visit_type, here.sites, mine, now, until)
    seen: set[tuple[int, date]] = set()

    def fresh() -> Iterator[Option]:
        for option in open_times(wish, now=now):
            key = (option.provider, option.local_start.date())
            if key not in seen:
                seen.add(key)
                yield option

    return list(islice(fresh(), EACH + 1))


def _book(wanted: holds.Wanted, request: Request, now: datetime) -> None:
    by, patient = request.opened_by, request.patient
    assert patient is not None and by is not None
    hold = holds.place(
        wanted=wanted,
        patient=patient,
        request_id=request.pk,
        key=f"bench-{request.pk}",
        by=by,
        now=now,
    )
    appointments.book(hold=hold, by=by, now=now)


def commits(_number: int, url: str) -> Iterator[list[float]]:
    """What one client of the floor does."""
    yield []
    yield commit_many(url, EACH * 5)
