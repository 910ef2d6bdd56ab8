"""Group visits and case conferences: which are to come, who has a place, and when everybody required is free."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, F, Q

from frontdesk.accounts.models import User
from frontdesk.book.engine import bits
from frontdesk.book.engine.find import Free, Need, SiteDay, Slice, search
from frontdesk.book.engine.plans import nearness
from frontdesk.book.models import Appointment, AppointmentStatus, Block, Claim, Gathering, GatheringKind
from frontdesk.book.queries.find import HORIZON, Wish, open_times
from frontdesk.book.queries.open_time import Pools, mask_of, site_days
from frontdesk.book.queries.wish import classes_for, interpreters_for
from frontdesk.clinic.models import Interpreter, Provider, Room, Site, VisitType
from frontdesk.kit.clock import local_midnight
from frontdesk.people.models import Patient

LIVE = (AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)
MOST_REQUIRED = 12


@dataclass(frozen=True)
class CommonTime:
    """A time that the provider, everybody else who is required and a room have free. Instants."""

    start: datetime
    end: datetime
    room: int | None


def visible_gathering(pk: int, user: User) -> Gathering | None:
    visible = Gathering.objects.visible_to(user)
    return visible.select_related("site", "provider", "room", "visit_type", "patient").filter(pk=pk).first()


def coming(user: User, *, now: datetime, kind: str = "", visit_type: int | None = None) -> list[Gathering]:
    """Gatherings that are still to come, soonest first, each with how many places are `taken` and `left`."""
    rows = Gathering.objects.visible_to(user).filter(cancelled_at=None, start__gte=now)
    if kind:
        rows = rows.filter(kind=kind)
    if visit_type is not None:
        rows = rows.filter(visit_type=visit_type)
    taken = Count("visits", filter=Q(visits__status__in=LIVE), distinct=True)
    with_rows = rows.select_related("site", "provider", "room", "visit_type", "patient")
    return list(with_rows.annotate(taken=taken, left=F("places") - taken).order_by("start", "pk")[:200])


def places_of(gathering: Gathering) -> list[Appointment]:
    """Who has a place, by its number."""
    live = gathering.visits.filter(status__in=[*LIVE, AppointmentStatus.DONE, AppointmentStatus.NO_SHOW])
    return list(live.select_related("patient", "site", "interpreter").order_by("place"))


def places_left(gathering: Gathering) -> int:
    return gathering.places - gathering.visits.filter(status__in=LIVE).count()


def interpreter_for(gathering: Gathering, patient: Patient, *, now: datetime) -> Interpreter | None:
    """Who would interpret in the group for the patient: who is in it already, or else somebody who has time for it.

    None where nobody has, and where none is needed since the provider speaks the patient's language.
    """
    if not patient.needs_interpreter or patient.language in gathering.provider.languages:
        return None
    taken = Claim.objects.live().filter(gathering=gathering).values("resource")
    there = Interpreter.objects.filter(pk__in=taken, languages__contains=[patient.language])
    return there.order_by("pk").first() or _free_interpreter(gathering, patient.language, now)


def _free_interpreter(gathering: Gathering, language: str, now: datetime) -> Interpreter | None:
    site, known = gathering.site, interpreters_for(language)
    day, mask = mask_of(gathering.start, gathering.end, site)
    pools = Pools([known], mask.bit_count(), interpreter_classes(gathering))
    here = site_days(pools, sites={site.pk: site}, first=day, last=day, now=now).get((day, site.pk))
    free = [one.resource for one in here.providers if one.bits & mask == mask] if here else []
    return Interpreter.objects.filter(pk__in=free[:1]).first()


def interpreter_classes(gathering: Gathering) -> frozenset[int]:
    """The slot classes in whose kept time an interpreter may be in the group."""
    kind = gathering.visit_type
    if kind is None:
        return frozenset()
    return classes_for(kind, modality=kind.modality, directed=False, new_patient=None)


def hit_by(block: Block) -> list[Gathering]:
    """The gatherings that an absence hits: those that have claimed the resource's time within it."""
    claims = Claim.objects.live().between(block.start, block.end).filter(resource=block.resource_id)
    found = Gathering.objects.filter(claims__in=claims, cancelled_at=None).distinct()
    return list(found.select_related("site", "provider").order_by("start", "pk"))


