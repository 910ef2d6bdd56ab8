"""What fills the columns of the calendar: a handful of queries for any number of columns."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db.models import Count, Q

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission, Role
from frontdesk.book.models import Appointment, Block, Gathering, Session
from frontdesk.book.models import Release as Released
from frontdesk.book.queries.day import KEPT, LIVE, LONGEST, Work, claims_within
from frontdesk.clinic.choices import BlockKind, ResourceKind
from frontdesk.clinic.models import Closure, Site
from frontdesk.kit.clock import day_span

OPEN, HELD_BACK, CLOSED = "open", "kept", "closed"


class Stretch(NamedTuple):
    """Instants [start, end) of a resource at a site; `until` is set for a hold and says when it ends by itself."""

    resource: int
    site_id: int
    start: datetime
    end: datetime
    until: datetime | None = None


class Piece(NamedTuple):
    """A stretch of a session or a block: open, kept or closed, of what name, and how it opens, in words.

    `over` is true of a block: it lies over sessions and opens nothing itself.
    """

    resource: int
    site_id: int
    start: datetime
    end: datetime
    state: str = OPEN
    name: str = ""
    opens: str = ""
    over: bool = False


class Visit(NamedTuple):
    """A visit as the calendar shows it, for the stretch that it takes of the column; cancelled ones are not among them."""

    id: int
    resource: int
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
    overbooked: int | None = None


class Meeting(NamedTuple):
    """A gathering in the column of one who is required: a group visit with places, or a case conference."""

    resource: int
    site_id: int
    start: datetime
    end: datetime
    title: str
    kind: str
    places: int
    taken: int


@dataclass(frozen=True)
class BookDays:
    """What fills some columns: all instants in UTC. `elsewhere` is time of the same resources at other sites."""

    pieces: Sequence[Piece] = ()
    visits: Sequence[Visit] = ()
    holds: Sequence[Stretch] = ()
    elsewhere: Sequence[Stretch] = ()
    meetings: Sequence[Meeting] = ()
    closed: dict[tuple[int, date], str] = field(default_factory=dict)


def book_days(work: Collection[Work], *, user: User, now: datetime) -> BookDays:
    """The sessions, blocks, visits, gatherings and standing holds of the columns. `now` is an instant."""
    if not work or not user.may(Permission.SEE_CALENDAR):
        return BookDays()
    sites = {one.site.pk: one.site for one in work}
    days = sorted({one.day for one in work})
    span = _span(days, sites.values())
    wanted = {one.resource for one in work}
    kind = next(iter(work)).kind
    visits = _visits(wanted, span, kind)
    holds = _holds(wanted, span, now)
    here = set(sites)
    away = [one for one in visits if one.site_id not in here and one.status in LIVE]
    return BookDays(
        pieces=list(_pieces(wanted, days, sites, span, now)),
        visits=[one for one in visits if one.site_id in here],
        holds=[one for one in holds if one.site_id in here],
        elsewhere=[
            *(Stretch(one.resource, one.site_id, one.start, one.end) for one in away),
            *(one for one in holds if one.site_id not in here),
        ],
        meetings=_meetings(wanted, span),
        closed=_closed(sites, days),
    )


def _span(days: Sequence[date], sites: Collection[Site]) -> tuple[datetime, datetime]:
    starts = [day_span(days[0], site.time_zone)[0] for site in sites]
    ends = [day_span(days[-1], site.time_zone)[1] for site in sites]
    return min(starts), max(ends)


# ---- visits, holds, gatherings ----

_VISIT = (
    "status", "modality", "patient__given", "patient__family", "patient__mrn", "visit_type__name",
    "interpreter_id", "overbooked_by_id",
)  # fmt: skip


def _visits(wanted: set[int], span: tuple[datetime, datetime], kind: str) -> list[Visit]:
    """By the claims on the columns; and those without claims (taken in from elsewhere) by their own column.

    Visits at sites of other people are among them: only their time is shown, as time elsewhere.
    """
    fields = ("appointment_id", "resource_id", "appointment__site_id", "start", "end")
    claims = claims_within(span).filter(resource__in=wanted, appointment__status__in=KEPT)
    rows = claims.order_by("start", "pk").values_list(*fields, *(f"appointment__{name}" for name in _VISIT))
    found = [Visit(*row) for row in rows]
    seen = {(one.id, one.resource) for one in found}
    column = "room_id" if kind == ResourceKind.ROOM else "provider_id"
    own = Appointment.objects.filter(
        **{f"{column}__in": wanted},
        status__in=KEPT,
        start__gte=span[0] - LONGEST,
        start__lt=span[1],
        end__gt=span[0],
        gathering=None,
    )
    rest = own.order_by("start", "pk").values_list("pk", column, "site_id", "start", "end", *_VISIT)
    return found + [Visit(*row) for row in rest if (row[0], row[1]) not in seen]


def _holds(wanted: set[int], span: tuple[datetime, datetime], now: datetime) -> list[Stretch]:
    claims = claims_within(span).filter(resource__in=wanted, appointment=None)
    standing = claims.filter(hold__ended_at=None, hold__expires_at__gt=now)
    return [
        Stretch(*row)
        for row in standing.values_list("resource_id", "hold__site_id", "start", "end", "hold__expires_at")
    ]


def _meetings(wanted: set[int], span: tuple[datetime, datetime]) -> list[Meeting]:
    claims = claims_within(span).filter(resource__in=wanted, gathering__isnull=False)
    rows = list(claims.values_list("resource_id", "gathering_id", "start", "end").distinct())
    gatherings = Gathering.objects.filter(pk__in={row[1] for row in rows}, cancelled_at=None)
    live = Count("visits", filter=Q(visits__status__in=KEPT))
    told = gatherings.annotate(booked=live).values_list("pk", "site_id", "title", "kind", "places", "booked")
    known = {row[0]: row[1:] for row in told} if rows else {}
    return [
        Meeting(resource, known[pk][0], start, end, *known[pk][1:])
        for resource, pk, start, end in rows
        if pk in known
    ]


# ---- sessions, blocks, closed days ----


def _closed(sites: dict[int, Site], days: Sequence[date]) -> dict[tuple[int, date], str]:
    rows = Closure.objects.filter(site__in=sites, day__in=days)
    return {(site, day): name for site, day, name in rows.values_list("site_id", "day", "name")}


def _pieces(
    wanted: set[int],
    days: Sequence[date],
    sites: dict[int, Site],
    span: tuple[datetime, datetime],
    now: datetime,
) -> Iterator[Piece]:
    opened = _released(wanted, days)
    held = Session.objects.filter(resource__in=wanted, site__in=sites, valid_from__lte=days[-1])
    for one in held.exclude(valid_until__lt=days[0]).select_related("slot_class").order_by("starts", "pk"):
        for day in days:
            if one.held_on(day):
                by_hand = ("session", one.pk, day) in opened
                yield _session(one, day, sites[one.site_id], now, by_hand=by_hand)
    blocks = Block.objects.standing().between(*span).filter(resource__in=wanted).select_related("slot_class")
    for block in blocks.order_by("start", "pk"):
        for site in sites.values():
            for day in days:
                if ("block", block.pk, day) not in opened:
                    yield from _block(block, day, site, now)


def _released(wanted: set[int], days: Sequence[date]) -> set[tuple[str, int, date]]:
    """What was opened by hand: of a session or a block, on a day."""
    rows = Released.objects.filter(day__in=days)
    rows = rows.filter(Q(session__resource__in=wanted) | Q(block__resource__in=wanted))
    return {
        ("session", session, day) if session else ("block", block, day)
        for session, block, day in rows.values_list("session_id", "block_id", "day")
    }


def _session(one: Session, day: date, site: Site, now: datetime, *, by_hand: bool) -> Piece:
    start, end = (datetime.combine(day, clock, site.zone) for clock in (one.starts, one.ends))
    state, name, opens = (OPEN, "", "") if by_hand else _state(one, day, site, now, closed=bool(one.block))
    return Piece(one.resource_id, site.pk, start, end, state, name, opens)


def _block(one: Block, day: date, site: Site, now: datetime) -> Iterator[Piece]:
    """The part of the block that lies on the local day; nothing once it is released."""
    first, last = day_span(day, site.time_zone)
    start, end = max(one.start, first), min(one.end, last)
    if start >= end:
        return
    state, name, opens = _state(one, day, site, now, closed=one.slot_class_id is None)
    if state != OPEN:
        yield Piece(one.resource_id, site.pk, start, end, state, name, opens, over=True)


def _state(
    one: Session | Block, day: date, site: Site, now: datetime, *, closed: bool
) -> tuple[str, str, str]:
    """(state, name, how it opens in words) of a stretch that nobody has opened by hand."""
    kept = one.slot_class
    if not closed and kept is None:
        return OPEN, "", ""
    days, at = one.release_days, one.release_at
    if days is None and kept is not None:
        days, at = kept.release_days, kept.release_at
    release = _release(day, days, at, site)
    if release is not None and release <= now:
        return OPEN, "", ""
    word = one.block if isinstance(one, Session) else one.kind
    name = BlockKind(word).label if closed else kept.name if kept else ""
    words = _opens(release, day, site)
    if kept is not None and not closed:
        who = Role(one.released_by or kept.released_by).label.lower()
        direction = "opens by clinician’s direction" if kept.by_direction else ""
        words = direction or words or f"opened by a {who}"
    return (CLOSED if closed else HELD_BACK), str(name), words


def _release(day: date, days: int | None, at: time | None, site: Site) -> datetime | None:
    if days is None or at is None:
        return None
    return datetime.combine(day - timedelta(days=days), at, site.zone)


def _opens(release: datetime | None, day: date, site: Site) -> str:
    """Releases 11:00; with the day where it is not the day itself."""
    if release is None:
        return ""
    local = release.astimezone(site.zone)
    return (
        f"releases {local:%H:%M}"
        if local.date() == day
        else f"releases {local:%a} {local.day} {local:%b}, {local:%H:%M}"
    )
