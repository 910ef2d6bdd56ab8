"""What lets a visit begin at a time, gate by gate: a time is offered where all of them are open. Values in, values out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from frontdesk.book.engine import bits
from frontdesk.book.engine.find import Free, Need, SiteDay, Slice, search


class Gate(StrEnum):
    """In the order in which the first one that is shut is counted."""

    NOTICE = "notice"
    HORIZON = "horizon"
    DUE = "due"
    WEEKDAY = "weekday"
    HOURS = "hours"
    PATIENT = "patient"
    SESSION = "session"
    GRID = "grid"
    BOOKED = "booked"
    LENGTH = "length"
    KEPT = "kept"
    ROOM = "room"
    EQUIPMENT = "equipment"
    SOMEBODY = "somebody"
    INTERPRETER = "interpreter"
    TOGETHER = "together"


OF_KIND = {
    "room": Gate.ROOM,
    "equipment": Gate.EQUIPMENT,
    "provider": Gate.SOMEBODY,
    "interpreter": Gate.INTERPRETER,
}
Gates = Mapping[Gate, int]
"""For each gate the ticks of the day at which a visit may begin as far as it is concerned."""


@dataclass(frozen=True)
class Lead:
    """The provider's day at a site: open, free of claims, and `allowed`: free and not kept from this visit."""

    open: int = 0
    free: int = 0
    allowed: int = 0
    starts: int | None = None


def lead_gates(lead: Lead, need: Need) -> dict[Gate, int]:
    """The gates of the provider's own time."""
    part = need.parts[0]
    free = _whole(lead.free, part)
    return {
        Gate.SESSION: _begin(lead.open, part),
        Gate.GRID: bits.aligned(need.step) if lead.starts is None else lead.starts,
        Gate.BOOKED: _begin(lead.free | _not(lead.open), part),
        Gate.LENGTH: free | _not(_begin(lead.free, part)),
        Gate.KEPT: _whole(lead.allowed, part) | _not(free),
    }


def other_gates(pools: Sequence[Sequence[Free]], need: Need, kinds: Sequence[str]) -> dict[Gate, int]:
    """The gates of everything beside the provider; `kinds` are those of the parts, the leading one first."""
    found: dict[Gate, int] = {}
    for pool, part, kind in zip(pools[1:], need.parts[1:], kinds[1:], strict=True):
        gate = OF_KIND[kind]
        some = bits.union(_whole(one.bits, part) for one in pool)
        found[gate] = found.get(gate, bits.FULL) & some
    return found


def passed(gates: Gates) -> int:
    """The ticks at which every gate is open."""
    found = bits.FULL
    for mask in gates.values():
        found &= mask
    return found


def together(provider: int, day: SiteDay, need: Need, kinds: Sequence[str], among: int) -> int:
    """Of the ticks `among`, those at which the parts find resources that are not one and the same at once."""
    if len(set(kinds)) == len(kinds):
        return bits.FULL
    own = [one for one in day.providers if one.resource == provider]
    found = search(SiteDay([own, *day.pools[1:]]), replace(need, window=among))
    return bits.union(bits.span(one.tick, 1) for one in found) | _not(among)


def first_shut(gates: Gates, among: int) -> Iterator[tuple[Gate, int]]:
    """How many of the ticks `among` each gate is the first to shut, in the order of the gates."""
    left = among
    for gate in Gate:
        if gate in gates:
            shut = left & _not(gates[gate])
            left &= gates[gate]
            yield gate, shut.bit_count()


def _begin(mask: int, part: Slice) -> int:
    """The ticks at which a visit begins whose part begins in the mask."""
    return (mask << part.offset) & bits.FULL


def _whole(mask: int, part: Slice) -> int:
    """The ticks at which a visit begins whose part lies in the mask from end to end."""
    return (bits.starts(mask, part.ticks) << part.offset) & bits.FULL


def _not(mask: int) -> int:
    return bits.FULL & ~mask
