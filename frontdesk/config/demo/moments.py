"""When a visit was booked, when it was cancelled, and how it ended."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

from frontdesk.book.models.appointment import AppointmentStatus

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
DESK_OPENS, DESK_CLOSES = 8 * 60, 17 * 60


class Moments:
    """Draws moments for the demo whose present is the midnight (UTC) at which `today` begins."""

    def __init__(self, rng: Random, present: datetime) -> None:
        self._rng = rng
        self.present = present

    def lead(self, days_ahead: int, longest: int, since: date, day: date) -> int:
        """Days between the booking and the visit on `day`, at most `longest`, not before `since`.

        Visits from today on were booked yesterday at the latest.
        """
        roll = self._rng.random
        if days_ahead >= 0:
            drawn = days_ahead + 1 + int(self._rng.expovariate(1 / 14))
        else:
            kind = roll()
            low, high = (
                (0, 1) if kind < 0.15 else (1, 8) if kind < 0.45 else (8, 31) if kind < 0.8 else (31, 91)
            )
            drawn = low + int(roll() * (high - low))
        return min(drawn, longest, (day - since).days)

    def booked(self, midnight: datetime, start: datetime, lead: int) -> datetime:
        """In the desk's hours `lead` days before the visit; on its own day, some time before it starts."""
        if lead == 0:
            return start - MINUTE * (20 + int(self._rng.random() * 100))
        minutes = DESK_OPENS + int(self._rng.random() * (DESK_CLOSES - DESK_OPENS))
        return midnight - DAY * lead + MINUTE * minutes

    def between(self, first: datetime, start: datetime) -> datetime:
        """From `first` on, and before both the visit's start and the present."""
        seconds = (min(start, self.present) - first).total_seconds()
        return first + timedelta(seconds=int(seconds * self._rng.random()))

    def past_status(self, lead: int) -> str:
        """How a visit that was kept in the book ended: the longer the lead, the more do not come."""
        missed = 0.03 if lead == 0 else 0.055 if lead < 8 else 0.085 if lead < 31 else 0.105
        return (AppointmentStatus.NO_SHOW if self._rng.random() < missed else AppointmentStatus.DONE).value
