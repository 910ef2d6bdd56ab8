"""Do the days that are searched agree with the sessions, blocks and claims that they are made from?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from frontdesk.book.engine import bits
from frontdesk.book.engine.derive import DayBits
from frontdesk.book.engine.kept import pack
from frontdesk.book.models import ResourceDay
from frontdesk.book.queries.derive import load
from frontdesk.clinic.models import Site

WEEK = 7  # days that are read at once


@dataclass(frozen=True)
class Difference:
    """One day of one resource at one site that is not what it should be. `sentence` says how, without a patient."""

    resource: int
    site: int
    day: date
    sentence: str


def differences(*, now: datetime) -> list[Difference]:
    """Derive every kept day from the local day of `now` on, and list what differs; empty when all is well.

    Earlier days are left out: a session that has changed since says nothing about the past.
    """
    return list(_differences(now))


def _differences(now: datetime) -> Iterator[Difference]:
    since = min((now.astimezone(site.zone).date() for site in Site.objects.all()), default=now.date())
    last = ResourceDay.objects.order_by("-day").values_list("day", flat=True).first()
    day = since
    while last is not None and day <= last:
        yield from _in_week(day, min(day + timedelta(days=WEEK - 1), last))
        day += timedelta(days=WEEK)


def _in_week(first: date, last: date) -> Iterator[Difference]:
    rows = list(
        ResourceDay.objects.filter(day__range=(first, last)).order_by("day", "resource_id", "site_id")
    )
    resources = {row.resource_id for row in rows}
    source = load(resources, first, last)
    for row in rows:
        fresh = dict(source.day(row.resource_id, row.day))
        expected = fresh.get((row.resource_id, row.day, row.site_id), DayBits(open=0, free=0))
        for sentence in _faults(row, expected):
            yield Difference(row.resource_id, row.site_id, row.day, sentence)


def _faults(row: ResourceDay, expected: DayBits) -> Iterator[str]:
    where = f"{row.day}, resource {row.resource_id} at site {row.site_id}"
    if row.open != expected.open:
        wrong = _minutes(row.open ^ expected.open)
        yield f"{where}: open time is not what the sessions say ({wrong} minutes differ)."
    lost = expected.free & row.open & ~row.free
    doubled = row.free & ((expected.open & ~expected.free) | ~row.open)
    if lost:
        yield f"{where}: {_minutes(lost)} minutes are closed that nothing claims."
    if doubled:
        yield f"{where}: {_minutes(doubled)} minutes are offered that are claimed or not open."
    if not lost and not doubled and (row.longest, row.hours) != _hints(row):
        yield f"{where}: the longest free run or its hours are written down wrong."
    if _plain(row.kept) != pack(expected.kept):
        yield f"{where}: what is kept is not what the sessions and blocks say."
    starts = None if expected.starts is None else bits.to_bytes(expected.starts)
    if _plain(row.start_bits) != starts or row.counted != expected.counted:
        yield f"{where}: the grid or the capacity of its sessions is written down wrong."


def _hints(row: ResourceDay) -> tuple[int, int]:
    return bits.longest(row.free), bits.hours(row.free)


def _minutes(mask: int) -> int:
    return mask.bit_count() * bits.TICK_MINUTES


def _plain(value: bytes | memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)
