"""Find-a-time: one provider over a month, and the first ten times of a whole block. The floor: numpy on the same bits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import numpy
from django.db import connection, transaction

from bench.block import ZONE, Block
from bench.hard import Case
from bench.table import Row
from bench.timing import measure
from frontdesk.book.engine.bits import TICK_MINUTES, TICKS
from frontdesk.book.engine.reasons import Preference
from frontdesk.book.models import ResourceDay
from frontdesk.book.queries.find import Wish, find, open_times, providers_for
from frontdesk.clinic.choices import RoomType
from frontdesk.clinic.models import Provider, Site, VisitType
from frontdesk.config.demo.copy import copy_rows
from frontdesk.kit.clock import local_day, local_midnight

MONTH = 30


def one_provider(block: Block, now: datetime) -> Iterator[Row]:
    """The nine best times of one provider within 30 days, ranked and explained, as the page shows them."""
    until = block.first + timedelta(days=MONTH - 1)
    provider = block.providers[0]
    wish = Wish(block.visit_type, _site_of(block, provider), [provider], begins(block), until)
    preference = Preference(today=now.date())
    found = find(wish, preference, now=now)
    floor = Floor([provider], block, MONTH)
    yield Row(
        f"Find a time: one provider, {MONTH} days",
        measure(lambda: find(wish, preference, now=now), runs=100),
        floor=measure(floor.first_times, runs=100),
        floor_is="numpy over the same bits",
        note=f"{len(found)} ranked options",
    )


def first_ten(block: Block, now: datetime, label: str) -> Iterator[Row]:
    """The first ten open times of all the block's providers."""
    until = block.first + timedelta(days=block.days - 1)
    wish = Wish(block.visit_type, block.sites, block.providers, begins(block), until)

    def ten() -> list[Any]:
        return list(islice(open_times(wish, now=now), 10))

    floor = Floor(block.providers, block, block.days)
    yield Row(
        f"First ten open times: {label}",
        measure(ten, runs=100),
        floor=measure(floor.first_times, runs=30),
        floor_is="numpy over the same bits",
        note=f"{len(ten())} found",
    )


def joint(block: Block, now: datetime) -> Iterator[Row]:
    """The first ten times at which a provider of one specialty, a room and an interpreter are free together."""
    until = block.first + timedelta(days=block.days - 1)
    providers = providers_for(block.visit_type, block.sites)
    wish = Wish(
        block.visit_type, block.sites, providers, begins(block), until, language="es", interpreter=True
    )
    yield Row(
        f"Provider, room and interpreter: {len(providers)} providers, {block.days} days",
        measure(lambda: list(islice(open_times(wish, now=now), 10)), runs=60),
        note=f"{len(list(islice(open_times(wish, now=now), 10)))} found",
    )


def never(block: Block, now: datetime) -> Iterator[Row]:
    """Wishes that nothing can meet, looked for to the end: a visit longer than any gap, and hours nobody works."""
    until = block.first + timedelta(days=block.days - 1)
    wish = Wish(block.visit_type, block.sites, block.providers, begins(block), until)
    long = VisitType.objects.get(pk=block.visit_type.pk)
    long.minutes = 475
    for label, one in (
        ("a visit of 475 minutes", replace(wish, visit_type=long)),
        ("between 4 and 5 in the morning", replace(wish, hours=(4, 5))),
    ):
        found = list(open_times(one, now=now))
        yield Row(
            f"Nothing can meet it, {label}: {len(block.providers):,} providers, {block.days} days",
            measure(lambda one=one: list(islice(open_times(one, now=now), 10)), runs=30),  # type: ignore[misc]
            note=f"{len(found)} found",
        )


def with_history(block: Block, now: datetime) -> Iterator[Row]:
    """One provider's month before and after five years of past days are there; the floor is the figure before."""
    (before,) = one_provider(block, now)
    years = 5
    with transaction.atomic():
        _add_past(block, years)
        (after,) = one_provider(block, now)
        transaction.set_rollback(True)
    yield replace(
        after,
        what=f"{after.what}, {years} years of history",
        floor=before.took,
        floor_is="without the history",
    )


def _add_past(block: Block, years: int) -> None:
    days = timedelta(days=365 * years)
    rows = ResourceDay.objects.filter(
        resource__in=block.providers, day__range=(block.first, block.first + timedelta(days=4))
    )
    opened = {(row.resource_id, row.site_id): bytes(row.open_bits) for row in rows}
    past = (
        (resource, site, block.first - days + timedelta(days=ahead), bits, bits)
        for (resource, site), bits in opened.items()
        for ahead in range(0, days.days, 1)
    )
    columns = ("resource_id", "site_id", "day", "open_bits", "free_bits")
    kept = set(ResourceDay.objects.filter(day__lt=block.first).values_list("resource_id", "site_id", "day"))
    copy_rows("book_resourceday", columns, (row for row in past if row[:3] not in kept))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE book_resourceday")


def begins(block: Block) -> datetime:
    """Midnight of the block's first day: whatever the hour of the bench, the same times are searched."""
    return local_midnight(block.first, block.sites[0].time_zone)


def _site_of(block: Block, provider: int) -> list[Any]:
    here = ResourceDay.objects.filter(resource=provider).values_list("site_id", flat=True).first()
    return [site for site in block.sites if site.pk == here]


class Floor:
    """The same bits in one numpy array in memory: unpack them all, find where enough ticks in a row are free."""

    def __init__(self, providers: Sequence[int], block: Block | Case, days: int) -> None:
        rows = ResourceDay.objects.filter(resource__in=providers, day__lt=block.first + timedelta(days=days))
        raw = [bytes(free) for free in rows.order_by("day", "resource").values_list("free_bits", flat=True)]
        self.packed = numpy.frombuffer(b"".join(raw), dtype=numpy.uint8).reshape(len(raw), TICKS // 8)
        self.ticks = -(-block.visit_type.minutes // TICK_MINUTES)

    def first_times(self) -> Any:
        """The first ten (day and provider, tick) at which a run of free ticks begins."""
        bits = numpy.unpackbits(self.packed, axis=1)
        run = bits[:, : TICKS - self.ticks + 1].copy()
        for shift in range(1, self.ticks):
            run &= bits[:, shift : TICKS - self.ticks + 1 + shift]
        return numpy.argwhere(run)[:10]


def network(now: datetime) -> Block:
    """All providers of the demo `network`, and a visit of 30 minutes in an exam room."""
    sites = list(Site.objects.exclude(code__startswith="bench-").order_by("pk"))
    providers = (
        Provider.objects.filter(active=True).exclude(specialty__code__in=["bench", "nursing"]).order_by("pk")
    )
    kind = (
        VisitType.objects.filter(room_type=RoomType.EXAM, minutes=30).exclude(code="bench").order_by("pk")[0]
    )
    return Block(sites, list(providers.values_list("pk", flat=True)), kind, local_day(now, ZONE), 90)
