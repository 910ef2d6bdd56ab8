"""Booking visits that belong together: all of them, or none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.db import IntegrityError, transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.actions import cancels, once
from frontdesk.book.actions.changes import live_claims, reason
from frontdesk.book.actions.time import Days, TimeTaken, keys_of
from frontdesk.book.actions.together import PlanVisit, VisitRefused, lock_all, take_all
from frontdesk.book.actions.wanted import Wanted
from frontdesk.book.engine.plans import Gap, Stay, broken
from frontdesk.book.engine.why import CHANGES
from frontdesk.book.facts_plans import PlanBooked, PlanEnded, PlanExtended
from frontdesk.book.models import Appointment, AppointmentStatus, Plan, PlanKind
from frontdesk.book.queries.known import TRAVEL
from frontdesk.book.queries.plans import STANDING
from frontdesk.daybook.record import record
from frontdesk.kit.errors import BadValue, Refused
from frontdesk.kit.text import one_line
from frontdesk.people.models import Patient

__all__ = [
    "PlanClosed",
    "PlanVisit",
    "VisitRefused",
    "book_family",
    "book_linked",
    "book_series",
    "cancel_rest",
    "extend",
]


class PlanClosed(Refused):
    """The plan has ended, or is not of a kind that can be done to it."""

    code = "PLAN_ENDED"


def book_series(
    *,
    visits: Sequence[PlanVisit],
    order_ref: str,
    every_days: int | None,
    ends_on: date | None,
    key: str,
    by: User,
    now: datetime,
    rhythm: str = "",
) -> Plan:
    """Book a course of one patient's visits, in one transaction. `key` makes a repeat harmless.

    Raises NotAllowed, BadValue, or VisitRefused that names the visit; then nothing is booked.
    """
    ordered = _of_one_patient(visits)
    plan = _new(PlanKind.SERIES, ordered, order_ref, by, now, every_days=every_days, ends_on=ends_on)
    return _all_or_none(plan, ordered, [], rhythm, key, by, now)


def book_linked(
    *, visits: Sequence[PlanVisit], gaps: Sequence[Gap], order_ref: str, key: str, by: User, now: datetime
) -> Plan:
    """Book one patient's visits in their order, with a gap between each and the next.

    Raises as `book_series`, and BadValue where a gap is not kept.
    """
    _of_one_patient(visits)
    if len(gaps) != len(visits) - 1:
        raise BadValue("Say what lies between each visit and the next.")
    for gap, (before, after) in zip(gaps, pairwise(visits), strict=True):
        if why_not := broken(gap, _stay(before.wanted), _stay(after.wanted), way=TRAVEL):
            raise BadValue(f"{after.wanted.visit_type.name} would {why_not}. Nothing was booked.")
    plan = _new(PlanKind.LINKED, visits, order_ref, by, now)
    return _all_or_none(plan, visits, gaps, "", key, by, now)


def book_family(*, visits: Sequence[PlanVisit], key: str, by: User, now: datetime) -> Plan:
    """Book several people's visits side by side at one site, each for its own open request.

    Raises as `book_series`, and BadValue where two visits are for one person or at two sites.
    """
    if len({one.patient.pk for one in visits}) < len(visits):
        raise BadValue("Each visit of a family is for another person.")
    if len({one.wanted.site.pk for one in visits}) > 1:
        raise BadValue("Visits side by side are at one site.")
    plan = _new(PlanKind.FAMILY, visits, "", by, now)
    return _all_or_none(plan, visits, [], "", key, by, now)


def extend(*, plan: Plan, visits: Sequence[PlanVisit], key: str, by: User, now: datetime) -> Plan:
    """Add visits to the end of a series.

    Raises as `book_series`, BadValue where they do not come after those that stand, and PlanClosed where it has
    ended.
    """
    ordered = _of_one_patient(visits, plan)

    def add() -> Plan:
        checked, days = lock_all(ordered, by, now, plan)
        locked = _running(plan)
        _check_at_its_end(locked, ordered[0].wanted)
        last = locked.visits.order_by("-plan_place").values_list("plan_place", flat=True).first() or 0
        made = take_all(locked, last, checked, days, by, now)
        locked.visits_wanted += len(made)
        locked.save(update_fields=["visits_wanted"])
        fact = PlanExtended(
            plan_id=locked.pk,
            request_id=ordered[0].request_id,
            visits=made,
            visits_wanted=locked.visits_wanted,
        )
        record(fact, by=by, now=now)
        return locked

    by.check_may(Permission.BOOK)
    return _once(add, "extend", key, by, now)


def cancel_rest(
    *, plan: Plan, from_place: int, why: str, note: str, key: str, by: User, now: datetime
) -> Plan:
    """Cancel what is still ahead, from the visit `from_place` on, and end the plan.

    `why` is a code of engine/why.py. Raises NotAllowed, BadValue or PlanClosed.
    """
    by.check_may(Permission.BOOK)
    because = reason(why, CHANGES)

    def end() -> Plan:
        patients = set(plan.visits.values_list("patient", flat=True))
        list(Patient.objects.select_for_update(no_key=True).filter(pk__in=patients).order_by("pk"))
        locked = _running(plan, any_kind=True)
        ahead = _lock_ahead(plan, from_place, now)
        for visit in ahead:
            cancels.cancel(visit=visit, why=why, note=note, version=visit.version, key="", by=by, now=now)
        locked.ended_at, locked.ended_by = now, by
        locked.ended_because = f"{because.words}. {note.strip()}".strip()[:200]
        locked.save(update_fields=["ended_at", "ended_by", "ended_because"])
        done = [visit.pk for visit in ahead]
        fact = PlanEnded(plan_id=locked.pk, why=because.code, whose=because.whose, cancelled=done)
        record(fact, by=by, now=now, because=locked.ended_because)
        return locked

    return _once(end, "cancel plan", key, by, now)


def _of_one_patient(visits: Sequence[PlanVisit], plan: Plan | None = None) -> list[PlanVisit]:
    """The visits in the order of time. Raises BadValue where there is none, or they are of two patients."""
    if not visits:
        raise BadValue("Choose at least one time.")
    people = {one.patient.pk for one in visits}
    if plan is not None:
        people |= set(plan.visits.values_list("patient", flat=True))
    if len(people) > 1:
        raise BadValue("These visits are of different patients.")
    return sorted(visits, key=lambda one: one.wanted.start)


# All or none


def _new(
    kind: PlanKind, visits: Sequence[PlanVisit], order_ref: str, by: User, now: datetime, **more: Any
) -> Plan:
    by.check_may(Permission.BOOK)
    if not visits:
        raise BadValue("Choose at least one time.")
    return Plan(
        kind=kind,
        asked_for=visits[0].request_id,
        site=visits[0].wanted.site,
        order_ref=one_line(order_ref, limit=120),
        visits_wanted=len(visits),
        made_at=now,
        made_by=by,
        **more,
    )


def _all_or_none(
    plan: Plan,
    visits: Sequence[PlanVisit],
    gaps: Sequence[Gap],
    rhythm: str,
    key: str,
    by: User,
    now: datetime,
) -> Plan:
    def book() -> Plan:
        checked, days = lock_all(visits, by, now)
        plan.save()
        made = take_all(plan, 0, checked, days, by, now)
        fact = PlanBooked(
            plan_id=plan.pk,
            request_id=plan.asked_for,
            plan_kind=plan.kind,
            order_ref=plan.order_ref,
            visits=made,
            gaps=[asdict(gap) for gap in gaps],
            rhythm=rhythm,
        )
        record(fact, by=by, now=now)
        return plan

    return _once(book, "plan", key, by, now)


def _once(do: Callable[[], Plan], what: str, key: str, by: User, now: datetime) -> Plan:
    try:
        with transaction.atomic():
            if (same := once.done_before(key=key, what=what, by=by)) is not None:
                return Plan.objects.get(pk=same)
            plan = do()
            once.remember(key=key, what=what, ref=plan.pk, by=by, now=now)
            return plan
    except IntegrityError:
        if (same := once.done_before(key=key, what=what, by=by)) is not None:
            return Plan.objects.get(pk=same)
        raise TimeTaken("One of these times was just taken. Nothing was booked.") from None


def _running(plan: Plan, *, any_kind: bool = False) -> Plan:
    locked = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    if locked.ended_at is not None:
        raise PlanClosed("This plan has ended.")
    if locked.kind != PlanKind.SERIES and not any_kind:
        raise PlanClosed("Only a series can be extended.")
    return locked


def _check_at_its_end(plan: Plan, first: Wanted) -> None:
    """With the patient locked, who is the same for every visit of a series."""
    last = plan.visits.filter(status__in=STANDING, end__gt=first.start).order_by("start").last()
    if last is not None:
        local = last.start.astimezone(last.site.zone)
        when = f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"
        raise BadValue(f"A series is extended at its end: choose times after its last visit ({when}).")


def _lock_ahead(plan: Plan, from_place: int, now: datetime) -> list[Appointment]:
    """The booked visits still to come, in their order, with all their days locked at once."""
    rows = plan.visits.filter(
        status=AppointmentStatus.BOOKED, start__gte=now, plan_place__gte=from_place
    ).select_related("site")
    ahead = list(rows.order_by("plan_place"))
    if not ahead:
        raise PlanClosed("Nothing of this plan is still to come.")
    keys = {key for visit in ahead for key, _ in keys_of(live_claims(visit), visit.site).values()}
    Days(keys)
    return ahead


def _stay(wanted: Wanted) -> Stay:
    day = wanted.start.astimezone(wanted.site.zone).date()
    return Stay(day, wanted.start, wanted.end, wanted.site.pk)
