"""Saving one field of a request as it is typed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import count

from bench.block import Block
from bench.commits import empty_commit
from bench.people import callers, scheduler
from bench.table import Row
from bench.timing import measure
from frontdesk.triage.actions import requests


def rows(url: str, block: Block, now: datetime) -> Iterator[Row]:
    """A telephone number, another at each save."""
    by = scheduler()
    (request,) = callers(1, site=block.sites[0], by=by, now=now)
    numbers = count(100)

    def save() -> None:
        value = f"(212) 555-0{next(numbers)}"
        requests.save_field(request=request, field="callback", value=value, by=by, now=now)

    floor = empty_commit(url)
    yield Row(
        "Autosave of one field",
        measure(save, runs=100),
        floor=floor,
        floor_is="an empty commit",
        note="the action alone",
    )
