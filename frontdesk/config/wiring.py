"""Who reacts to what, and who is asked before a booking: all of it on this page."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from frontdesk.daybook.facts import Fact

REACTIONS: dict[type[Fact], Sequence[Callable[..., None]]] = {}
BOOKING_CHECKS: Sequence[Callable[..., object]] = ()
