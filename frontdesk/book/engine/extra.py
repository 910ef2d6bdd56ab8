"""At which times of a day does a signed rule open a second place? Values in, values out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from frontdesk.book.engine import bits
from frontdesk.book.engine.find import Need
from frontdesk.book.engine.gates import Lead


@dataclass(frozen=True)
class Rule:
    """On which days the rule holds; no `weekdays` means every day."""

    weekdays: Sequence[int]
    first: date
    last: date


def holds_on(rule: Rule, day: date) -> bool:
    """Does the rule hold on the local day?"""
    return rule.first <= day <= rule.last and (not rule.weekdays or day.weekday() in rule.weekdays)


def extra_ticks(lead: Lead, need: Need, taken: int, hours: int) -> int:
    """The ticks at which a visit may begin on the provider's second place only.

    The provider is in session, the whole visit lies within the rule's `hours`, the second place is not `taken`
    then, and the first place is booked: a time that is free to everybody, or kept, needs no rule.
    """
    part = need.parts[0]
    second = bits.starts(lead.open & ~taken, part.ticks) << part.offset
    ordinary = bits.starts(lead.free, part.ticks) << part.offset
    within = bits.starts(hours, need.ticks)
    return second & within & ~ordinary & bits.FULL
