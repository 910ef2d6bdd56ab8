"""What could be done for each visit of a conflict: another room at the same time, or else the nearest time.

The most pressing visit chooses first, and what is proposed to one is not proposed to another.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice

from frontdesk.book.engine.kept import Moment, closed_to
from frontdesk.book.models import Appointment, Claim, Conflict, ResourceDay
from frontdesk.book.queries.chain import PRECAUTIONS
from frontdesk.book.queries.conflicts import Hit, hits
from frontdesk.book.queries.find import HORIZON, Option, open_times
from frontdesk.book.queries.new_patients import is_new_patient
from frontdesk.book.queries.open_time import mask_of
from frontdesk.book.queries.outside import LIVE
from frontdesk.book.queries.wish import Wish, classes_for
from frontdesk.book.rules import direction_of
from frontdesk.clinic.choices import ResourceKind
from frontdesk.clinic.models import Equipment, Interpreter, Resource, Room
from frontdesk.kit.clock import local_midnight

LOOKED_AT = 60  # options, before the nearest of them is taken
MOST_CANDIDATES = 200


@dataclass(frozen=True)
class Proposal:
    """For one visit: `instead` of the resource at the same time, or another time (`option`), or neither."""

    hit: Hit
    instead: Resource | None = None
    option: Option | None = None

    @property
    def visit(self) -> Appointment:
        return self.hit.visit


Span = tuple[int, datetime, datetime]


@dataclass
class _Promised:
    """What is proposed already: nobody else is offered it."""

    spans: list[Span] = field(default_factory=list)

    def is_free(self, spans: Sequence[Span]) -> bool:
        return not any(
            one[0] == other[0] and one[1] < other[2] and other[1] < one[2]
            for one in spans
            for other in self.spans
        )


def proposals(conflict: Conflict, *, now: datetime) -> list[Proposal]:
    """One for each visit that waits, the most pressing first. It reads only."""
    promised = _Promised(list(_other_conflicts(conflict, now)))
    found = []
    for hit in hits(conflict):
        if hit.settled or hit.visit.start < now:
            continue
        found.append(_proposal(conflict, hit, promised, now))
    return found


def _proposal(conflict: Conflict, hit: Hit, promised: _Promised, now: datetime) -> Proposal:
    pieces, classes = _pieces(conflict, hit.visit), _classes(hit.visit, now)
    for candidate in candidates(conflict.resource, hit.visit):
        spans = [(candidate.pk, start, end) for start, end in pieces]
        if promised.is_free(spans) and _free_there(candidate, hit.visit, pieces, classes, now):
            promised.spans += spans
            return Proposal(hit, instead=candidate)
    option = nearest_time(hit.visit, promised=promised, now=now)
    if option is not None:
        promised.spans += _spans(option)
    return Proposal(hit, option=option)


def candidates(resource: Resource, visit: Appointment) -> list[Resource]:
    """Others of the same kind that the visit could have instead; nobody instead of its own provider."""
    if resource.kind == ResourceKind.ROOM:
        rooms = Room.objects.filter(site=visit.site, active=True).exclude(pk=resource.pk)
        rooms = rooms.filter(room_type__in=Room.objects.filter(pk=resource.pk).values("room_type"))
        if visit.patient.risk_flags.filter(code=PRECAUTIONS, ended_at=None).exists():
            rooms = rooms.filter(isolation=True)
        return list(rooms.order_by("pk")[:MOST_CANDIDATES])
    if resource.kind == ResourceKind.EQUIPMENT:
        machines = Equipment.objects.filter(site=visit.site, active=True).exclude(pk=resource.pk)
        same = Equipment.objects.filter(pk=resource.pk).values("equipment_type")
        return list(machines.filter(equipment_type__in=same).order_by("pk")[:MOST_CANDIDATES])
    if resource.kind == ResourceKind.INTERPRETER:
        helpers = Interpreter.objects.filter(active=True, languages__contains=[visit.patient.language])
        return list(helpers.exclude(pk=resource.pk).order_by("pk")[:MOST_CANDIDATES])
    return []


def is_free_instead(candidate: Resource, conflict: Conflict, visit: Appointment, *, now: datetime) -> bool:
    """Could the visit have `candidate` in the place of the conflict's resource, at its own time?"""
    return _free_there(candidate, visit, _pieces(conflict, visit), _classes(visit, now), now)


