"""Conflicts as they are shown: the list, one of them with what is proposed, and the form that reports one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.http import QueryDict

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.models import Appointment, Conflict
from frontdesk.book.queries.conflicts import Hit, conflicts_seen_by, hits, still_in_it
from frontdesk.book.queries.find import Option
from frontdesk.book.queries.resolve import Proposal, proposals
from frontdesk.clinic.choices import Moves, ResourceKind
from frontdesk.clinic.models import Resource, Site
from frontdesk.desk.pages.asked import asked_text
from frontdesk.desk.pages.offering import offer
from frontdesk.desk.pages.settings_forms import Day, Line, OneOf, SettingsForm, Tick, TimeOfDay

MOST = 100
SOURCES = {"block": "Recorded as away", "closure": "Closed day", "outside": "Reported"}
KINDS = {
    ResourceKind.ROOM: "Rooms",
    ResourceKind.EQUIPMENT: "Machines",
    ResourceKind.INTERPRETER: "Interpreters",
    ResourceKind.PROVIDER: "Providers",
}


@dataclass(frozen=True)
class ListRow:
    conflict: Conflict
    when: str
    visits: int
    waiting: int
    source: str


@dataclass(frozen=True)
class Waiting:
    """A visit of a conflict that waits: what is proposed for it, in words and as the form sends it."""

    number: int
    hit: Hit
    name: str
    kind: str
    when: str
    needs: Sequence[str]
    instead: Resource | None
    words: str
    start: str
    provider: int | None
    may_accept: bool


@dataclass(frozen=True)
class ConflictPage:
    conflict: Conflict
    when: str
    source: str
    waiting: Sequence[Waiting]
    settled: Sequence[tuple[str, str]]
    may_resolve: bool


def conflict_list(*, user: User, query: QueryDict) -> tuple[list[ListRow], bool]:
    """Open conflicts, the soonest first; with `?show=resolved` those that are resolved, the latest first."""
    resolved = asked_text(query, "show") == "resolved"
    rows = conflicts_seen_by(user).filter(resolved_at__isnull=not resolved).prefetch_related("visits")
    rows = rows.order_by("-resolved_at", "-pk") if resolved else rows.order_by("start", "pk")
    found = []
    for one in rows[:MOST]:
        visits = [visit.pk for visit in one.visits.all()]
        waiting = len(still_in_it(one, visits))
        found.append(ListRow(one, span_of(one), len(visits), waiting, SOURCES.get(one.source, one.source)))
    return found, resolved


def conflict_page(conflict: Conflict, *, user: User, now: datetime) -> ConflictPage:
    """One conflict: for each visit that waits what could be done, the most pressing first."""
    open_ = conflict.resolved_at is None
    may = open_ and user.may(Permission.BOOK)
    reason = user.may(Permission.SEE_REASON)
    found = proposals(conflict, now=now) if open_ else []
    settled = [
        (one.visit.patient.name, one.settled or "Stands as it did")
        for one in hits(conflict)
        if one.settled or not open_
    ]
    return ConflictPage(
        conflict,
        span_of(conflict),
        SOURCES.get(conflict.source, conflict.source),
        [_line(place, one, user, may, reason) for place, one in enumerate(found, 1)],
        settled,
        may,
    )


def span_of(conflict: Conflict) -> str:
    """Its hours in words: "Wed 4 Mar, 09:00–12:00"."""
    zone = conflict.site.zone
    start, end = conflict.start.astimezone(zone), conflict.end.astimezone(zone)
    if start.date() == end.date():
        return f"{start:%a} {start.day} {start:%b}, {start:%H:%M}–{end:%H:%M}"
    return f"{start:%a} {start.day} {start:%b}, {start:%H:%M} to {end:%a} {end.day} {end:%b}, {end:%H:%M}"


def _line(number: int, one: Proposal, user: User, may: bool, reason: bool) -> Waiting:
    visit = one.visit
    local = visit.start.astimezone(visit.site.zone)
    protected = visit.moves is not Moves.FREELY
    return Waiting(
        number=number,
        hit=one.hit,
        name=visit.patient.name,
        kind=visit.visit_type.name if reason else "Visit",
        when=f"{local:%a} {local.day} {local:%b}, {local:%H:%M}, {visit.provider.name}",
        needs=_needs(one.hit),
        instead=one.instead,
        words=_words(one.option, visit) if one.option else "",
        start=one.option.start.isoformat() if one.option else "",
        provider=one.option.provider if one.option else None,
        may_accept=may and (not protected or user.may(Permission.APPROVE_MOVES)),
    )


def _needs(hit: Hit) -> list[str]:
    visit = hit.visit
    found = ["Same-day or directed care"] if hit.urgent else []
    if visit.moves is Moves.NEVER:
        found.append("Never moved for others")
    elif visit.moves is Moves.APPROVED:
        found.append("Moves with approval")
    if visit.visit_type.prep_hours:
        found.append(f"Prepares {visit.visit_type.prep_hours} h before")
    if visit.interpreter_id is not None:
        found.append("Interpreter")
    return found


def _words(option: Option, visit: Appointment) -> str:
    local = option.local_start
    was = visit.start.astimezone(visit.site.zone)
    day = "the same day" if local.date() == was.date() else f"{local:%a} {local.day} {local:%b}"
    return f"{local:%H:%M}, {day}"


class ReportForm(SettingsForm):
    """What takes a resource, when, and why."""

    resource = OneOf("What", ())
    day = Day("Day")
    starts = TimeOfDay("From")
    ends = TimeOfDay("Until", help_text="The site’s own time.")
    cause = Line(
        "What takes it", most=200, help_text="Such as: water comes in; used for training; machine fails."
    )
    close = Tick("Take the time out of the book, so that nobody else is booked into it")

    def __init__(self, data: QueryDict | None = None, *, site: Site, today: date) -> None:
        super().__init__(data, initial={"day": today, "close": True})
        self.site = site
        rows = Resource.objects.filter(site=site, active=True).order_by("name", "pk")
        self._rows = {str(one.pk): one for one in rows}
        groups = [
            (words, [(pk, one.name) for pk, one in self._rows.items() if one.kind == kind])
            for kind, words in KINDS.items()
        ]
        named = [(words, members) for words, members in groups if members]
        offer(self, "resource", [("", "Choose …"), *named])

    @property
    def chosen(self) -> Resource:
        return self._rows[self.cleaned_data["resource"]]

    @property
    def span(self) -> tuple[datetime, datetime]:
        """The instants of the valid form, on the site's clock."""
        read, zone = self.cleaned_data, self.site.zone
        return (
            datetime.combine(read["day"], read["starts"], zone),
            datetime.combine(read["day"], read["ends"], zone),
        )
