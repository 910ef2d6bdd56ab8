"""The calendar: one day of some providers, for looking. Nothing is booked from here: a visit begins with a request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.models import Appointment
from frontdesk.book.queries.day import book_day, next_working_day, specialties_at, who_works
from frontdesk.clinic.models import Site
from frontdesk.desk.pages.day import lay_out
from frontdesk.desk.pages.visit import Drawer, drawer_of
from frontdesk.desk.views.kit import looked, person
from frontdesk.kit.clock import now

ALL = "all"
COLUMNS = 40  # at most on one page
FARTHEST = timedelta(days=3660)
_ROWS = ("patient", "visit_type", "site", "provider", "room", "interpreter", "booked_by", "cancelled_by")


@dataclass(frozen=True)
class Choice:
    """What the address asks for, with what is wrong in it put right. `sites` are those shown, of `offered`."""

    day: date
    today: date
    site: str
    specialty: str
    sites: Sequence[Site]
    offered: Sequence[Site]
    specialties: Sequence[tuple[str, str]]

    def url(self, **other: object) -> str:
        """The address of this choice with something else in it: `url(day=...)`, `url(visit=...)`."""
        said = {"day": self.day, "site": self.site, "specialty": self.specialty, **other}
        return f"{reverse('desk:calendar')}?{urlencode({key: value for key, value in said.items() if value})}"

    @property
    def before(self) -> str:
        return self.url(day=self.day - timedelta(days=1))

    @property
    def after(self) -> str:
        return self.url(day=self.day + timedelta(days=1))

    @property
    def to_today(self) -> str:
        return self.url(day=self.today)

    @property
    def title(self) -> str:
        """Thursday 19 November; with the year where it is not this one."""
        year = f" {self.day.year}" if self.day.year != self.today.year else ""
        return f"{self.day:%A} {self.day.day} {self.day:%B}{year}"

    @property
    def place(self) -> str:
        return self.sites[0].name if len(self.sites) == 1 else "All sites"

    @property
    def nobody(self) -> str:
        """What is said of a day without columns."""
        place = self.place if len(self.sites) == 1 else "any site"
        who = f"in {dict(self.specialties)[self.specialty].lower()} " if self.specialty else ""
        return f"Nobody {who}works at {place} on {self.title}."

    @property
    def page_query(self) -> str:
        """What stands before the page's number in the links to other pages."""
        return f"{self.url().partition('?')[2]}&"


@require_safe
def day(request: HttpRequest) -> HttpResponse:
    """The grid of a day with the drawer of one visit (`?visit=`); for htmx only the drawer."""
    user, moment = person(request), now()
    user.check_may(Permission.SEE_CALENDAR)
    visit = _visit(user, request.GET.get("visit", ""))
    choice = _choice(user, request.GET, visit, moment)
    here = choice.url(page=_number(request.GET.get("page", "")))
    page = {"choice": choice, "here": here, "drawer": _drawer(request, visit, moment)}
    if request.headers.get("HX-Request"):
        return render(request, "desk/_visit.html", page)
    return render(request, "desk/calendar.html", {**page, **_grid(user, choice, request.GET, moment)})


def _grid(user: User, choice: Choice, asked: QueryDict, moment: datetime) -> dict[str, object]:
    everybody = who_works(choice.day, choice.sites, user=user, specialty=choice.specialty)
    page = Paginator(everybody, COLUMNS).get_page(asked.get("page"))
    work = list(page.object_list)
    rows = book_day(choice.day, work, user=user, now=moment)
    several, reason = len(choice.sites) > 1, user.may(Permission.SEE_REASON)
    grid = lay_out(choice.day, work, rows, now=moment, reason=reason, several=several)
    return {"grid": grid, "page": page, "next_day": None if work else _next_day(choice)}


def _next_day(choice: Choice) -> tuple[str, str] | None:
    """The next day on which somebody works there: its address and its name."""
    found = next_working_day(choice.day, choice.sites)
    return (choice.url(day=found), f"Show {found:%A} {found.day} {found:%B}") if found else None


def _choice(user: User, asked: QueryDict, visit: Appointment | None, moment: datetime) -> Choice:
    offered = list(Site.objects.of(user).order_by("pk"))
    by_code = {site.code: site for site in offered}
    code = asked.get("site", "") or (visit.site.code if visit else "")
    everywhere = code == ALL and len(offered) > 1
    chosen = offered if everywhere else [by_code.get(code) or offered[0]] if offered else []
    specialties = specialties_at(chosen)
    specialty = asked.get("specialty", "")
    today = moment.astimezone(chosen[0].zone).date() if chosen else moment.date()
    shown = visit.start.astimezone(visit.site.zone).date() if visit else today
    return Choice(
        day=_day(asked.get("day", ""), shown, today),
        today=today,
        site=ALL if everywhere else chosen[0].code if chosen else "",
        specialty=specialty if specialty in dict(specialties) else "",
        sites=chosen,
        offered=offered,
        specialties=specialties,
    )


def _day(text: str, default: date, today: date) -> date:
    """The day that was typed, if it is one and lies within ten years."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return default
    return day if abs(day - today) <= FARTHEST else today


def _visit(user: User, text: str) -> Appointment | None:
    """The visit of that number if the person may see it; nothing for any other text."""
    visible = Appointment.objects.visible_to(user).select_related(*_ROWS)
    return visible.filter(pk=number).first() if (number := _number(text)) else None


def _number(text: str) -> int:
    """The number that the text is, if it can be the number of a row; else 0."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0


def _drawer(request: HttpRequest, visit: Appointment | None, moment: datetime) -> Drawer | None:
    """The drawer of the visit; that its patient was looked at is written down."""
    if visit is None:
        return None
    looked(request, visit.patient, where="calendar", at=moment)
    return drawer_of(visit, user=person(request), now=moment)
