"""What the pages of templates show: the list of resources, one resource's week with its history, a version."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.engine.capacity import EVERYBODY, CapacityChange, Change, minutes
from frontdesk.book.engine.template import WEEKDAYS, Difference, Row, Words, differences
from frontdesk.book.models import Appointment, Session, Template
from frontdesk.book.queries.outside import Outside
from frontdesk.book.queries.templates import (
    last_approved,
    rows_in,
    rows_of,
    rows_on,
    versions,
    words,
)
from frontdesk.clinic.choices import ResourceKind
from frontdesk.clinic.models import Resource, Site
from frontdesk.desk.pages.asked import asked_text
from frontdesk.desk.pages.week_picture import Picture, picture
from frontdesk.kit.clock import local_day
from frontdesk.kit.errors import BadValue

PER_PAGE = 50


@dataclass(frozen=True)
class Choice:
    """Which part of the list is asked for, with what makes no sense left out."""

    site: str
    kind: str
    text: str
    sites: Sequence[Site]

    @classmethod
    def read(cls, query: QueryDict, user: User) -> Choice:
        sites = list(Site.objects.of(user).distinct())
        site, kind = asked_text(query, "site"), asked_text(query, "kind")
        return cls(
            site if site in {one.code for one in sites} else "",
            kind if kind in ResourceKind.values else "",
            asked_text(query, "q"),
            sites,
        )

    @property
    def kinds(self) -> list[tuple[str, str]]:
        return list(ResourceKind.choices)

    @property
    def query(self) -> str:
        parts = {"site": self.site, "kind": self.kind, "q": self.text}
        chosen = urlencode({name: value for name, value in parts.items() if value})
        return f"{chosen}&" if chosen else ""


@dataclass(frozen=True)
class WeekRow:
    """One resource's week at one site, as a line of the list."""

    url: str
    name: str
    kind: str
    site: str
    hours: str
    in_force: str
    draft: Template | None


def resources_of(user: User) -> QuerySet[Resource]:
    """The resources whose home or whose sessions are at the user's sites."""
    sites = Site.objects.of(user)
    mine = Q(site__in=sites) | Q(sessions__site__in=sites)
    return Resource.objects.filter(mine, active=True).distinct()


def week_list(
    choice: Choice, *, user: User, number: str | None, now: datetime
) -> tuple[Page[Resource], list[WeekRow]]:
    """One page of the resources that the choice asks for, and the lines of their weeks."""
    found = resources_of(user).select_related("site")
    if choice.site:
        found = found.filter(Q(site__code=choice.site) | Q(sessions__site__code=choice.site))
    if choice.kind:
        found = found.filter(kind=choice.kind)
    if choice.text:
        found = found.filter(name__icontains=choice.text)
    page = Paginator(found.order_by("kind", "name", "pk"), PER_PAGE).get_page(number)
    return page, _lines(list(page.object_list), choice, now)


def _lines(resources: Sequence[Resource], choice: Choice, now: datetime) -> list[WeekRow]:
    here = {one.pk: one for one in choice.sites if choice.site in ("", one.code)}
    sessions: dict[tuple[int, int], list[Session]] = defaultdict(list)
    for one in Session.objects.filter(resource__in=resources, site__in=here).select_related("slot_class"):
        sessions[one.resource_id, one.site_id].append(one)
    drafts: dict[tuple[int, int], Template] = {}
    approved: dict[tuple[int, int], Template] = {}
    for template in Template.objects.filter(resource__in=resources, withdrawn_at=None).order_by("number"):
        kept = drafts if template.approved_at is None else approved
        kept[template.resource_id, template.site_id] = template
    return [
        _line(resource, here[site], sessions[resource.pk, site], approved.get((resource.pk, site)),
              drafts.get((resource.pk, site)), now)
        for resource in resources
        for site in here
        if site == resource.site_id or sessions[resource.pk, site]
    ]  # fmt: skip


def _line(
    resource: Resource,
    site: Site,
    sessions: Sequence[Session],
    approved: Template | None,
    draft: Template | None,
    now: datetime,
) -> WeekRow:
    today = local_day(now, site.time_zone)
    held = [one for one in sessions if one.valid_from <= today and (one.valid_until or today) >= today]
    return WeekRow(
        week_url(resource, site),
        resource.name,
        ResourceKind(resource.kind).label,
        site.name,
        hours(sum(minutes(rows_of(held)).values(), Fraction())),
        _since(held, approved, today),
        draft,
    )


