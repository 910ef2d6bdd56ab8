"""How many visits of one kind could begin at the same tick? Values in, values out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from frontdesk.book.engine import bits
from frontdesk.book.engine.find import Need, SiteDay, Slice, search


def at_once(day: SiteDay, need: Need) -> Iterator[tuple[int, int]]:
    """Each tick at which the visit may begin, with how many could all begin then; never more than could.

    Where each part has resources of its own, any provider goes with any room: the scarcest part says how many. Where
    two parts draw on the same resources it is one.
    """
    apart = _are_apart(day)
    for tick, found in groupby(search(day, need), key=lambda one: one.tick):
        providers = sum(1 for _ in found)
        others = (_free_then(day, place, part, tick) for place, part in enumerate(need.parts[1:], 1))
        yield tick, min([providers, *others]) if apart else 1


def _are_apart(day: SiteDay) -> bool:
    each = [free.resource for pool in day.pools for free in pool]
    return len(each) == len(set(each))


def _free_then(day: SiteDay, place: int, part: Slice, tick: int) -> int:
    return sum(bits.holds(free.bits, tick + part.offset, part.ticks) for free in day.pools[place])