def group_times(
    *, visit_type: VisitType, provider: Provider, site: Site, first: date, last: date, at: time | None,
    now: datetime, limit: int = 6,
) -> list[CommonTime]:  # fmt: skip
    """When a group visit of this type could be: the best time of each of the first days that have one."""
    wish = Wish(
        visit_type=visit_type,
        sites=[site],
        providers=[provider.pk],
        earliest=max(now, local_midnight(first, site.time_zone)),
        until=last,
    )
    found = (CommonTime(one.start, one.end, one.room) for one in open_times(wish, now=now))
    return _best_of_days(found, site, at, limit)


def common_times(
    *, providers: Sequence[Provider], minutes: int, site: Site, room_type: str, first: date, last: date,
    at: time | None, now: datetime, limit: int = 6,
) -> list[CommonTime]:  # fmt: skip
    """When all of them are in session and free at once, wherever they are, and a room is free at the site.

    Only sites in the site's own time zone are looked at. Time that is kept for patients is not offered.
    """
    rooms = list(Room.objects.filter(site=site, room_type=room_type, active=True).order_by("pk"))
    if not providers or (room_type and not rooms):
        return []
    ticks = -(-minutes // bits.TICK_MINUTES)
    parts = [[one.pk] for one in providers] + ([[room.pk for room in rooms]] if room_type else [])
    need = Need(parts=tuple(Slice(0, ticks) for _ in parts))
    limit_day = now.astimezone(site.zone).date() + timedelta(days=HORIZON)
    sites = {one.pk: one for one in Site.objects.filter(time_zone=site.time_zone)}
    days = site_days(Pools(parts, ticks), sites=sites, first=first, last=min(last, limit_day), now=now)
    found = _common(days, site, need, with_room=bool(room_type), now=now)
    return _best_of_days(found, site, at, limit)


def _common(
    days: dict[tuple[date, int], SiteDay], site: Site, need: Need, *, with_room: bool, now: datetime
) -> Iterator[CommonTime]:
    length = timedelta(minutes=need.ticks * bits.TICK_MINUTES)
    for day in sorted({day for day, _ in days}):
        here = [(where, one) for (when, where), one in days.items() if when == day]
        pools: list[list[Free]] = [[] for _ in need.parts]
        for where, one in here:
            for place, pool in enumerate(one.pools):
                if not (with_room and place == len(pools) - 1 and where != site.pk):
                    pools[place] += pool
        midnight = local_midnight(day, site.time_zone)
        seen: set[datetime] = set()
        for one_time in search(SiteDay(pools), need):
            start = midnight + timedelta(minutes=one_time.tick * bits.TICK_MINUTES)
            if start >= now and start not in seen:
                seen.add(start)
                yield CommonTime(start, start + length, one_time.resources[-1] if with_room else None)


def _best_of_days(found: Iterator[CommonTime], site: Site, at: time | None, limit: int) -> list[CommonTime]:
    """Of each day the time nearest to the wished one, for the first days that have any."""
    best: dict[date, CommonTime] = {}
    wished = None if at is None else at.hour * 60 + at.minute
    for one in found:
        day = one.start.astimezone(site.zone).date()
        if day not in best and len(best) == limit:
            break
        if day not in best or _far(one, site, wished) < _far(best[day], site, wished):
            best[day] = one
    return list(best.values())


def _far(one: CommonTime, site: Site, wished: int | None) -> tuple[int, int]:
    local = one.start.astimezone(site.zone)
    return nearness(local.date(), local.hour * 60 + local.minute, due=local.date(), wished=wished)


__all__ = [
    "CommonTime", "GatheringKind", "coming", "common_times", "group_times", "hit_by", "interpreter_classes",
    "interpreter_for", "places_left", "places_of", "visible_gathering",
]  # fmt: skip
