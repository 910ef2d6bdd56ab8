"""What is known of a plan: its visits in order, its gaps, and what a move of one visit would break."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from frontdesk.accounts.models import User
from frontdesk.book.engine.plans import Gap, Stay, broken
from frontdesk.book.models import Appointment, AppointmentStatus, Plan, PlanKind
from frontdesk.book.queries.known import TRAVEL
from frontdesk.clinic.models import Site
from frontdesk.daybook.models import Entry, EntrySubject
from frontdesk.people.models import Patient

_CHANGES = ("AppointmentBooked", "AppointmentMoved", "AppointmentRestored")
_WITH = ("patient", "visit_type", "site", "provider", "room")
STANDING = (AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED, AppointmentStatus.DONE)


def visible_plan(pk: int, user: User) -> Plan | None:
    """The plan, if the person may see one of its visits."""
    visible = Appointment.objects.visible_to(user).filter(plan=pk)
    return (
        Plan.objects.select_related("site", "made_by", "ended_by").filter(pk=pk, visits__in=visible).first()
    )


def visits_of(plan: Plan) -> list[Appointment]:
    """All visits of the plan in their order, cancelled ones too."""
    return list(plan.visits.select_related(*_WITH).order_by("plan_place"))


def running_series(patient: Patient) -> list[Plan]:
    """The patient's series to which visits may still be added, newest first."""
    own = Plan.objects.filter(kind=PlanKind.SERIES, ended_at=None, visits__patient=patient)
    return list(own.select_related("site").distinct().order_by("-pk"))


def plans_of(patient: Patient, user: User) -> list[Plan]:
    """The plans that have a visit of the patient which the person may see, newest first."""
    visible = Appointment.objects.visible_to(user).filter(patient=patient)
    own = Plan.objects.filter(visits__in=visible).select_related("site")
    return list(own.distinct().order_by("-pk"))


def gaps_of(plan: Plan) -> list[Gap]:
    """The gaps between linked visits, as they were booked; none for other plans."""
    booked = _booked(plan)
    return [Gap(**one) for one in booked.facts.get("gaps", [])] if booked else []


def rhythm_of(plan: Plan) -> str:
    """How often a series comes, in words."""
    booked = _booked(plan)
    return str(booked.facts.get("rhythm", "")) if booked else ""


def breaks(
    plan: Plan,
    visit: Appointment,
    start: datetime,
    *,
    site: Site | None = None,
    end: datetime | None = None,
) -> list[str]:
    """What a move of the visit to the instant `start` would break, as sentences; empty where it breaks nothing.

    `site` is where it would be then, if that is somewhere else; `end` when it would end, if it changes its length.
    """
    moved = _stay(visit, start, site or visit.site, end)
    others = [one for one in visits_of(plan) if one.pk != visit.pk and one.status in STANDING]
    if plan.kind == PlanKind.LINKED:
        return list(_gaps_broken(plan, visit, moved, others))
    if plan.kind == PlanKind.SERIES:
        return list(_order_broken(visit, moved, others))
    return list(_parted(moved, others))


def breaks_if_restored(plan: Plan, visit: Appointment, *, ended: datetime) -> list[str]:
    """What would be broken if a visit that `ended` at that instant stood again where it stood.

    Empty where nothing of the plan was booked, moved or restored since: what is broken then was known before.
    """
    others = plan.visits.exclude(pk=visit.pk).values("pk")
    changes = EntrySubject.objects.filter(kind="appointment", ref__in=others, entry__kind__in=_CHANGES)
    return breaks(plan, visit, visit.start) if changes.filter(entry__at__gte=ended).exists() else []


def _gaps_broken(plan: Plan, visit: Appointment, moved: Stay, others: Sequence[Appointment]) -> Iterator[str]:
    by_place = {one.plan_place or 0: one for one in others}
    gaps, own = gaps_of(plan), visit.plan_place or 0
    before, after = by_place.get(own - 1), by_place.get(own + 1)
    if before is not None and (why_not := broken(gaps[own - 2], _stay(before), moved, way=TRAVEL)):
        yield f"{visit.visit_type.name} would {why_not} ({_at(before)})."
    if after is not None and (why_not := broken(gaps[own - 1], moved, _stay(after), way=TRAVEL)):
        yield f"{after.visit_type.name} ({_at(after)}) would then {why_not}."


def _order_broken(visit: Appointment, moved: Stay, others: Sequence[Appointment]) -> Iterator[str]:
    own = visit.plan_place or 0
    for one in others:
        stay, place = _stay(one), one.plan_place or 0
        if stay.day == moved.day:
            yield f"Visit {place} of the series is on the same day ({_at(one)})."
        elif (place < own and stay.day > moved.day) or (place > own and stay.day < moved.day):
            yield f"It would change places with visit {place} of the series ({_at(one)})."


def _parted(moved: Stay, others: Sequence[Appointment]) -> Iterator[str]:
    """A family is side by side while each visit touches, or begins with, another."""
    if others and not any(_beside(moved, _stay(one)) for one in others):
        names = ", ".join(f"{one.patient.name} {_at(one)}" for one in others)
        yield f"It would no longer be beside the family’s other visits: {names}."


def _beside(one: Stay, other: Stay) -> bool:
    touches = one.start <= other.end and other.start <= one.end
    return one.site == other.site and touches


def _stay(
    visit: Appointment,
    start: datetime | None = None,
    site: Site | None = None,
    end: datetime | None = None,
) -> Stay:
    begins, where = start or visit.start, site or visit.site
    ends = end or begins + (visit.end - visit.start)
    return Stay(begins.astimezone(where.zone).date(), begins, ends, where.pk)


def _at(visit: Appointment) -> str:
    return f"{visit.start.astimezone(visit.site.zone):%a %-d %b, %H:%M}"


def _booked(plan: Plan) -> Entry | None:
    return Entry.objects.about("plan", plan.pk).filter(kind="PlanBooked").first()
