"""Are plans and gatherings true? Counted naively, as in soundness.py. Every function answers sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from frontdesk.book.models import Appointment, Claim, Gathering, Plan, PlanKind
from frontdesk.book.queries.wish import parts_for
from frontdesk.daybook.models import Entry

STANDS = ("booked", "arrived", "done")


def wrong_plans() -> list[str]:
    """Plans that lack a visit, count one twice, are of two patients, or are told otherwise in the daybook."""
    told = _told()
    plans = Plan.objects.prefetch_related("visits")
    return [f"plan {plan.pk}: {words}" for plan in plans for words in _of_plan(plan, told.get(plan.pk, {}))]


def out_of_order(*, but: Collection[int] = ()) -> list[str]:
    """Visits that stand in another order than their plan's, or with another gap than was wanted.

    `but` are plans of which somebody was told that a move breaks them.
    """
    plans = Plan.objects.exclude(pk__in=but).exclude(kind=PlanKind.FAMILY).prefetch_related("visits__site")
    told = _told()
    return [f"plan {one.pk}: {words}" for one in plans for words in _apart(one, told[one.pk].get("gaps", []))]


def wrong_gatherings() -> list[str]:
    """Gatherings without their time, cancelled ones that still have some, and places that are taken twice."""
    live: dict[int | None, Counter[object]] = {}
    rows = Claim.objects.live().exclude(gathering=None).values_list("gathering", "resource", "start", "end")
    for gathering, *taken in rows:
        live.setdefault(gathering, Counter())[tuple(taken)] += 1
    return [
        f"gathering {one.pk}: {words}"
        for one in Gathering.objects.select_related("visit_type").prefetch_related("visits")
        for words in _of_gathering(one, live.get(one.pk, Counter()))
    ]


def _told() -> dict[int, dict[str, Any]]:
    """For each plan what the daybook has of it: its kinds of facts, its visits, its gaps, how many are wanted."""
    found: dict[int, dict[str, Any]] = {}
    for entry in Entry.objects.filter(kind__in=("PlanBooked", "PlanExtended", "PlanEnded")).order_by("pk"):
        known = found.setdefault(entry.facts["plan_id"], {"kinds": Counter(), "visits": [], "gaps": []})
        known["kinds"][entry.kind] += 1
        known["visits"] += entry.facts.get("visits", [])
        known["gaps"] = entry.facts.get("gaps") or known["gaps"]
    return found


def _of_plan(plan: Plan, told: Mapping[str, Any]) -> Iterator[str]:
    visits = sorted(plan.visits.all(), key=lambda one: one.plan_place or 0)
    numbers = [one.plan_place for one in visits]
    if numbers != list(range(1, plan.visits_wanted + 1)):
        yield f"{plan.visits_wanted} visits are wanted, and there are {numbers}"
    people = len({one.patient_id for one in visits})
    if people != (len(visits) if plan.kind == PlanKind.FAMILY else 1):
        yield f"{len(visits)} visits of {people} patients"
    if told.get("visits") != [one.pk for one in visits]:
        yield f"the daybook has the visits {told.get('visits')}"
    kinds = told.get("kinds", Counter())
    if kinds["PlanBooked"] != 1 or kinds["PlanEnded"] != (plan.ended_at is not None):
        yield f"the daybook has {dict(kinds)}"


def _apart(plan: Plan, gaps: list[dict[str, Any]]) -> Iterator[str]:
    """Only visits that follow each other in the plan, and both stand, are compared."""
    standing = sorted(
        (one for one in plan.visits.all() if one.status in STANDS), key=lambda one: one.plan_place or 0
    )
    for before, after in pairwise(standing):
        if after.start < before.end:
            yield f"visit {after.plan_place} begins before visit {before.plan_place} has ended"
        elif gaps and (after.plan_place or 0) - (before.plan_place or 0) == 1:
            yield from _gap(before, after, gaps[(before.plan_place or 0) - 1])


def _gap(before: Appointment, after: Appointment, gap: dict[str, Any]) -> Iterator[str]:
    first, second = before.start.astimezone(before.site.zone), after.start.astimezone(after.site.zone)
    days, between = (second.date() - first.date()).days, (after.start - before.end) / timedelta(minutes=1)
    if not gap["least_days"] <= days <= gap["most_days"]:
        yield f"{days} days lie between visits {before.plan_place} and {after.plan_place}"
    most = gap["most_minutes"]
    if between < gap["least_minutes"] or (days == 0 and most is not None and between > most):
        yield f"{between} minutes lie between visits {before.plan_place} and {after.plan_place}"


def _of_gathering(gathering: Gathering, taken: Counter[object]) -> Iterator[str]:
    if gathering.cancelled_at is None and (wanted := Counter(_wanted(gathering))) != taken:
        yield f"it wants {wanted} and has {taken}"
    if gathering.cancelled_at is not None and taken:
        yield f"it is cancelled and still has {taken}"
    live = [one for one in gathering.visits.all() if one.is_live]
    if gathering.cancelled_at is not None and live:
        yield f"it is cancelled, and {len(live)} places stand"
    numbers = [one.place or 0 for one in live]
    if len(set(numbers)) < len(numbers) or not set(numbers) <= set(range(1, gathering.places + 1)):
        yield f"the places {sorted(numbers)} are taken of {gathering.places}"
    if any((one.start, one.end) != (gathering.start, gathering.end) for one in live):
        yield "a place has another time"


def _wanted(gathering: Gathering) -> Iterator[tuple[int, datetime, datetime]]:
    assert gathering.visit_type is not None
    for part in parts_for(gathering.visit_type, provider=gathering.provider_id):
        whose = gathering.provider_id if part.leads else gathering.room_id
        start = gathering.start + timedelta(minutes=part.offset)
        yield whose or 0, start, start + timedelta(minutes=part.minutes)
    named = {one.interpreter_id for one in gathering.visits.all() if one.status != "cancelled"}
    for interpreter in named - {None}:
        yield interpreter or 0, gathering.start, gathering.end
