"""What is kept of choosing a visit type."""

from __future__ import annotations

from dataclasses import dataclass

from frontdesk.daybook.facts import Fact


@dataclass(frozen=True, kw_only=True)
class VisitTypeChosen(Fact):
    """Somebody held time for another visit type than the guide suggested; the entry's reason says why. Names."""

    request_id: int
    suggested: str
    chosen: str
