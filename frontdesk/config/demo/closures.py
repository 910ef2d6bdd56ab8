"""The public holidays on which the demo's sites are closed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import holidays

from frontdesk.config.demo.catalog import HOLIDAYS
from frontdesk.config.demo.clinic import Clinic
from frontdesk.config.demo.sizes import Size

AHEAD = timedelta(days=365)


class Closed(NamedTuple):
    """A local day on which a site sees nobody."""

    site_id: int
    day: date
    name: str


def closed_days(clinic: Clinic, *, size: Size, today: date) -> list[Closed]:
    """The holidays from the first day of the history to a year ahead, by the calendar of each site's state."""
    first, last = today - timedelta(days=size.history_days), today + AHEAD
    years = range(first.year, last.year + 1)
    states = {info.plan.state for info in clinic.site_info.values()}
    calendars = {
        state: holidays.country_holidays("US", subdiv=state, years=years, language="en_US")
        for state in sorted(states)
    }
    return [
        Closed(site_id, day, name)
        for site_id, info in clinic.site_info.items()
        for day, name in sorted(calendars[info.plan.state].items())
        if first <= day <= last and name.removesuffix(" (observed)") in HOLIDAYS
    ]
