"""What is known of options beside their times: whose time it is kept as, the neighbours, how an interpreter comes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from frontdesk.book.engine.kept import Moment, released
from frontdesk.book.engine.reasons import Known, Neighbour
from frontdesk.book.engine.segments import length_of
from frontdesk.book.models import Appointment, AppointmentStatus, Claim, ResourceDay
from frontdesk.book.queries.find import Option
from frontdesk.book.queries.open_time import mask_of
from frontdesk.book.queries.wish import Wish
from frontdesk.clinic.choices import InterpreterMode, Modality
from frontdesk.clinic.models import Interpreter, Resource, Site, SlotClass, VisitType
from frontdesk.people.models import Patient

TRAVEL = timedelta(minutes=30)  # between two sites
Span = tuple[datetime, datetime]

_HOW = {
    InterpreterMode.PERSON: "in person",
    InterpreterMode.LINE: "by telephone",
    InterpreterMode.VIDEO: "by video",
}


_BY = {Modality.IN_PERSON: "In person", Modality.VIDEO: "By video", Modality.PHONE: "By telephone"}


@dataclass(frozen=True)
class _Loaded:
    """What the options have in common, read once."""

    names: Mapping[int, str]
    how: Mapping[int, str]
    kept: Mapping[int, str]
    taken: Mapping[int, Sequence[Span]]


def known_of(options: Sequence[Option], wish: Wish, *, home: Site | None, now: datetime) -> list[Known]:
    """For each option, in their order; a handful of queries for any number of them."""
    loaded = _Loaded(_names(options), _how(options), _kept(options, now), _taken(options))
    return [_known(place, option, wish, loaded, home) for place, option in enumerate(options)]


def busy_of(patient: Patient, sites: Sequence[Site], modality: str, *, now: datetime) -> list[Span]:
    """The instants between which the patient cannot be in a visit at `sites`: other visits, with the way there.

    Where several sites are asked for, the way is counted for every visit that is not at all of them.
    """
    live = Appointment.objects.filter(
        patient=patient,
        end__gt=now - TRAVEL,
        status__in=[AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED],
    )
    found = []
    for start, end, site, how in live.values_list("start", "end", "site_id", "modality"):
        goes = Modality.IN_PERSON == modality == how and any(one.pk != site for one in sites)
        way = TRAVEL if goes else timedelta(0)
        found.append((start - way, end + way))
    return found


def _known(place: int, option: Option, wish: Wish, loaded: _Loaded, home: Site | None) -> Known:
    kind = wish.visit_type
    known = Known(
        minutes=length_of(option.parts),
        usual=_usual(kind),
        kept_for=loaded.kept.get(place, ""),
        how=loaded.how.get(option.interpreter or 0, ""),
        machines=[
            loaded.names[resource]
            for part, resource in zip(option.parts, option.resources, strict=True)
            if part.kind == "equipment"
        ],
        converted="" if option.modality == kind.modality else _BY[Modality(option.modality)],
        prepare=kind.prep_text,
        elsewhere=option.site.name if home is not None and home != option.site else "",
        travels=bool(wish.busy),
    )
    if kind.prep_hours:
        begins = option.local_start - timedelta(hours=kind.prep_hours)
        known = replace(known, prepare_from=begins)
    before, after = _neighbours(option, kind, loaded.taken.get(option.provider, ()))
    return replace(known, before=before, after=after)


def _usual(kind: VisitType) -> int:
    parts = [part.offset + part.minutes for part in kind.segments.all()]
    return max(parts) if parts else kind.minutes


def _neighbours(
    option: Option, kind: VisitType, taken: Sequence[Span]
) -> tuple[Neighbour | None, Neighbour | None]:
    """The visits before and after, where they come closer than the type wishes."""
    lead = option.parts[0]
    start = option.start + timedelta(minutes=lead.offset)
    end = start + timedelta(minutes=lead.minutes)
    gaps = [start - other for _, other in taken if other <= start]
    later = [other - end for other, _ in taken if other >= end]
    return _near(gaps, kind.buffer_before), _near(later, kind.buffer_after)


def _near(gaps: Sequence[timedelta], wished: int) -> Neighbour | None:
    minutes = int(min(gaps).total_seconds() // 60) if gaps else wished
    return Neighbour(minutes, wished) if minutes < wished else None


def _names(options: Sequence[Option]) -> dict[int, str]:
    everything = {pk for one in options for pk in one.resources}
    return dict(Resource.objects.filter(pk__in=everything).values_list("pk", "name"))


def _how(options: Sequence[Option]) -> dict[int, str]:
    rows = Interpreter.objects.filter(pk__in=[one.interpreter for one in options if one.interpreter])
    return {pk: _HOW[InterpreterMode(mode)] for pk, mode in rows.values_list("pk", "mode")}


def _kept(options: Sequence[Option], now: datetime) -> dict[int, str]:
    """For each option, by its place, what its time is kept for; none where it is open to everybody."""
    days = {one.local_start.date() for one in options}
    rows = ResourceDay.objects.filter(
        resource__in={one.provider for one in options}, day__in=days, kept__isnull=False
    )
    by_day: dict[tuple[int, date, int], ResourceDay] = {
        (row.resource_id, row.day, row.site_id): row for row in rows
    }
    names = dict(SlotClass.objects.values_list("pk", "name")) if by_day else {}
    found = {}
    for place, option in enumerate(options):
        lead = option.parts[0]
        begins = option.start + timedelta(minutes=lead.offset)
        day, mask = mask_of(begins, begins + timedelta(minutes=lead.minutes), option.site)
        row = by_day.get((option.provider, day, option.site.pk))
        moment = Moment.of(now.astimezone(option.site.zone))
        for one in row.kept_for if row else ():
            if one.mask & mask and one.slot_class in names and not released(one, day, moment):
                found[place] = names[one.slot_class]
    return found


def _taken(options: Sequence[Option]) -> dict[int, list[Span]]:
    """The live claims on the providers' first unit around the options."""
    found: dict[int, list[Span]] = defaultdict(list)
    if options:
        first, last = min(one.start for one in options), max(one.end for one in options)
        wide = timedelta(hours=4)
        claims = Claim.objects.live().between(first - wide, last + wide).filter(unit=1)
        own = claims.filter(resource__in={one.provider for one in options})
        for provider, start, end in own.values_list("resource_id", "start", "end"):
            found[provider].append((start, end))
    return found
