"""One day of the book: who has sessions, and what takes their time. A handful of queries for any number of providers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from frontdesk.accounts.models import User
from frontdesk.book.models import Appointment, Hold, Session
from frontdesk.book.models.appointment import AppointmentQuerySet, AppointmentStatus
from frontdesk.clinic.choices import ResourceKind
from frontdesk.clinic.models import Provider, Site, Specialty
from frontdesk.kit.clock import day_span

LIVE = (AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)
KEPT = (*LIVE, AppointmentStatus.DONE, AppointmentStatus.NO_SHOW)
LOOK_AHEAD = 14  # days in which the next day with sessions is looked for

Place = tuple[int, int]  # site id, provider id


class Work(NamedTuple):
    """A provider who works, or has visits, at a site on the day."""

    site: Site
    provider: int
    name: str
    family: str
    specialty: str


class Stretch(NamedTuple):
    """Instants [start, end) of a provider at a site; `until` is set for a hold and says when it ends by itself."""

    provider: int
    site_id: int
    start: datetime
    end: datetime
    until: datetime | None = None


class Visit(NamedTuple):
    """A visit as the day shows it; cancelled ones are not among them."""

    id: int
    provider: int
    site_id: int
    start: datetime
    end: datetime
    status: str
    modality: str
    given: str
    family: str
    mrn: str
    visit_type: str
    interpreter: int | None


@dataclass(frozen=True)
class BookDay:
    """What fills the columns of some providers: all instants in UTC. `elsewhere` is their time at other sites."""

    sessions: Sequence[Stretch]
    visits: Sequence[Visit]
    holds: Sequence[Stretch]
    elsewhere: Sequence[Stretch]


def who_works(day: date, sites: Sequence[Site], *, user: User, specialty: str = "") -> list[Work]:
    """Providers with sessions or visits on the local `day`, by site as given and then by name."""
    in_session = Session.objects.on(day).filter(site__in=sites, resource__kind=ResourceKind.PROVIDER)
    places: set[Place] = set(in_session.values_list("site_id", "resource_id"))
    for span, same_zone in _by_span(day, sites):
        visits = _visits(user, span, same_zone).order_by()
        places |= set(visits.values_list("site_id", "provider_id").distinct())
    chosen = Provider.objects.filter(pk__in={provider for _, provider in places})
    if specialty:
        chosen = chosen.filter(specialty__code=specialty)
    known = {row[0]: row for row in chosen.values_list("pk", "name", "family", "specialty__name")}
    work = [
        Work(site, *known[provider])
        for site in sites
        for at, provider in places
        if at == site.pk and provider in known
    ]
    rank = {site.pk: place for place, site in enumerate(sites)}
    return sorted(work, key=lambda one: (rank[one.site.pk], one.family, one.provider))


def book_day(day: date, work: Collection[Work], *, user: User, now: datetime) -> BookDay:
    """The sessions, visits and standing holds of those who work. `now` is an instant."""
    sites = list({one.site.pk: one.site for one in work}.values())
    providers = {one.provider for one in work}
    visits: list[Visit] = []
    holds: list[Stretch] = []
    elsewhere: list[Stretch] = []
    for span, same_zone in _by_span(day, sites):
        rows = _visits(user, span, same_zone).filter(provider__in=providers)
        visits += [Visit(*row) for row in rows.values_list(*_VISIT)]
        there, away = _taken(providers, span, same_zone, now)
        holds += there
        elsewhere += away
    return BookDay(list(_sessions(day, sites, providers)), visits, holds, elsewhere)


def specialties_at(sites: Sequence[Site]) -> list[tuple[str, str]]:
    """(code, name) of the specialties that have sessions at the sites, by name."""
    found = Specialty.objects.filter(providers__sessions__site__in=sites).order_by("name")
    return list(found.values_list("code", "name").distinct())


def next_working_day(after: date, sites: Sequence[Site]) -> date | None:
    """The first local day after `after` on which somebody has a session there, within two weeks."""
    rows = Session.objects.filter(site__in=sites, resource__kind=ResourceKind.PROVIDER)
    held = set(rows.values_list("weekday", "valid_from", "valid_until").distinct())
    for ahead in range(1, LOOK_AHEAD + 1):
        day = after + timedelta(days=ahead)
        if any(
            on == day.weekday() and first <= day and (last is None or day <= last) for on, first, last in held
        ):
            return day
    return None


_VISIT = (
    "pk", "provider_id", "site_id", "start", "end", "status", "modality", "patient__given", "patient__family",
    "patient__mrn", "visit_type__name", "interpreter_id",
)  # fmt: skip
_STRETCH = ("provider_id", "site_id", "start", "end")


def _by_span(day: date, sites: Sequence[Site]) -> Iterator[tuple[tuple[datetime, datetime], list[Site]]]:
    """The sites by zone, each with the instants between which their `day` lies."""
    for zone, group in groupby(sorted(sites, key=lambda site: site.time_zone), lambda site: site.time_zone):
        yield day_span(day, zone), list(group)


def _visits(user: User, span: tuple[datetime, datetime], sites: Sequence[Site]) -> AppointmentQuerySet:
    start, end = span
    visible = Appointment.objects.visible_to(user).filter(site__in=sites, status__in=KEPT)
    return visible.filter(start__gte=start, start__lt=end).order_by("start", "pk")


def _sessions(day: date, sites: Sequence[Site], providers: Collection[int]) -> Iterator[Stretch]:
    zones = {site.pk: site.zone for site in sites}
    rows = Session.objects.on(day).filter(site__in=sites, resource__in=providers).order_by("starts")
    for provider, site, starts, ends in rows.values_list("resource_id", "site_id", "starts", "ends"):
        first, last = (datetime.combine(day, time, zones[site]) for time in (starts, ends))
        yield Stretch(provider, site, first, last)


def _taken(
    providers: Collection[int], span: tuple[datetime, datetime], sites: Sequence[Site], now: datetime
) -> tuple[list[Stretch], list[Stretch]]:
    """The holds at the sites; and what the same people have at other sites, visits and holds."""
    start, end = span
    here = {site.pk for site in sites}
    standing = Hold.objects.standing(now).filter(provider__in=providers, start__lt=end, end__gt=start)
    holds = [Stretch(*row) for row in standing.values_list(*_STRETCH, "expires_at")]
    booked = Appointment.objects.filter(provider__in=providers, status__in=LIVE, start__lt=end, end__gt=start)
    away = [Stretch(*row) for row in booked.exclude(site__in=sites).values_list(*_STRETCH)]
    return [one for one in holds if one.site_id in here], away + [
        one for one in holds if one.site_id not in here
    ]
