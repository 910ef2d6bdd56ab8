"""The days on which a site is closed, and the public holidays that might be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from frontdesk.book.queries.outside import at_site
from frontdesk.clinic.holidays import suggestions
from frontdesk.clinic.models import Closure, Site
from frontdesk.desk.pages.settings_forms import Day, Line, SettingsForm
from frontdesk.kit.clock import day_span


class ClosureForm(SettingsForm):
    """One day that is not in the calendar of holidays."""

    day = Day("Day")
    name = Line("Why", most=80)


@dataclass(frozen=True)
class ClosedDay:
    closure: Closure
    visits: int
    has_passed: bool


@dataclass(frozen=True)
class Suggestion:
    """A public holiday to tick; `closed` where the site is closed that day already."""

    day: date
    name: str
    closed: bool


def closed_days(site: Site, year: int, *, today: date) -> list[ClosedDay]:
    found = Closure.objects.filter(site=site, day__year=year).select_related("closed_by")
    return [ClosedDay(one, len(at_site(site, *_span(one.day, site))), one.day < today) for one in found]


def holidays_to_tick(site: Site, year: int, *, today: date) -> list[Suggestion]:
    """The holidays of the year that are still to come."""
    closed = set(Closure.objects.filter(site=site, day__year=year).values_list("day", flat=True))
    return [
        Suggestion(one.day, one.name, one.day in closed)
        for one in suggestions(site, year)
        if one.day >= today
    ]


def _span(day: date, site: Site) -> tuple[datetime, datetime]:
    return day_span(day, site.time_zone)
