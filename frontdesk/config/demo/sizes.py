"""How large a demo clinic is."""

from __future__ import annotations

from dataclasses import dataclass

CLAIMS_FROM_DAYS = 30
"""Visits older than this many days are history only: they claim no time."""

OPEN_FROM_DAYS = 7
"""Open time is written down from this many days ago."""


@dataclass(frozen=True)
class Size:
    """`booked_days` ahead are booked as a busy clinic's are; from there to `horizon_days` hardly anything is.

    The shares are parts of the providers' session time: `nearest` today, falling evenly to `farthest` on the
    last of the booked days; `older` is for history more than CLAIMS_FROM_DAYS old. `chains`: are the chains of
    the visits that stand stored too?
    """

    name: str
    sites: int
    providers: int
    patients: int
    history_days: int
    booked_days: int
    horizon_days: int
    nearest: float
    farthest: float
    older: float
    chains: bool = True

    def share(self, days_ahead: int) -> float:
        """The part of session time to book on the day that lies `days_ahead` of today (negative: history)."""
        if days_ahead < -CLAIMS_FROM_DAYS:
            return self.older
        if days_ahead < 0:
            return 0.96
        if days_ahead > self.booked_days:
            return 0.2
        return self.nearest + (self.farthest - self.nearest) * days_ahead / self.booked_days


SIZES = {
    size.name: size
    for size in (
        # These patients are few for a whole year of busy providers, so the older history is thinner.
        Size("small", 1, 6, 300, 365, 60, 90, nearest=0.99, farthest=0.8, older=0.2),
        Size("clinic", 3, 24, 6_000, 365, 60, 90, nearest=0.99, farthest=0.8, older=0.7),
        Size("network", 20, 1_000, 60_000, 7, 90, 90, nearest=0.99, farthest=0.83, older=0.9, chains=False),
    )
}
