"""Where do all the resources of a visit have time at once? Values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from frontdesk.book.engine import bits


class Free(NamedTuple):
    """The free bits of one resource on one day at one site."""

    resource: int
    bits: int


@dataclass
class SiteDay:
    """One site on one local day: who and what is free there."""

    providers: list[Free] = field(default_factory=list)
    rooms: list[Free] = field(default_factory=list)
    interpreters: list[Free] = field(default_factory=list)


@dataclass(frozen=True)
class Need:
    """What a visit takes: its length and grid in ticks, and which kinds of resource besides a provider."""

    ticks: int
    step: int = 3
    room: bool = False
    interpreter: bool = False
    window: int = bits.FULL


class Found(NamedTuple):
    """A tick at which everything fits: the provider, and a room and an interpreter where needed."""

    tick: int
    provider: int
    room: int | None
    interpreter: int | None


def common_starts(day: SiteDay, need: Need) -> int:
    """The ticks at which the day has what the visit needs besides a provider."""
    common = need.window & bits.aligned(need.step)
    if need.room:
        common &= _any(day.rooms, need.ticks)
    if need.interpreter and common:
        common &= _any(day.interpreters, need.ticks)
    return common


def search(day: SiteDay, need: Need) -> Iterator[Found]:
    """Everything that fits on the day, earliest first; at one tick, providers in their given order."""
    wanted = need.window & bits.aligned(need.step)
    by_provider = [(free.resource, bits.starts(free.bits, need.ticks) & wanted) for free in day.providers]
    union = 0
    for _, ticks in by_provider:
        union |= ticks
    # Rooms and interpreters are looked at only where a provider has time: on most full days nobody has.
    if union:
        union &= common_starts(day, need)
    for tick in bits.ticks(union):
        mark = bits.span(tick, 1)
        room = _first(day.rooms, tick, need.ticks) if need.room else None
        interpreter = _first(day.interpreters, tick, need.ticks) if need.interpreter else None
        for provider, ticks in by_provider:
            if ticks & mark:
                yield Found(tick, provider, room, interpreter)


def _any(resources: Iterable[Free], count: int) -> int:
    found = 0
    for free in resources:
        found |= bits.starts(free.bits, count)
    return found


def _first(resources: Sequence[Free], tick: int, count: int) -> int | None:
    return next((free.resource for free in resources if bits.holds(free.bits, tick, count)), None)
