"""Who works on which day: the columns of the calendar, providers or rooms, for a day or for a week of one of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from django.db.models import QuerySet

from frontdesk.accounts.models import User
from frontdesk.book.models import Appointment, Claim, Session
from frontdesk.book.models.appointment import AppointmentStatus
from frontdesk.clinic.choices import ResourceKind, RoomType
from frontdesk.clinic.models import Closure, Provider, Resource, Room, Site, Specialty
from frontdesk.kit.clock import day_span

LIVE = (AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)
KEPT = (*LIVE, AppointmentStatus.DONE, AppointmentStatus.NO_SHOW)
LOOK_AHEAD = 14  # days in which the next day with sessions is looked for
SUNDAY = 6
LONGEST = timedelta(days=1)  # no claim and no visit is longer: so an index on the start finds those of a day

Place = tuple[int, int]  # site id, resource id


class Work(NamedTuple):
    """One column: a provider or a room that is at work, or has visits, at a site on a local day."""

    site: Site
    resource: int
    name: str
    sort: str
    about: str
    day: date
    kind: str = ResourceKind.PROVIDER


def who_works(
    day: date, sites: Sequence[Site], *, user: User, specialty: str = "", kind: str = ResourceKind.PROVIDER
) -> list[Work]:
    """Providers (or rooms) with sessions or visits on the local `day`, by site as given and then by name."""
    places = _in_session(day, sites, kind) | _with_visits(day, sites, user, kind)
    known = _rooms(places) if kind == ResourceKind.ROOM else _providers(places, specialty)
    work = [
        Work(site, at, *known[at], day, kind)
        for site in sites
        for where, at in places
        if where == site.pk and at in known
    ]
    rank = {site.pk: place for place, site in enumerate(sites)}
    return sorted(work, key=lambda one: (rank[one.site.pk], one.sort, one.resource))


def week_of(resource: Resource, days: Sequence[date], sites: Sequence[Site], *, user: User) -> list[Work]:
    """The columns of one resource's week: each day, at each of the sites at which it is; no empty weekend."""
    known = (
        _rooms([(0, resource.pk)]) if resource.kind == ResourceKind.ROOM else _providers([(0, resource.pk)])
    )
    if resource.pk not in known or not sites:
        return []
    held = list(Session.objects.filter(resource=resource, site__in=sites))
    start, end = day_span(days[0], sites[0].time_zone)[0], day_span(days[-1], sites[0].time_zone)[1]
    booked = _booked(user, (start, end), sites, resource.kind).filter(**{_COLUMN[resource.kind]: resource.pk})
    visits = list(booked.values_list("site_id", "start"))
    found = []
    for day in days:
        at = {one.site_id for one in held if one.held_on(day)}
        at |= {pk for pk, begins in visits for site in sites if site.pk == pk and _local(begins, site) == day}
        shown = [site for site in sites if site.pk in at] or (
            [] if day.weekday() >= SUNDAY - 1 else [sites[0]]
        )
        found += [Work(site, resource.pk, *known[resource.pk], day, resource.kind) for site in shown]
    return found


def resources_at(sites: Sequence[Site], *, kind: str, specialty: str = "") -> list[tuple[int, str]]:
    """(id, name) of the providers or rooms with sessions at the sites, by name: whose week may be shown."""
    rows = Resource.objects.filter(kind=kind, active=True, sessions__site__in=sites)
    if kind == ResourceKind.PROVIDER and specialty:
        rows = rows.filter(provider__specialty__code=specialty)
    order = "provider__family" if kind == ResourceKind.PROVIDER else "name"
    return list(rows.order_by(order, "pk").values_list("pk", "name").distinct())


def specialties_at(sites: Sequence[Site]) -> list[tuple[str, str]]:
    """(code, name) of the specialties that have sessions at the sites, by name."""
    found = Specialty.objects.filter(providers__sessions__site__in=sites).order_by("name")
    return list(found.values_list("code", "name").distinct())


def next_working_day(after: date, sites: Sequence[Site], *, kind: str = ResourceKind.PROVIDER) -> date | None:
    """The first local day after `after` on which somebody has a session at an open site, within two weeks."""
    last = after + timedelta(days=LOOK_AHEAD)
    rows = Session.objects.filter(site__in=sites, resource__kind=kind, valid_from__lte=last)
    held = list(rows.exclude(valid_until__lte=after))
    closed = set(
        Closure.objects.filter(site__in=sites, day__range=(after, last)).values_list("site_id", "day")
    )
    for ahead in range(1, LOOK_AHEAD + 1):
        day = after + timedelta(days=ahead)
        if any(one.held_on(day) and (one.site_id, day) not in closed for one in held):
            return day
    return None


def by_zone(sites: Iterable[Site]) -> Iterator[tuple[str, list[Site]]]:
    """The sites by their time zone."""
    for zone, group in groupby(sorted(sites, key=lambda site: site.time_zone), lambda site: site.time_zone):
        yield zone, list(group)


def claims_within(span: tuple[datetime, datetime]) -> QuerySet[Claim]:
    """Live claims that overlap the instants."""
    return Claim.objects.live().between(*span).filter(start__gte=span[0] - LONGEST)


_COLUMN: dict[str, str] = {ResourceKind.PROVIDER: "provider_id", ResourceKind.ROOM: "room_id"}


def _in_session(day: date, sites: Sequence[Site], kind: str) -> set[Place]:
    rows = Session.objects.on(day).filter(site__in=sites, resource__kind=kind)
    return {(one.site_id, one.resource_id) for one in rows if one.held_on(day)}


def _with_visits(day: date, sites: Sequence[Site], user: User, kind: str) -> set[Place]:
    found: set[Place] = set()
    for zone, group in by_zone(sites):
        span = day_span(day, zone)
        visits = _booked(user, span, group, kind).order_by()
        found |= set(visits.values_list("site_id", _COLUMN[kind]).distinct())
        claims = claims_within(span).filter(resource__kind=kind)
        found |= set(
            claims.filter(appointment__site__in=group).values_list("appointment__site_id", "resource_id")
        )
        found |= set(
            claims.filter(gathering__site__in=group).values_list("gathering__site_id", "resource_id")
        )
    return found


def _booked(
    user: User, span: tuple[datetime, datetime], sites: Sequence[Site], kind: str
) -> QuerySet[Appointment]:
    visible = Appointment.objects.visible_to(user).filter(site__in=sites, status__in=KEPT)
    rows = visible.filter(start__gte=span[0], start__lt=span[1])
    return rows.exclude(room=None) if kind == ResourceKind.ROOM else rows


def _providers(places: Iterable[Place], specialty: str = "") -> dict[int, tuple[str, str, str]]:
    chosen = Provider.objects.filter(pk__in={pk for _, pk in places})
    if specialty:
        chosen = chosen.filter(specialty__code=specialty)
    rows = chosen.values_list("pk", "name", "family", "specialty__name")
    return {pk: (name, family, about) for pk, name, family, about in rows}


def _rooms(places: Iterable[Place]) -> dict[int, tuple[str, str, str]]:
    rows = Room.objects.filter(pk__in={pk for _, pk in places}).values_list("pk", "name", "room_type")
    return {pk: (name, _counted(name), str(RoomType(kind).label)) for pk, name, kind in rows}


def _counted(name: str) -> str:
    """For sorting: Room 2 stands before Room 10."""
    return re.sub(r"\d+", lambda found: found.group().zfill(6), name.casefold())


def _local(moment: datetime, site: Site) -> date:
    return moment.astimezone(site.zone).date()
