"""Time of a day that is kept: for what, and until when. Values in, values out.

Each stretch of kept time is 46 bytes: the slot class (0: for nothing at all), the days before the day on which
it is released (-1: never by itself), the minute of that day, and its bits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from struct import Struct
from typing import NamedTuple

from frontdesk.book.engine import bits

_HEAD = Struct(">Ihh")
SIZE = _HEAD.size + bits.BYTES
NEVER = -1


class Kept(NamedTuple):
    """`slot_class` 0 closes the time. Released `release_days` before the day, at `release_minute` of that day."""

    slot_class: int
    release_days: int
    release_minute: int
    mask: int


@dataclass(frozen=True)
class Moment:
    """The present on the clock of a site: the day as an ordinal, and the minute of the day."""

    ordinal: int
    minute: int

    @classmethod
    def of(cls, local: datetime) -> Moment:
        return cls(local.toordinal(), local.hour * 60 + local.minute)


def pack(kept: Iterable[Kept]) -> bytes | None:
    """Sorted, so that equal sets are equal bytes; None where nothing is kept."""
    found = sorted(one for one in kept if one.mask)
    return b"".join(_HEAD.pack(*one[:3]) + bits.to_bytes(one.mask) for one in found) or None


def unpack(raw: bytes | memoryview | None) -> list[Kept]:
    if not raw:
        return []
    data = bytes(raw)
    found = []
    for at in range(0, len(data), SIZE):
        slot_class, days, minute = _HEAD.unpack_from(data, at)
        mask = int.from_bytes(data[at + _HEAD.size : at + SIZE], "big")
        found.append(Kept(slot_class, days, minute, mask))
    return found


def released(one: Kept, day: date | int, now: Moment) -> bool:
    """Has the time been released by the clock?"""
    if one.release_days == NEVER:
        return False
    ordinal = day if isinstance(day, int) else day.toordinal()
    left = ordinal - one.release_days - now.ordinal
    return left < 0 or (left == 0 and now.minute >= one.release_minute)


def closed_to(kept: Iterable[Kept], day: date | int, *, classes: Collection[int], now: Moment) -> int:
    """The bits of the day that are kept from somebody who may use the slot `classes`.

    Where kept stretches overlap, each must let the visit in.
    """
    found = 0
    for one in kept:
        if one.slot_class not in classes and not released(one, day, now):
            found |= one.mask
    return found


def reserved_for(kept: Iterable[Kept], classes: Collection[int]) -> int:
    """The bits that are kept for one of the `classes`: for a visit that is booked in kept time only."""
    found = 0
    for one in kept:
        if one.slot_class in classes:
            found |= one.mask
    return found
