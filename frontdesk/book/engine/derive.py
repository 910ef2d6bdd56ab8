"""From what is said of a day (sessions, blocks, claims) to the bits that are searched. Values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from frontdesk.book.engine import bits
from frontdesk.book.engine.kept import NEVER, Kept

DEFAULT_STEP = 3  # ticks; where one session of a day has a grid of its own, the others keep to this one


@dataclass(frozen=True)
class Release:
    """When kept time opens to everybody: so many days before, at this minute of the day; NEVER by itself."""

    days: int = NEVER
    minute: int = 0

    @property
    def comes(self) -> bool:
        return self.days != NEVER


@dataclass(frozen=True)
class Span:
    """A session or a block of one day as ticks. `closed`: to nobody's visits; `released`: by hand, for this day."""

    mask: int
    slot_class: int = 0
    closed: bool = False
    release: Release = Release()
    released: bool = False
    capacity: int | None = None
    align: int | None = None


@dataclass(frozen=True)
class Taken:
    """A live claim on the resource's first unit: the tick at which it starts, and its bits."""

    start: int
    mask: int


@dataclass(frozen=True)
class DayBits:
    """What a ResourceDay stores."""

    open: int
    free: int
    kept: tuple[Kept, ...] = ()
    starts: int | None = None
    longest: int = 0
    hours: int = 0
    counted: bool = False


def derive(sessions: Sequence[Span], blocks: Sequence[Span], taken: Sequence[Taken]) -> DayBits:
    """The day of one resource at one site.

    Open time is what sessions open, less what is closed; a closed stretch that is released by the clock is open
    and kept from everybody until then. Blocks are laid over sessions. A session that is full by its capacity is
    not free.
    """
    opened, kept = _opened(sessions)
    for block in blocks:
        if block.released:
            continue
        if block.closed and not block.release.comes:
            opened &= ~block.mask
        else:
            kept.append(_kept(block))
    claimed = bits.union(one.mask for one in taken)
    free = opened & ~claimed & ~_full(sessions, taken)
    return DayBits(
        open=opened,
        free=free,
        kept=tuple(sorted(cut for one in kept if (cut := one._replace(mask=one.mask & opened)).mask)),
        starts=_starts(sessions, opened),
        longest=bits.longest(free),
        hours=bits.hours(free),
        counted=any(one.capacity is not None for one in sessions),
    )


def _opened(sessions: Iterable[Span]) -> tuple[int, list[Kept]]:
    opened, closed, kept = 0, 0, []
    for one in sessions:
        if one.closed and not one.released and not one.release.comes:
            closed |= one.mask
            continue
        opened |= one.mask
        if not one.released and (one.closed or one.slot_class):
            kept.append(_kept(one))
    return opened & ~closed, kept


def _kept(one: Span) -> Kept:
    return Kept(0 if one.closed else one.slot_class, one.release.days, one.release.minute, one.mask)


def _full(sessions: Iterable[Span], taken: Sequence[Taken]) -> int:
    found = 0
    for one in sessions:
        if one.capacity is not None:
            begun = sum(1 for claim in taken if one.mask & bits.span(claim.start, 1))
            if begun >= one.capacity:
                found |= one.mask
    return found


def _starts(sessions: Sequence[Span], opened: int) -> int | None:
    if all(one.align is None for one in sessions):
        return None
    own = bits.union(_grid(one) for one in sessions if one.align)
    aligned = bits.union(one.mask for one in sessions if one.align)
    return (own | (bits.aligned(DEFAULT_STEP) & ~aligned)) & opened


def _grid(one: Span) -> int:
    """The ticks on which visits begin in a session that has its own grid."""
    step = one.align or 1
    return bits.union(
        bits.span(tick, 1)
        for start, count in bits.stretches(one.mask)
        for tick in range(start, start + count, step)
    )
