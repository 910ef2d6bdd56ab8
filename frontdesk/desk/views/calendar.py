"""The calendar: a day or a week of some columns. Nothing is booked from here: a visit begins with a request."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.models import Appointment
from frontdesk.book.queries.day import book_day, next_working_day, who_works
from frontdesk.desk.pages.choice import Choice, choose, number
from frontdesk.desk.pages.day import lay_out
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
    page = {"choice": choice, "drawer": _drawer(request, visit, wanted, moment)}
    if request.headers.get("HX-Request"):
        return render(request, "desk/_visit.html", page, status=status)
    return render(request, "desk/calendar.html", {**page, **_grid(user, choice, moment)}, status=status)


def _grid(user: User, choice: Choice, moment: datetime) -> dict[str, object]:
    everybody = who_works(choice.day, choice.sites, user=user, specialty=choice.specialty)
    page = Paginator(everybody, COLUMNS).get_page(choice.page or 1)
    work = list(page.object_list)
    rows = book_day(choice.day, work, user=user, now=moment)
    several, reason = len(choice.sites) > 1, user.may(Permission.SEE_REASON)
    grid = lay_out(choice.day, work, rows, now=moment, reason=reason, several=several)
    return {"grid": grid, "page": page, "next_day": None if work else _next_day(choice)}


def _next_day(choice: Choice) -> tuple[str, str] | None:
    """The next day on which somebody works there: its address and its name."""
    found = next_working_day(choice.day, choice.sites)
    return (choice.url(day=found), f"Show {found:%A} {found.day} {found:%B}") if found else None


def _drawer(
    request: HttpRequest, visit: Appointment | None, wanted: Wanted, moment: datetime
) -> Drawer | None:
    """The drawer of the visit; that its patient was looked at is written down."""
    if visit is None:
        return None
    looked(request, visit.patient, where="calendar", at=moment)
    return drawer_of(visit, user=person(request), now=moment, wanted=wanted)
