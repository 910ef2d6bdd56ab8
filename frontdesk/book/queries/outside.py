"""Which booked visits do not fit the time of a resource: as it is, or as it would be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, Q, QuerySet

from frontdesk.book.engine import bits
from frontdesk.book.engine.derive import DayBits
from frontdesk.book.engine.kept import Moment, closed_to, released
from frontdesk.book.models import Appointment, AppointmentStatus, Claim, Session
from frontdesk.book.queries.derive import Sources, load, session_span, span_of
from frontdesk.clinic.choices import ResourceKind
from frontdesk.clinic.models import Resource, Site, SlotClass, VisitType
from frontdesk.kit.clock import local_day, local_midnight

LIVE = (AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)
HELD = (*LIVE, AppointmentStatus.DONE, AppointmentStatus.NO_SHOW)
_WITH = ("patient", "visit_type", "site", "provider", "room", "interpreter")


@dataclass(frozen=True)
class Outside:
    """A visit whose time is not open to it. `why` is a sentence; [start, end) what it takes of the resource."""

    visit: Appointment
    start: datetime
    end: datetime
    why: str


@dataclass(frozen=True)
class Taken:
    """A visit and the stretch [start, end) of one resource's time that it takes."""

    visit: Appointment
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Week:
    """Sessions that would hold at a site from the local day `first` on, in the place of those that do."""

    first: date
    sessions: Sequence[Session]


def visits_of(
    resources: Collection[int], start: datetime, end: datetime, *, statuses: Sequence[str] = LIVE
) -> list[Taken]:
    """The visits that take some of the resources' time within [start, end), earliest first, each once.

    A place in a group visit takes the time of its gathering; that of an interpreter only where it is theirs.
    """
    claims = Claim.objects.live().between(start, end).filter(resource__in=resources)
    own = claims.filter(appointment__status__in=statuses).values_list("appointment_id", "start", "end")
    found = {visit: (begins, ends) for visit, begins, ends in own.order_by("-start", "-pk")}
    shared = claims.filter(
        ~Q(resource__kind=ResourceKind.INTERPRETER) | Q(gathering__visits__interpreter=F("resource")),
        gathering__visits__status__in=statuses,
    )
    for visit, begins, ends in shared.values_list("gathering__visits", "start", "end"):
        found.setdefault(visit, (begins, ends))
    rows = Appointment.objects.filter(pk__in=found, status__in=statuses).select_related(*_WITH)
    return sorted((Taken(one, *found[one.pk]) for one in rows), key=lambda one: (one.start, one.visit.pk))


def classes_for(visit_type: VisitType, modality: str, classes: Iterable[SlotClass]) -> set[int]:
    """The slot classes in whose time such a visit may stand once it is booked."""
    return {
        one.pk
        for one in classes
        if visit_type in one.visit_types.all() and (not one.modalities or modality in one.modalities)
    }


def slot_classes() -> QuerySet[SlotClass]:
    return SlotClass.objects.prefetch_related("visit_types")


def outside(
    *,
    resource: Resource,
    site: Site,
    taken: Sequence[Taken],
    now: datetime | None,
    instead: Week | None = None,
) -> list[Outside]:
    """Those of the visits at the site that do not fit the resource's time there, as it is or with a week `instead`.

    What is released by the clock is judged at `now`; without it, at the moment at which each visit was booked.
    """
    here = [one for one in taken if one.visit.site_id == site.pk]
    if not here:
        return []
    days = sorted({local_day(one.start, site.time_zone) for one in here})
    source = load([resource.pk], days[0], days[-1])
    source.claims.clear()
    if instead is not None:
        replace_week(source, resource, site, instead)
    judge = _Judge(resource, site, source, now)
    return [Outside(one.visit, one.start, one.end, why) for one in here if (why := judge.why(one))]


def replace_week(source: Sources, resource: Resource, site: Site, instead: Week) -> None:
    """Put the week in the place of the sessions that the source holds for the site."""
    kept: list[Session] = []
    for one in source.sessions.get(resource.pk, ()):
        if one.site_id == site.pk:
            if one.valid_from >= instead.first:
                continue
            one.valid_until = min(one.valid_until or date.max, instead.first - timedelta(days=1))
        kept.append(one)
    source.sessions[resource.pk] = [*kept, *instead.sessions]


class _Judge:
    """Says of one visit after another whether the resource's day has room for it."""

    def __init__(self, resource: Resource, site: Site, source: Sources, now: datetime | None) -> None:
        self.resource, self.site, self.source, self.now = resource, site, source, now
        self.classes = list(slot_classes())
        self.names = {one.pk: one.name for one in self.classes}
        self.days: dict[date, DayBits | None] = {}

    def why(self, one: Taken) -> str:
        """Why the visit does not fit, in a sentence; nothing where it does."""
        day = local_day(one.start, self.site.time_zone)
        mask = span_of(one.start, one.end, local_midnight(day, self.site.time_zone))
        if (self.site.pk, day) in self.source.closed:
            return "The site is closed that day."
        made = self._day(day)
        if made is None or not mask & self._said(day):
            return "No session then."
        if mask & ~made.open:
            return self._not_open(one, day, mask)
        classes = classes_for(one.visit.visit_type, one.visit.modality, self.classes)
        moment = Moment.of((self.now or one.visit.booked_at).astimezone(self.site.zone))
        if mask & closed_to(made.kept, day, classes=classes, now=moment):
            return f"Kept for {self._kept_for(made, day, mask, classes, moment)}."
        return ""

    def _day(self, day: date) -> DayBits | None:
        if day not in self.days:
            made = {place[2]: found for place, found in self.source.day(self.resource.pk, day)}
            self.days[day] = made.get(self.site.pk)
        return self.days[day]

    def _held(self, day: date) -> Iterator[tuple[Session, int]]:
        """The sessions of the day at the site, each with its ticks."""
        for one in self.source.sessions.get(self.resource.pk, ()):
            if one.site_id == self.site.pk and one.held_on(day):
                yield one, session_span(one, day, self.site)

    def _said(self, day: date) -> int:
        """The ticks of which the sessions say anything at all."""
        return bits.union(mask for _, mask in self._held(day))

    def _not_open(self, one: Taken, day: date, mask: int) -> str:
        closed = [session for session, span in self._held(day) if session.block and span & mask]
        if closed:
            return f"Closed: {closed[0].get_block_display().lower()}."
        for block in self.source.blocks.get(self.resource.pk, ()):
            if block.slot_class_id is None and block.start < one.end and block.end > one.start:
                return f"Away: {block.get_kind_display().lower()}."
        return "Partly outside the session."

    def _kept_for(self, made: DayBits, day: date, mask: int, classes: set[int], moment: Moment) -> str:
        for kept in made.kept:
            shut = kept.slot_class not in classes and not released(kept, day, moment)
            if shut and kept.mask & mask:
                return self.names.get(kept.slot_class, "nothing until it is released")
        return "others"


def at_site(site: Site, start: datetime, end: datetime) -> list[Appointment]:
    """The live visits at a site that take place within [start, end), earliest first."""
    inside = Q(site=site, start__lt=end, end__gt=start, status__in=LIVE)
    return list(Appointment.objects.filter(inside).select_related(*_WITH).order_by("start", "pk"))
