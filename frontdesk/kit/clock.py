"""Time at the edges. Below the edges `now` is an argument, never looked up."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone


def now() -> datetime:
    """The present moment, aware, in UTC. Called by doors and jobs only."""
    return timezone.now()


def local_midnight(day: date, zone: str) -> datetime:
    """The instant (UTC) at which `day` begins in the IANA zone `zone`."""
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def local_day(moment: datetime, zone: str) -> date:
    """The calendar day in `zone` on which the aware `moment` falls."""
    return moment.astimezone(ZoneInfo(zone)).date()


def day_span(day: date, zone: str) -> tuple[datetime, datetime]:
    """The half-open span of `day` in `zone`, as two instants in UTC; 23 or 25 hours on a clock change."""
    return local_midnight(day, zone), local_midnight(day + timedelta(days=1), zone)


def shown_at(day: date, at: time, zone: str) -> datetime:
    """The first instant (UTC) of `day` from which the clock on the wall shows `at` or later.

    Of an hour that comes twice it is the first; a time in an hour that is missing is the end of that hour. `at` is
    on a grid of five minutes.
    """
    local = datetime.combine(day, at, ZoneInfo(zone))
    while (moment := local.astimezone(UTC)).astimezone(local.tzinfo).replace(tzinfo=None) != local.replace(
        tzinfo=None
    ):
        local += timedelta(minutes=5)
    return moment
