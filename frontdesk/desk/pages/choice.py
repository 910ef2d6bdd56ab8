"""What the calendar's address asks for, with what is wrong in it put right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from frontdesk.accounts.models import User
from frontdesk.book.models import Appointment
from frontdesk.book.queries.day import specialties_at
from frontdesk.clinic.models import Site

ALL = "all"
ROOMS, WEEK = "rooms", "week"
FARTHEST = timedelta(days=3660)
# What a form on the calendar carries along, so that one comes back to the calendar as it was.
KEPT = ("day", "site", "specialty", "by", "view", "who", "page")


@dataclass(frozen=True)
class Choice:
    """`sites` are those shown, of `offered`. `by` is rooms or empty for providers; `view` week or empty for a day.

    `who` is the resource whose week is shown, 0 where nobody was named.
    """

    day: date
    today: date
    site: str
    specialty: str
    sites: Sequence[Site]
    offered: Sequence[Site]
    specialties: Sequence[tuple[str, str]]
    by: str = ""
    view: str = ""
    who: int = 0
    page: int = 0

    def query(self, **other: object) -> str:
        """The words of the address of this choice with something else in them."""
        said = {
            "day": self.day, "site": self.site, "specialty": self.specialty, "by": self.by, "view": self.view,
            "who": self.who, **other,
        }  # fmt: skip
        return urlencode({key: value for key, value in said.items() if value})

    def url(self, **other: object) -> str:
        """The address of this choice with something else in it: `url(day=...)`, `url(visit=...)`."""
        return f"{reverse('desk:calendar')}?{self.query(**other)}"

    @property
    def here(self) -> str:
        """The address of the very page that is shown."""
        return self.url(page=self.page)

    @property
    def back(self) -> str:
        """What a form on the page carries along to come back here."""
        return self.query(page=self.page)

    @property
    def days(self) -> list[date]:
        """The days that are shown: one, or seven from Monday."""
        if self.view != WEEK:
            return [self.day]
        monday = self.day - timedelta(days=self.day.weekday())
        return [monday + timedelta(days=ahead) for ahead in range(7)]

    @property
    def step(self) -> timedelta:
        return timedelta(days=7 if self.view == WEEK else 1)

    @property
    def before(self) -> str:
        return self.url(day=self.day - self.step)

    @property
    def after(self) -> str:
        return self.url(day=self.day + self.step)

    @property
    def to_today(self) -> str:
        return self.url(day=self.today)

    @property
    def is_now(self) -> bool:
        return self.today in self.days

    @property
    def step_word(self) -> str:
        return "Week" if self.view == WEEK else "Day"

    @property
    def tabs(self) -> list[tuple[str, str, bool]]:
        """The ways to look at the book: address, word, and whether it is the one that is shown."""
        week = self.view == WEEK
        return [
            (self.url(by="", view="", who=0), "Providers", not week and self.by != ROOMS),
            (self.url(by=ROOMS, view="", who=0, specialty=""), "Rooms", not week and self.by == ROOMS),
            (self.url(view=WEEK), "Week", week),
        ]

    @property
    def title(self) -> str:
        """Thursday 19 November; with the year where it is not this one. Of a week: its first and last day."""
        first, last = self.days[0], self.days[-1]
        year = f" {last.year}" if last.year != self.today.year else ""
        if self.view != WEEK:
            return f"{self.day:%A} {self.day.day} {self.day:%B}{year}"
        month = f" {first:%B}" if first.month != last.month else ""
        return f"{first.day}{month} – {last.day} {last:%B}{year}"

    @property
    def place(self) -> str:
        return self.sites[0].name if len(self.sites) == 1 else "All sites"

    @property
    def nobody(self) -> str:
        """What is said of a day without columns."""
        place = self.place if len(self.sites) == 1 else "any site"
        if self.by == ROOMS:
            return f"No room is open at {place} on {self.title}."
        who = f"in {dict(self.specialties)[self.specialty].lower()} " if self.specialty else ""
        return f"Nobody {who}works at {place} on {self.title}."

    @property
    def page_query(self) -> str:
        """What stands before the page's number in the links to other pages."""
        return f"{self.query()}&"


def choose(asked: Mapping[str, str], *, user: User, visit: Appointment | None, now: datetime) -> Choice:
    """The choice that the address makes; where it says nothing, the day and the site of the visit, else today's."""
    offered = list(Site.objects.of(user).order_by("pk"))
    code = asked.get("site", "") or (visit.site.code if visit else "")
    chosen = sites_shown(code, offered)
    everywhere = code == ALL and len(offered) > 1
    specialties = specialties_at(chosen)
    specialty = asked.get("specialty", "")
    today = now.astimezone(chosen[0].zone).date() if chosen else now.date()
    shown = visit.start.astimezone(visit.site.zone).date() if visit else today
    return Choice(
        day=_day(asked.get("day", ""), shown, today),
        today=today,
        site=ALL if everywhere else chosen[0].code if chosen else "",
        specialty=specialty if specialty in dict(specialties) else "",
        sites=chosen,
        offered=offered,
        specialties=specialties,
        by=ROOMS if asked.get("by") == ROOMS else "",
        view=WEEK if asked.get("view") == WEEK else "",
        who=number(asked.get("who", "")),
        page=number(asked.get("page", "")),
    )


def sites_shown(code: str, offered: Sequence[Site]) -> list[Site]:
    """The site of that code, all of them for "all", and the first for any other text."""
    if code == ALL:
        return list(offered)
    return [site for site in offered if site.code == code] or list(offered[:1])


def kept(text: str) -> dict[str, str]:
    """What a form carried along of the calendar's address: known words only, whatever was sent."""
    sent = QueryDict(text[:400])
    return {key: sent[key] for key in KEPT if key in sent}


def back_to(text: str, **other: object) -> str:
    """The address of the calendar that a form came from, with something else in it."""
    said = {**kept(text), **other}
    return f"{reverse('desk:calendar')}?{urlencode({key: value for key, value in said.items() if value})}"


def number(text: str) -> int:
    """The number that the text is, if it can be the number of a row; else 0."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0


def _day(text: str, default: date, today: date) -> date:
    """The day that was typed, if it is one and lies within ten years."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return default
    return day if abs(day - today) <= FARTHEST else today