def _since(held: Sequence[Session], approved: Template | None, today: date) -> str:
    if approved is not None:
        begins = "since" if approved.holds_from <= today else "from"
        return f"Version {approved.number} {begins} {say_day(approved.holds_from)}"
    return f"Since {say_day(min(one.valid_from for one in held))}" if held else "No sessions"


def week_url(resource: Resource, site: Site) -> str:
    return f"{reverse('desk:time-week', args=[resource.pk])}?{urlencode({'site': site.code})}"


def say_day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def hours(total: Fraction | int) -> str:
    """Minutes as hours: "37 h 30"."""
    whole = round(total)
    return f"{whole // 60} h {whole % 60:02}" if whole % 60 else f"{whole // 60} h"


@dataclass(frozen=True)
class VersionRow:
    """One version in the history. `changes` are from the version that was approved before it."""

    template: Template
    state: str
    look: str
    changes: list[Difference]


class WeekPage:
    """A resource's week at a site: what holds today, what comes, what waits, what was."""

    def __init__(
        self, resource: Resource, site: Site, sites: Sequence[Site], *, user: User, now: datetime
    ) -> None:
        self.resource, self.site, self.sites = resource, site, sites
        self.today = local_day(now, site.time_zone)
        self.words = words()
        self.may_draft = user.may(Permission.DRAFT_SETTINGS)
        self.versions = _history(list(versions(resource, site)), self.today, self.words)
        self.drafts = [row.template for row in self.versions if row.look == "warn"]
        rows = rows_on(resource, site, self.today)
        self.hours = hours(sum(minutes(rows).values(), Fraction()))
        self.picture = picture(
            rows, self.words, name="now", label=f"The week of {resource.name} at {site.name}"
        )

    @property
    def coming(self) -> tuple[Template, Picture] | None:
        """The version that was approved for a day to come, and its week."""
        newest = last_approved(self.resource, self.site)
        if newest is None or newest.holds_from <= self.today:
            return None
        label = f"The week from {say_day(newest.holds_from)} on"
        return newest, picture(rows_of_version(newest), self.words, name="coming", label=label)

    def tabs(self) -> list[tuple[str, str, bool]]:
        return [(week_url(self.resource, one), one.name, one == self.site) for one in self.sites]


def rows_of_version(template: Template) -> list[Row]:
    """Its rows; none where they cannot be read."""
    try:
        return rows_in(template)
    except BadValue:
        return []


def _history(found: Sequence[Template], today: date, known: Words) -> list[VersionRow]:
    """Newest first; each against the last one that was approved before it."""
    rows: list[VersionRow] = []
    before: Template | None = None
    for one in sorted(found, key=lambda one: one.number):
        changes = differences(rows_of_version(before), rows_of_version(one), known) if before else []
        rows.append(VersionRow(one, *_state(one, today), changes))
        if one.approved_at is not None:
            before = one
    return rows[::-1]


def _state(one: Template, today: date) -> tuple[str, str]:
    if one.withdrawn_at is not None:
        return "Withdrawn", ""
    if one.approved_at is None:
        return "Waits for approval", "warn"
    return ("Approved", "pass") if one.holds_from <= today else ("Approved, to come", "accent")


@dataclass(frozen=True)
class Bar:
    """Minutes a week before and after, for a pair of bars on one scale."""

    name: str
    before: int
    after: int
    most: int
    change: str


def bars(change: CapacityChange, known: Words) -> list[Bar]:
    """One pair for each slot class, then for time that is open to all, then for the whole."""
    named = [
        ("Open to all" if code == EVERYBODY else f"Kept for {known.classes.get(code, code)}", one)
        for code, one in sorted(change.by_class.items())
    ]
    return _bars([*named, ("In all", change.total)])


def day_bars(change: CapacityChange) -> list[Bar]:
    """One pair for each weekday on which there is anything before or after."""
    shown = [(WEEKDAYS[day], one) for day, one in change.by_weekday.items() if one.before or one.after]
    return _bars(shown)


def _bars(named: Sequence[tuple[str, Change]]) -> list[Bar]:
    most = max([1, *(round(max(one.before, one.after)) for _, one in named)])
    return [
        Bar(name, round(one.before), round(one.after), most, _signed(round(one.change)))
        for name, one in named
    ]


def _signed(number: int) -> str:
    return "no change" if not number else f"{number:+,} min".replace("-", "−")


def seen(found: Sequence[Outside], user: User) -> list[Outside]:
    """Those of the visits that the person may see, in the order of time."""
    visible = set(
        Appointment.objects.visible_to(user)
        .filter(pk__in=[one.visit.pk for one in found])
        .values_list("pk", flat=True)
    )
    return [one for one in found if one.visit.pk in visible]
