"""Local hours as ticks of a local day: see book/engine/bits.py."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from frontdesk.book.engine.bits import TICK_MINUTES
from frontdesk.kit.clock import local_midnight

TICK = timedelta(minutes=TICK_MINUTES)
EIGHT, NOON, ONE, FIVE = time(8), time(12), time(13), time(17)
OPENS, CLOSES = time(7), time(19)
NINE = time(9)

midnight = lru_cache(maxsize=4096)(local_midnight)
"""The instant (UTC) at which a local day begins, remembered."""


@lru_cache(maxsize=65_536)
def tick(day: date, hour: time, zone: str) -> int:
    """The ticks of elapsed time from local midnight to `hour` on `day`; right when the clocks change."""
    moment = datetime.combine(day, hour, ZoneInfo(zone)).astimezone(UTC)
    return (moment - midnight(day, zone)) // TICK
