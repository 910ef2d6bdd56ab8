"""What ruled the other times out: over the days that are looked at, the first reason against each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from frontdesk.book.engine.gates import Gate, first_shut
from frontdesk.book.queries.gated import Gated, gated
from frontdesk.book.queries.wish import Wish

DAYS = 14  # looked at, at most
MOST = 600  # days of single providers
A_SITE = 10  # a site's rooms are read too, and count as so many providers


@dataclass(frozen=True)
class Span:
    """The local days first..last, with how many providers: the work is bounded."""

    first: date
    last: date
    providers: int


@dataclass(frozen=True)
class Counted:
    """Times at which a provider is in session, on the grid: how many fit, and the first reason against the others."""

    span: Span
    looked_at: int
    fit: int
    first_reasons: Mapping[Gate, int]


def ruled_out(wish: Wish, *, now: datetime) -> Counted:
    """Count the times of the first days of the wish; with many providers, of fewer of their days."""
    shown = replace(wish, providers=wish.providers[:MOST])
    span = _span(shown, now)
    reasons: Counter[Gate] = Counter()
    looked_at = fit = 0
    for one in gated(shown, span.first, span.last, now=now, in_session=True):
        among = on_the_grid(one)
        looked_at += among.bit_count()
        fit += (among & one.fits).bit_count()
        for gate, count in first_shut(one.gates, among):
            reasons[gate] += count
    return Counted(span, looked_at, fit, {gate: reasons[gate] for gate in Gate if reasons[gate]})


def on_the_grid(one: Gated) -> int:
    """The ticks at which a visit could begin in the provider's session if nothing else mattered."""
    return one.gates[Gate.SESSION] & one.gates[Gate.GRID]


def _span(wish: Wish, now: datetime) -> Span:
    zone = wish.sites[0].zone
    first = max(wish.earliest, now).astimezone(zone).date()
    days = max(1, min(DAYS, MOST // (len(wish.providers) + A_SITE * len(wish.sites))))
    return Span(first, first + timedelta(days=days - 1), len(wish.providers))
