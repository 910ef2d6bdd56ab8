"""Find-a-time: one provider over a month, and the first ten times of a whole block. The floor: numpy on the same bits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import numpy

from bench.block import ZONE, Block
from bench.table import Row
from bench.timing import measure
from frontdesk.book.engine.bits import TICK_MINUTES, TICKS
from frontdesk.book.engine.reasons import Preference
from frontdesk.book.models import ResourceDay
from frontdesk.book.queries.find import Wish, find, open_times
from frontdesk.clinic.choices import RoomType
from frontdesk.clinic.models import Provider, Site, VisitType
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


def begins(block: Block) -> datetime:
    """Midnight of the block's first day: whatever the hour of the bench, the same times are searched."""
    return local_midnight(block.first, block.sites[0].time_zone)


def _site_of(block: Block, provider: int) -> list[Any]:
    here = ResourceDay.objects.filter(resource=provider).values_list("site_id", flat=True).first()
    return [site for site in block.sites if site.pk == here]


class Floor:
    """The same bits in one numpy array in memory: unpack them all, find where enough ticks in a row are free."""

    def __init__(self, providers: Sequence[int], block: Block, days: int) -> None:
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
