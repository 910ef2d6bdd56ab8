"""Public holidays of a site, as suggestions: nothing is closed by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import holidays

from frontdesk.clinic.models import Site

FIRST, LAST = 2000, 2100


@dataclass(frozen=True)
class Holiday:
    """A local day and its name in English."""

    day: date
    name: str


def suggestions(site: Site, year: int) -> list[Holiday]:
    """The public holidays of the site's country and state in a year, in order.

    Nothing for a country that the calendar does not know; the country's own where it does not know the state.
    """
    if not FIRST <= year <= LAST:
        return []
    known = holidays.list_supported_countries(include_aliases=False)
    if site.country not in known:
        return []
    state = site.subdivision if site.subdivision in known[site.country] else None
    found = holidays.country_holidays(site.country, subdiv=state, years=year, language="en_US")
    return [Holiday(day, name) for day, name in sorted(found.items()) if day.year == year]