def nearest_time(visit: Appointment, *, now: datetime, promised: _Promised | None = None) -> Option | None:
    """The free time nearest to the visit's own, with its provider: that day first, then the days after."""
    wish = wish_of(visit, now=now)
    day = visit.start.astimezone(visit.site.zone).date()
    begin = local_midnight(day, visit.site.time_zone)
    that_day = replace(wish, earliest=max(begin, now), until=min(day, wish.until))
    for span in (that_day, replace(wish, earliest=visit.end)):
        found = [
            one
            for one in islice(open_times(span, now=now), LOOKED_AT)
            if promised is None or promised.is_free(_spans(one))
        ]
        if found:
            return min(found, key=lambda one: abs(one.start - visit.start))
    return None


def wish_of(visit: Appointment, *, now: datetime) -> Wish:
    """What is looked for to move this visit: the same, at another time, within its direction where it has one."""
    others = Appointment.objects.filter(patient=visit.patient, status__in=LIVE, end__gt=now)
    today = now.astimezone(visit.site.zone).date()
    direction = direction_of(visit, visit.visit_type, now=now)
    return Wish(
        visit_type=visit.visit_type,
        sites=[visit.site],
        providers=[visit.provider_id],
        earliest=now,
        until=direction.last(today + timedelta(days=HORIZON)),
        language=visit.patient.language,
        interpreter=visit.interpreter_id is not None,
        always=visit.interpreter_id is not None,
        busy=list(others.exclude(pk=visit.pk).values_list("start", "end")),
        new_patient=is_new_patient(visit.patient, visit.visit_type.specialty_id, now=now),
        directed=direction.stands,
        only=direction.only,
        open_only=direction.open_only,
        modality=visit.modality,
    )


def _pieces(conflict: Conflict, visit: Appointment) -> list[tuple[datetime, datetime]]:
    claims = Claim.objects.live().filter(appointment=visit, resource=conflict.resource_id)
    return list(claims.order_by("start").values_list("start", "end"))


def _classes(visit: Appointment, now: datetime) -> Collection[int]:
    """The slot classes whose kept time the visit may have at its own time."""
    day = visit.start.astimezone(visit.site.zone).date()
    directed = direction_of(visit, visit.visit_type, now=now).on(day)
    return classes_for(visit.visit_type, modality=visit.modality, directed=directed, new_patient=None)


def _free_there(
    candidate: Resource,
    visit: Appointment,
    pieces: Sequence[tuple[datetime, datetime]],
    classes: Collection[int],
    now: datetime,
) -> bool:
    moment = Moment.of(now.astimezone(visit.site.zone))
    for start, end in pieces:
        day, mask = mask_of(start, end, visit.site)
        row = ResourceDay.objects.filter(resource=candidate, day=day, site=visit.site).first()
        if row is None or mask & ~row.free:
            return False
        if closed_to(row.kept_for, day, classes=classes, now=moment) & mask:
            return False
    return bool(pieces)


def _spans(option: Option) -> list[Span]:
    minute = timedelta(minutes=1)
    return [
        (resource, option.start + part.offset * minute, option.start + part.end * minute)
        for part, resource in zip(option.parts, option.resources, strict=True)
    ]


def _other_conflicts(conflict: Conflict, now: datetime) -> Iterator[Span]:
    """What nobody should be sent into: this conflict's own time, and that of others still open."""
    rows = Conflict.objects.filter(resolved_at=None, end__gt=now)
    yield conflict.resource_id, conflict.start, conflict.end
    yield from rows.exclude(pk=conflict.pk).values_list("resource_id", "start", "end")
