"""The huddle: what one site's day looks like now, and who needs somebody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Count, Q

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.engine import bits
from frontdesk.book.models import Appointment, AppointmentStatus, ResourceDay
from frontdesk.book.queries.derive import tick_at
from frontdesk.book.queries.open_time import Pools, site_days
from frontdesk.clinic.models import Provider, Site
from frontdesk.desk.pages.since import Since, since_left
from frontdesk.kit.clock import local_midnight
from frontdesk.outreach.models import Message, MessageState
from frontdesk.triage.models import Handoff, Request
from frontdesk.work.models import Task

NEXT_VISITS = 20
MOST_GAPS = 8
MOST_MESSAGES = 8
WORTH_FILLING = 4  # ticks: 20 minutes
FOLLOW = {
    "desk:calendar": Permission.SEE_CALENDAR,
    "desk:queues": Permission.SEE_QUEUES,
    "desk:requests": Permission.TAKE_REQUESTS,
}
UNDELIVERED_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Figure:
    words: str
    value: str
    view: str = ""  # the name of the page that shows the rows behind it


@dataclass(frozen=True)
class Visit:
    """A visit of today that is still to come or going on. `is_late`: its time has come and the patient has not."""

    row: Appointment
    is_late: bool


@dataclass(frozen=True)
class Escalation:
    """A handoff without a direction. `seconds` to its clock; negative once that has run out."""

    row: Handoff
    patient: str
    accepted_by: str
    seconds: int


@dataclass(frozen=True)
class Gap:
    provider: str
    start: datetime
    minutes: int


@dataclass(frozen=True)
class Today:
    """The lists are None for somebody whose role sees no patients, and calls for somebody who takes none."""

    site: Site
    sites: Sequence[Site]
    day: date
    at: datetime
    figures: Sequence[Figure]
    gaps: Sequence[Gap]
    shows_log: bool
    escalations: Sequence[Escalation] | None = None
    visits: Sequence[Visit] | None = None
    undelivered: Sequence[Message] | None = None
    calls: Sequence[Request] | None = None
    since: Since | None = None


def sites_of(user: User) -> list[Site]:
    return list(Site.objects.of(user).order_by("name", "pk"))


def choose_site(sites: Sequence[Site], code: str, *, otherwise: Site | None) -> Site | None:
    """The one of the person's own sites that has this code, or the other."""
    return next((site for site in sites if site.code == code), otherwise)


def today_page(*, user: User, site: Site, sites: Sequence[Site], now: datetime) -> Today:
    """The day of `site` (one of the person's `sites`) as it stands at `now`."""
    day = now.astimezone(site.zone).date()
    providers = _providers(site, day)
    free = _free_bits(site, day, list(providers), now)
    page = Today(
        site=site,
        sites=sites,
        day=day,
        at=now,
        figures=_figures(user, site, day, now, len(providers), _free_minutes(free)),
        gaps=_gaps(free, providers, site, day),
        shows_log=user.may(Permission.SEE_ACCESS_LOG),
    )
    return _with_names(page, user) if user.may(Permission.SEE_PATIENTS) else page


def hours(minutes: int) -> str:
    """17 h 10"""
    return f"{minutes // 60} h {minutes % 60:02}"


def _with_names(page: Today, user: User) -> Today:
    return replace(
        page,
        escalations=_escalations(user, page.site, page.at),
        visits=_visits(user, page.site, page.day, page.at),
        undelivered=_undelivered(user, page.site, page.at),
        calls=_calls(user) if user.may(Permission.TAKE_REQUESTS) else None,
        since=since_left(user=user, site=page.site, now=page.at),
    )


def _figures(user: User, site: Site, day: date, now: datetime, working: int, free: int) -> list[Figure]:
    visits = _visit_counts(site, day)
    figures = [
        Figure("Visits today", f"{visits['all']:,}", "desk:calendar"),
        Figure("Providers in", f"{working} of {_all_providers(site, day)}"),
        Figure("Arrived", f"{visits['arrived']:,}"),
        Figure("Done", f"{visits['done']:,}"),
        Figure("Did not come", f"{visits['missed']:,}"),
        Figure("Free time left", hours(free), "desk:calendar"),
        Figure("Open escalations", f"{_open_handoffs(user, site):,}", "desk:queues"),
        Figure("Open requests", f"{_open_requests(user, site):,}", "desk:requests"),
        Figure("Tasks overdue", f"{_overdue(user, site, now):,}", "desk:queues"),
    ]
    return [figure if _may_follow(user, figure) else replace(figure, view="") for figure in figures]


def _may_follow(user: User, figure: Figure) -> bool:
    return not figure.view or user.may(FOLLOW[figure.view])


def _visit_counts(site: Site, day: date) -> dict[str, int]:
    """Numbers only: these are shown to roles that see no patient."""
    status = AppointmentStatus
    return Appointment.objects.on(day, site=site).aggregate(
        all=Count("pk", filter=~Q(status=status.CANCELLED)),
        arrived=Count("pk", filter=Q(status=status.ARRIVED)),
        done=Count("pk", filter=Q(status=status.DONE)),
        missed=Count("pk", filter=Q(status=status.NO_SHOW)),
    )


