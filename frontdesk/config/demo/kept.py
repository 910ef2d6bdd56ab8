"""Kept time: the slot classes of the demo clinic, and where in the providers' weeks they and closed hours lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import time
from typing import NamedTuple

from frontdesk.accounts.permissions import Role
from frontdesk.clinic.choices import Audience, BlockKind, Modality
from frontdesk.config.demo.visit_types import VISIT_TYPES

MINUTES = 60


class ClassPlan(NamedTuple):
    """A slot class: the ends of its visit types' codes, and when it is released."""

    code: str
    name: str
    endings: tuple[str, ...]
    release_days: int
    release_at: time
    released_by: Role = Role.MANAGER
    audience: Audience = Audience.ANYBODY
    modalities: tuple[str, ...] = ()
    by_direction: bool = False

    @property
    def visit_types(self) -> list[str]:
        """The codes of all the visit types that may have its time, whether or not the clinic offers them."""
        return [plan.code for plan in VISIT_TYPES if plan.code.endswith(self.endings)]


URGENT, CHILD, DISCHARGE, NEW, BY_VIDEO, PROCEDURES = (
    "same-day-urgent",
    "same-day-child",
    "after-discharge",
    "new-patients",
    "video",
    "procedures",
)
CLASSES = {
    plan.code: plan
    for plan in (
        ClassPlan(
            URGENT,
            "Same-day urgent",
            ("fm-same-day", "im-same-day", "og-same-day", "ca-same-day", "de-same-day", "or-injury"),
            0,
            time(11),
            Role.NURSE,
            by_direction=True,
        ),
        ClassPlan(CHILD, "Same-day child", ("pd-same-day",), 0, time(14), Role.NURSE),
        ClassPlan(DISCHARGE, "After discharge", ("-after-discharge",), 1, time(12)),
        ClassPlan(NEW, "New patients", ("-new", "pt-first"), 3, time(8), audience=Audience.NEW),
        ClassPlan(
            BY_VIDEO,
            "Video",
            ("-video", "-follow-up", "fm-sick", "pt-short"),
            1,
            time(16),
            modalities=(Modality.VIDEO.value,),
        ),
        ClassPlan(PROCEDURES, "Procedures", ("-procedure", "or-injection"), 2, time(12)),
    )
}


class Kept(NamedTuple):
    """A stretch of a week (Monday is 0) that is kept for a slot class, or closed."""

    weekday: int
    starts: time
    ends: time
    slot_class: str = ""
    block: str = ""
    capacity: int | None = None
    align: int | None = None

    def meets(self, other: Kept) -> bool:
        return self.weekday == other.weekday and self.starts < other.ends and other.starts < self.ends


Hours = Sequence[tuple[time, time]]


def kept_in(place: int, specialty: str, week: Sequence[Hours]) -> list[Kept]:
    """What is kept in the week of the `place`-th provider, whose hours are given for each weekday.

    A stretch that would meet one named before it is left out.
    """
    found: list[Kept] = []
    for one in _wanted(place, specialty, week):
        if not any(one.meets(other) for other in found):
            found.append(one)
    return found


def _wanted(place: int, specialty: str, week: Sequence[Hours]) -> Iterator[Kept]:
    for weekday, hours in enumerate(week[:5]):
        if hours:
            starts, ends = hours[0][0], hours[-1][1]
            yield from _closed(place, weekday, starts, ends)
            if specialty == "pediatrics":
                yield Kept(weekday, _later(ends, -40), ends, CHILD)
        if len(hours) == 2:
            yield from _on_a_whole_day(place, specialty, weekday, hours)


def _closed(place: int, weekday: int, starts: time, ends: time) -> Iterator[Kept]:
    """A meeting on Thursday mornings; an hour for papers at the end of the week."""
    if weekday == 3 and place % 3 != 2:
        yield Kept(weekday, starts, _later(starts, 30), block=BlockKind.MEETING.value)
    if weekday == 4 and place % 4 == 0:
        yield Kept(weekday, _later(ends, -MINUTES), ends, block=BlockKind.ADMIN.value)


def _on_a_whole_day(place: int, specialty: str, weekday: int, hours: Hours) -> Iterator[Kept]:
    (starts, _), (after, ends) = hours
    if specialty == "orthopedics" and weekday == 1:
        yield Kept(weekday, after, _later(after, 150), PROCEDURES, align=30)
    if specialty not in ("pediatrics", "therapy"):
        yield from _urgent(place, weekday, ends)
        if place % 6 == 0 and weekday == 0:
            yield Kept(weekday, after, _later(after, 150), NEW, capacity=2)
    if specialty in ("family", "internal", "cardiology") and place % 2 == 0 and weekday in (1, 3):
        yield Kept(weekday, after, _later(after, 40), DISCHARGE)
    if place % 5 == 2 and weekday == 0:
        yield Kept(weekday, starts, _later(starts, MINUTES), BY_VIDEO)


def _urgent(place: int, weekday: int, ends: time) -> Iterator[Kept]:
    """At the end of the day: every day with some providers, on two days with others."""
    if place % 3 == 1 and weekday in (0, 2):
        yield Kept(weekday, _later(ends, -MINUTES), ends, URGENT)
    if place % 6 == 0:
        yield Kept(weekday, _later(ends, -40), ends, URGENT)


def _later(hour: time, minutes: int) -> time:
    at = hour.hour * 60 + hour.minute + minutes
    return time(at // 60, at % 60)
