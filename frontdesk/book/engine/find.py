"""Where do all the resources of a visit have time at once? Values in, values out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from frontdesk.book.engine import bits


class Free(NamedTuple):
    """The free bits of one resource on one day at one site; `starts` is the grid of its sessions, if they have one."""

    resource: int
    bits: int
    starts: int | None = None


class Slice(NamedTuple):
    """One part of a visit in ticks: it begins `offset` ticks into the visit and lasts `ticks`."""

    offset: int
    ticks: int


@dataclass
class SiteDay:
    """One site on one local day: for each part of the visit, who or what is free there."""

    pools: list[list[Free]] = field(default_factory=list)

    @property
    def providers(self) -> list[Free]:
        return self.pools[0]


@dataclass(frozen=True)
class Need:
    """What a visit takes, its leading part first, the grid in ticks on which it begins, and the ticks it may begin at.

    The providers in `alone` take no last part: it is an interpreter, and they speak the language themselves.
    """

    parts: tuple[Slice, ...]
    step: int = 3
    window: int = bits.FULL
    alone: frozenset[int] = frozenset()

    @property
    def ticks(self) -> int:
        return max(part.offset + part.ticks for part in self.parts)


class Found(NamedTuple):
    """A tick at which everything fits, and the resource of each part in the order of the need's parts.

    With a provider who is in the need's `alone` there is one resource less.
    """

    tick: int
    resources: tuple[int, ...]

    @property
    def provider(self) -> int:
        return self.resources[0]


def could_begin(day: SiteDay, need: Need) -> int:
    """The ticks at which a provider could begin, whatever else is free; those who could not are taken off the day."""
    lead = need.parts[0]
    default = need.window & bits.aligned(need.step)
    union, able = 0, []
    for free in day.providers:
        grid = default if free.starts is None else need.window & free.starts
        if ticks := (bits.starts(free.bits, lead.ticks) << lead.offset) & grid:
            union |= ticks
            able.append(free)
    day.pools[0] = able
    return union


def search(day: SiteDay, need: Need) -> Iterator[Found]:
    """Everything that fits on the day, earliest first; at one tick, providers in their given order."""
    lead, *rest = need.parts
    default = need.window & bits.aligned(need.step)
    by_provider = []
    union = alone = 0
    able = bits.FULL
    for free in day.providers:
        grid = default if free.starts is None else need.window & free.starts
        ticks = (bits.starts(free.bits, lead.ticks) << lead.offset) & grid
        if ticks:
            by_provider.append((free.resource, ticks))
            union |= ticks
            alone |= ticks if free.resource in need.alone else 0
    # Rooms and interpreters are looked at only where a provider has time: on most full days nobody has.
    for place, part in enumerate(rest, 1):
        if union:
            able = _any(day.pools[place], part, union)
            union &= able | alone if place == len(rest) else able
    if need.alone:  # the others only where the last part is free too
        by_provider = [(one, ticks if one in need.alone else ticks & able) for one, ticks in by_provider]
    for tick in bits.ticks(union):
        mark = bits.span(tick, 1)
        for provider, ticks in by_provider:
            if ticks & mark and (chosen := _choose(day, need, tick, provider)) is not None:
                yield Found(tick, chosen)


def _choose(day: SiteDay, need: Need, tick: int, provider: int) -> tuple[int, ...] | None:
    """A resource for each part: the first of its pool that is free then and not taken by another part at once."""
    chosen = [provider]
    parts = need.parts[:-1] if provider in need.alone else need.parts
    for place, part in enumerate(parts[1:], 1):
        start = tick + part.offset
        found = next(
            (
                free.resource
                for free in day.pools[place]
                if bits.holds(free.bits, start, part.ticks)
                and not _clashes(free.resource, part, chosen, need)
            ),
            None,
        )
        if found is None:
            return None
        chosen.append(found)
    return tuple(chosen)


def _clashes(resource: int, part: Slice, chosen: Sequence[int], need: Need) -> bool:
    """Is the resource already in the visit, in a part that overlaps this one?"""
    return any(
        one == resource
        and other.offset < part.offset + part.ticks
        and part.offset < other.offset + other.ticks
        for one, other in zip(chosen, need.parts, strict=False)
    )


def _any(pool: Sequence[Free], part: Slice, wanted: int) -> int:
    """The ticks at which the visit may begin as far as one part is concerned; it is enough to know of those wanted."""
    found = 0
    for free in pool:
        found |= bits.starts(free.bits, part.ticks) << part.offset
        if not wanted & ~found:
            break
    return found & bits.FULL