def _open_handoffs(user: User, site: Site) -> int:
    handoffs = Handoff.objects.filter(request__site=site, directed_at=None, request__closed_at=None)
    if user.may(Permission.SEE_QUEUES):
        return handoffs.filter(pk__in=Handoff.objects.visible_to(user)).count()
    return handoffs.filter(request__restricted=False).count()


def _open_requests(user: User, site: Site) -> int:
    requests = Request.objects.open().filter(site=site)
    if user.may(Permission.SEE_PATIENTS):
        return requests.visible_to(user).count()
    return requests.filter(restricted=False).count()


def _overdue(user: User, site: Site, now: datetime) -> int:
    tasks = Task.objects.open().filter(site=site, due_at__lt=now)
    if user.may(Permission.SEE_QUEUES):
        return tasks.visible_to(user).count()
    return tasks.filter(restricted=False).count()


def _providers(site: Site, day: date) -> dict[int, str]:
    """Who has open time at the site today: names by id."""
    closed = bits.to_bytes(0)
    days = ResourceDay.objects.filter(site=site, day=day).exclude(open_bits=closed).values("resource")
    rows = Provider.objects.filter(pk__in=days, active=True).order_by("family", "pk")
    return dict(rows.values_list("pk", "name"))


def _all_providers(site: Site, day: date) -> int:
    """Those who have sessions at the site in these weeks, whatever the weekday."""
    held = Q(sessions__site=site, sessions__valid_from__lte=day)
    current = Q(sessions__valid_until=None) | Q(sessions__valid_until__gte=day)
    return Provider.objects.filter(held & current, active=True).distinct().count()


def _free_bits(site: Site, day: date, providers: Sequence[int], now: datetime) -> dict[int, int]:
    """What is left of each provider's free time from now on; the time of expired holds counts as free."""
    found = site_days(Pools([providers]), sites={site.pk: site}, first=day, last=day, now=now)
    begun = tick_at(now, local_midnight(day, site.time_zone)) + 1
    left = bits.span(begun, bits.TICKS - begun)
    here = found.get((day, site.pk))
    return {one.resource: one.bits & left for one in here.providers} if here else {}


def _free_minutes(free: Mapping[int, int]) -> int:
    return sum(one.bit_count() for one in free.values()) * bits.TICK_MINUTES


def _gaps(free: Mapping[int, int], providers: Mapping[int, str], site: Site, day: date) -> list[Gap]:
    midnight = local_midnight(day, site.time_zone)
    found = [
        (start, provider, count)
        for provider, one in free.items()
        for start, count in bits.stretches(one)
        if count >= WORTH_FILLING
    ]
    return [
        Gap(
            provider=providers[provider],
            start=midnight + timedelta(minutes=bits.TICK_MINUTES * start),
            minutes=bits.TICK_MINUTES * count,
        )
        for start, provider, count in sorted(found)[:MOST_GAPS]
    ]


def _escalations(user: User, site: Site, now: datetime) -> list[Escalation]:
    visible = Handoff.objects.visible_to(user).filter(
        request__site=site, directed_at=None, request__closed_at=None
    )
    rows = visible.select_related("request__patient", "accepted_by").order_by("due_at", "pk")
    found = [_escalation(row, now) for row in rows]
    return sorted(found, key=lambda one: (-one.row.request.rank, one.row.due_at))


def _escalation(row: Handoff, now: datetime) -> Escalation:
    patient = row.request.patient.sort_name if row.request.patient else row.request.said_name
    accepted = row.accepted_by_other or (row.accepted_by.name if row.accepted_by else "")
    return Escalation(row, patient or "Name not yet given", accepted, int((row.due_at - now).total_seconds()))


def _visits(user: User, site: Site, day: date, now: datetime) -> list[Visit]:
    waiting = (AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)
    rows = (
        Appointment.objects.visible_to(user)
        .on(day, site=site)
        .filter(status__in=waiting, end__gt=now)
        .select_related("patient", "visit_type", "provider", "room")
        .order_by("start", "pk")
    )
    return [
        Visit(row, row.status == AppointmentStatus.BOOKED and row.start <= now) for row in rows[:NEXT_VISITS]
    ]


def _undelivered(user: User, site: Site, now: datetime) -> list[Message]:
    """Of the site's visits that are still to come: what is past needs nobody."""
    ahead = Appointment.objects.visible_to(user).filter(site=site).upcoming(now)
    rows = (
        Message.objects.visible_to(user)
        .about_visits()
        .filter(
            state=MessageState.FAILED,
            settled_at__gte=now - UNDELIVERED_FOR,
            about_ref__in=ahead.order_by().values("pk"),
        )
    )
    return list(rows.select_related("patient").order_by("-settled_at")[:MOST_MESSAGES])


def _calls(user: User) -> list[Request]:
    mine = Request.objects.visible_to(user).open().taken_by_user(user)
    return list(mine.select_related("patient").order_by("opened_at")[:9])
