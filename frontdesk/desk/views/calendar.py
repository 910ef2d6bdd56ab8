"""The calendar: a day or a week of some columns. Nothing is booked from here: a visit begins with a request."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.models import Appointment
from frontdesk.book.queries.day import Work, next_working_day, resources_at, week_of, who_works
from frontdesk.book.queries.day_rows import book_days
from frontdesk.book.queries.news import latest
from frontdesk.book.queries.news import news as what_is_new
from frontdesk.clinic.choices import ResourceKind
from frontdesk.clinic.models import Resource, Site
from frontdesk.desk.pages.choice import ROOMS, WEEK, Choice, choose, number, sites_shown
from frontdesk.desk.pages.day import DayGrid, lay_out
from frontdesk.desk.pages.visit import Drawer, Wanted, drawer_of
from frontdesk.desk.views.kit import find_visit, looked, person
from frontdesk.kit.clock import now

COLUMNS = 40  # at most on one page


@require_safe
def day(request: HttpRequest) -> HttpResponse:
    """The grid with the drawer of one visit (`?visit=`); for htmx only the drawer."""
    person(request).check_may(Permission.SEE_CALENDAR)
    visit = find_visit(person(request), number(request.GET.get("visit", "")))
    wanted = Wanted(request.GET.get("act", ""), number(request.GET.get("link", "")))
    return show(request, request.GET, visit=visit, wanted=wanted)


@require_safe
def grid(request: HttpRequest) -> HttpResponse:
    """The grid alone, for a calendar that is open while another desk changes something."""
    user, moment = person(request), now()
    user.check_may(Permission.SEE_CALENDAR)
    choice = choose(request.GET, user=user, visit=None, now=moment)
    return render(request, "desk/_grid.html", {"choice": choice, **_grid(user, choice, moment)})


@require_safe
def news(request: HttpRequest) -> HttpResponse:
    """Did anything change on the shown sites since the entry `since`? Asked every second by an open calendar."""
    person(request).check_may(Permission.SEE_CALENDAR)
    offered = list(Site.objects.of(person(request)).order_by("pk"))
    shown = sites_shown(request.GET.get("site", ""), offered)
    seen, changed = what_is_new(number(request.GET.get("since", "")), [site.pk for site in shown])
    return JsonResponse({"since": seen, "changed": changed})


def show(
    request: HttpRequest,
    asked: Mapping[str, str],
    *,
    visit: Appointment | None,
    wanted: Wanted,
    status: int = 200,
) -> HttpResponse:
    """The calendar as `asked`, with the drawer of `visit` and its form; also the answer to a form that was refused."""
    user, moment = person(request), now()
    choice = choose(asked, user=user, visit=visit, now=moment)
    since = latest()  # before the book is read: what comes later is news
    page = {
        "choice": choice,
        "since": since,
        "can_move": user.may(Permission.BOOK),
        "drawer": _drawer(request, visit, wanted, moment),
    }
    if request.headers.get("HX-Request"):
        return render(request, "desk/_visit.html", page, status=status)
    return render(request, "desk/calendar.html", {**page, **_grid(user, choice, moment)}, status=status)


def _grid(user: User, choice: Choice, moment: datetime) -> dict[str, object]:
    if choice.view == WEEK:
        return _week(user, choice, moment)
    everybody = who_works(choice.day, choice.sites, user=user, specialty=choice.specialty, kind=_kind(choice))
    page = Paginator(everybody, COLUMNS).get_page(choice.page or 1)
    work = list(page.object_list)
    grid = _laid_out(user, choice, work, moment)
    return {"grid": grid, "page": page, "next_day": None if work else _next_day(choice)}


def _week(user: User, choice: Choice, moment: datetime) -> dict[str, object]:
    """The week of the one who was named, else of the first who works there."""
    offered = resources_at(choice.sites, kind=_kind(choice), specialty=choice.specialty)
    named = dict(offered)
    who = choice.who if choice.who in named else next(iter(named), 0)
    resource = Resource.objects.filter(pk=who).first()
    work = week_of(resource, choice.days, choice.sites, user=user) if resource else []
    grid = _laid_out(user, choice, work, moment)
    return {"grid": grid, "week": offered, "who": who, "who_name": named.get(who, "")}


def _laid_out(user: User, choice: Choice, work: list[Work], moment: datetime) -> DayGrid:
    rows = book_days(work, user=user, now=moment)
    several, reason = len(choice.sites) > 1, user.may(Permission.SEE_REASON)
    return lay_out(work, rows, now=moment, reason=reason, several=several, week=choice.view == WEEK)


def _kind(choice: Choice) -> ResourceKind:
    return ResourceKind.ROOM if choice.by == ROOMS else ResourceKind.PROVIDER


def _next_day(choice: Choice) -> tuple[str, str] | None:
    """The next day on which somebody works there: its address and its name."""
    found = next_working_day(choice.day, choice.sites, kind=_kind(choice))
    return (choice.url(day=found), f"Show {found:%A} {found.day} {found:%B}") if found else None


def _drawer(
    request: HttpRequest, visit: Appointment | None, wanted: Wanted, moment: datetime
) -> Drawer | None:
    """The drawer of the visit; that its patient was looked at is written down."""
    if visit is None:
        return None
    looked(request, visit.patient, where="calendar", at=moment)
    return drawer_of(visit, user=person(request), now=moment, wanted=wanted)
