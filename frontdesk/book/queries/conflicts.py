"""Conflicts as they are read: whose they are, which visits still wait, and how pressing each is."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import F, QuerySet

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.engine.kept import Kept, Moment, released
from frontdesk.book.models import Appointment, Block, ChainLink, Claim, Conflict
from frontdesk.book.models import Release as Released
from frontdesk.book.queries.affected import WEIGHT
from frontdesk.book.queries.outside import LIVE
from frontdesk.clinic.choices import Moves
from frontdesk.clinic.models import Site
from frontdesk.kit.clock import local_day

_WITH = ("patient", "visit_type", "site", "provider", "room", "interpreter")
URGENT, OPERATIONAL = 2, 1  # ranks of lanes, as tasks are weighed by


class Stand(NamedTuple):
    """A visit that stands where it cannot: `source` and `ref` say what is in its way."""

    source: str
    ref: str
    resource: int
    visit: int
    since: datetime


@dataclass(frozen=True)
class Hit:
    """A visit of a conflict. `settled` says what became of it; nothing while it waits."""

    visit: Appointment
    urgent: bool
    segments: int
    settled: str = ""

    @property
    def grave(self) -> bool:
        return self.urgent or self.visit.moves is Moves.NEVER

    @property
    def rank(self) -> tuple[bool, int, int, int, datetime, int]:
        """By acuity, then by how hard it is to move, then by what it asks of patient and clinic, then by time."""
        kind = self.visit.visit_type
        weight = WEIGHT[self.visit.moves]
        return not self.urgent, -weight, -kind.prep_hours, -self.segments, self.visit.start, self.visit.pk


def conflicts_seen_by(user: User) -> QuerySet[Conflict]:
    """Conflicts at the sites of somebody who sees the calendar."""
    rows = Conflict.objects.select_related("resource", "site", "resolved_by")
    if not user.may(Permission.SEE_CALENDAR):
        return rows.none()
    return rows if user.may(Permission.SEE_ALL_SITES) else rows.filter(site__in=Site.objects.of(user))


def hits(conflict: Conflict) -> list[Hit]:
    """The visits of a conflict, the most pressing first; those that are settled come last."""
    visits = list(conflict.visits.select_related(*_WITH).prefetch_related("visit_type__segments"))
    waiting = still_in_it(conflict, [one.pk for one in visits])
    found = [_hit(one, "" if one[0].pk in waiting else _settled(one[0])) for one in _with_urgency(visits)]
    return sorted(found, key=lambda one: (bool(one.settled), one.rank))


def hits_of(visits: Iterable[Appointment]) -> list[Hit]:
    """Visits as hits that wait, the most pressing first."""
    return sorted((_hit(one, "") for one in _with_urgency(list(visits))), key=lambda one: one.rank)


def still_in_it(conflict: Conflict, visits: Collection[int]) -> set[int]:
    """Those of the visits that still take the resource's time within the conflict."""
    claims = Claim.objects.live().between(conflict.start, conflict.end)
    own = claims.filter(resource=conflict.resource_id, appointment__in=visits, appointment__status__in=LIVE)
    return {pk for pk in own.values_list("appointment_id", flat=True) if pk is not None}


def weight_of(found: Iterable[Hit]) -> int:
    """How a conflict weighs: as its gravest visit."""
    return URGENT if any(one.grave for one in found) else OPERATIONAL


def standing_in_blocks(now: datetime) -> list[Stand]:
    """Visits ahead whose claims lie in a block of their resource that lets no visit in."""
    rows = Claim.objects.live().filter(
        appointment__start__gte=now,
        appointment__status__in=LIVE,
        resource__blocks__lifted_at=None,
        resource__blocks__slot_class=None,
        resource__blocks__start__lt=F("end"),
        resource__blocks__end__gt=F("start"),
    )
    told = rows.values_list("resource__blocks", "resource_id", "appointment_id", "appointment__site", "start")
    pairs = list(told.order_by("start", "pk"))
    blocks = Block.objects.in_bulk({block for block, *_ in pairs})
    sites = Site.objects.in_bulk({site for *_, site, _ in pairs})
    opened = set(Released.objects.filter(block__in=blocks).values_list("block_id", "day"))
    return [
        Stand("block", f"block {block}", resource, visit, blocks[block].recorded_at)
        for block, resource, visit, site, start in pairs
        if visit is not None and not _is_open(blocks[block], sites[site], start, opened, now)
    ]


def standing_on_closed_days(now: datetime) -> list[Stand]:
    """Visits ahead on a local day on which their site is closed; the provider's time is what is wanted twice."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOSED, [now, list(map(str, LIVE))])
        return [
            Stand("closure", f"closure {closure}", provider, visit, since)
            for closure, provider, visit, since in cursor.fetchall()
        ]


_CLOSED = """
    SELECT closure.id, visit.provider_id, visit.id, closure.closed_at
    FROM book_appointment AS visit
    JOIN clinic_site AS site ON site.id = visit.site_id
    JOIN clinic_closure AS closure ON closure.site_id = visit.site_id
      AND closure.day = (visit.start AT TIME ZONE site.time_zone)::date
    WHERE visit.start >= %s AND visit.status = ANY(%s)
    ORDER BY visit.start, visit.id
"""


def _is_open(
    block: Block, site: Site, start: datetime, opened: Collection[tuple[int | None, date]], now: datetime
) -> bool:
    """Has the block been released, by hand or by the clock, on the local day of the visit?"""
    day = local_day(start, site.time_zone)
    if (block.pk, day) in opened:
        return True
    if block.release_days is None or block.release_at is None:
        return False
    minute = block.release_at.hour * 60 + block.release_at.minute
    rule = Kept(0, block.release_days, minute, 0)
    return released(rule, day, Moment.of(now.astimezone(site.zone)))


def _with_urgency(visits: list[Appointment]) -> list[tuple[Appointment, bool]]:
    """Each visit, and whether it is same-day care or was directed by a clinician."""
    links = ChainLink.objects.filter(appointment__in=visits, code="DIRECTED")
    directed = set(links.values_list("appointment_id", flat=True))
    return [(one, one.visit_type.same_day or one.pk in directed) for one in visits]


def _hit(one: tuple[Appointment, bool], settled: str) -> Hit:
    visit, urgent = one
    return Hit(visit, urgent, len(visit.visit_type.segments.all()), settled)


def _settled(visit: Appointment) -> str:
    if visit.status not in LIVE:
        return visit.get_status_display()
    local = visit.start.astimezone(visit.site.zone)
    place = f", {visit.room.name}" if visit.room else ""
    return f"{local:%a} {local.day} {local:%b}, {local:%H:%M}, {visit.provider.name}{place}"
