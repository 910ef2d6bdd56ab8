"""When a visit was booked, when it was cancelled, and how it ended."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

from frontdesk.book.engine.why import CHANGES, MISSES, Why
from frontdesk.book.models.appointment import AppointmentStatus
from frontdesk.config.demo.rows import Visit

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
LATE = DAY  # the notice below which a cancellation is late
CANCEL_WEIGHTS = {"patient-asked": 9, "patient-ill": 5, "work-or-school": 4, "no-transport": 3, "not-needed": 2,
                  "provider-away": 2, "cost-or-coverage": 1, "provider-asked": 1, "wrong-type": 1, "other": 1}  # fmt: skip
MISS_WEIGHTS = {"no-word": 9, "forgot": 4, "no-transport": 3, "came-too-late": 2, "not-told": 1}
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

    def cancelled(self, visit: Visit, at: datetime) -> Visit:
        """The visit as cancelled at that moment by whoever booked it, with a reason."""
        why = self._drawn(CHANGES, CANCEL_WEIGHTS)
        return visit._replace(
            cancelled_at=at,
            cancelled_by_id=visit.booked_by_id,
            ended_whose=why.whose,
            ended_code=why.code,
            late_cancel=visit.start - at < LATE,
        )

    def missed(self, visit: Visit) -> Visit:
        """The visit as not kept, with a reason; the desk said so a while after it began."""
        why = self._drawn(MISSES, MISS_WEIGHTS)
        is_signed = visit.booked_by_id is not None
        return visit._replace(
            missed_at=visit.start + MINUTE * 25 if is_signed else None,
            missed_by_id=visit.booked_by_id,
            ended_whose=why.whose,
            ended_code=why.code,
        )

    def _drawn(self, among: tuple[Why, ...], weights: dict[str, int]) -> Why:
        chosen = [one for one in among if one.code in weights]
        return self._rng.choices(chosen, [weights[one.code] for one in chosen])[0]
