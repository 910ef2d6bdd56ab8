"""Visit types as they are read: the list, and one of them with its time drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from frontdesk.clinic.choices import Modality, ResourceKind
from frontdesk.clinic.models import VisitType
from frontdesk.clinic.queries.settings import CHECKS

SENSITIVE = "Yes: messages, calendars and other systems say nothing of what it is"
PUBLIC = "Published: anybody may see it and ask for a time"
WIDTH, ROW, LEFT = 640, 26, 180  # of the drawing, in its own units


@dataclass(frozen=True)
class Bar:
    """One stretch of the visit, drawn: its place in the picture, and its words."""

    kind: str
    words: str
    minutes: str
    x: float
    y: int
    width: float
    text_y: int


@dataclass(frozen=True)
class Timeline:
    """A visit's time as bars from its beginning to its end; `says` tells the same in words."""

    bars: Sequence[Bar]
    ticks: Sequence[tuple[float, int]]
    height: int
    width: int
    floor: int

    @property
    def says(self) -> str:
        return "; ".join(f"{one.words}, {one.minutes}" for one in self.bars)


def visit_types(*, specialty: str, everything: bool) -> QuerySet[VisitType]:
    """Those in use (or all), by specialty and name; of one specialty where its code is given."""
    found = VisitType.objects.select_related("specialty").annotate(segment_count=Count("segments"))
    found = found.order_by("specialty__name", "name", "pk")
    if specialty:
        found = found.filter(specialty__code=specialty)
    return found if everything else found.filter(active=True)


def timeline(one: VisitType) -> Timeline:
    """The stretches of one visit; without segments its provider, and its room where it is in person, take it all."""
    stretches = [
        (each.kind, _words(each), each.offset, each.minutes)
        for each in one.segments.select_related("specialty")
    ]
    if not stretches:
        stretches = [(ResourceKind.PROVIDER.value, "The provider", 0, one.minutes)]
        if one.modality == Modality.IN_PERSON:
            stretches.append((ResourceKind.ROOM.value, str(one.get_room_type_display()), 0, one.minutes))
    scale = (WIDTH - LEFT - 20) / one.minutes
    bars = [
        Bar(kind, words, f"minute {start} to {start + length}", round(LEFT + start * scale, 1), 4 + row * ROW,
            round(length * scale, 1), 4 + row * ROW + 14)
        for row, (kind, words, start, length) in enumerate(stretches)
    ]  # fmt: skip
    step = 5 if one.minutes <= 30 else 10 if one.minutes <= 60 else 30 if one.minutes <= 240 else 60
    ticks = [
        (round(LEFT + minute * scale, 1), minute) for minute in [*range(0, one.minutes, step), one.minutes]
    ]
    if len(ticks) > 2 and ticks[-1][0] - ticks[-2][0] < 22:
        del ticks[-2]
    floor = 4 + len(bars) * ROW
    return Timeline(bars, ticks, floor + 20, WIDTH, floor)


def _words(one: Any) -> str:
    if one.leads:
        return "The provider"
    if one.kind == ResourceKind.PROVIDER:
        return f"Another: {one.specialty.name}" if one.specialty else "Another provider"
    named = one.equipment_type.capitalize() if one.equipment_type else one.get_room_type_display()
    return str(named or one.get_kind_display())


def facts(one: VisitType) -> list[tuple[str, list[tuple[str, str]]]]:
    """Everything else of it: groups of (label, words). What is not set is said as such."""
    return [
        (
            "When it is booked",
            [
                ("For whom", one.get_audience_display()),
                ("Ahead, at least", minutes_in_words(one.lead_least) or "No least"),
                ("Ahead, at most", f"{one.lead_most} days" if one.lead_most is not None else "No limit"),
                ("Same-day care", "Yes, for urgent requests" if one.same_day else "No"),
                ("Only in kept time", "Yes" if one.kept_only else "No"),
                ("Places", f"{one.places}, a group visit" if one.is_group else "1"),
            ],
        ),
        (
            "What others see of it",
            [
                ("Sensitive", SENSITIVE if one.sensitive else "No"),
                ("Open time", PUBLIC if one.public else "Not published"),
            ],
        ),
        (
            "Around it",
            [
                ("Arrive early", f"{one.arrive_before} min"),
                ("Wished for free", f"{one.buffer_before} min before, {one.buffer_after} min after"),
                ("Room made ready", f"{one.turnover} min after"),
            ],
        ),
        (
            "Preparation and checks",
            [
                ("Time to prepare", f"{one.prep_hours} h" if one.prep_hours else "None"),
                ("The patient", one.prep_text or "Nothing to prepare"),
                ("In Spanish", one.prep_text_es or "Nothing"),
                (
                    "Must be in order",
                    ", ".join(CHECKS.get(each, each) for each in one.needs_checks) or "Nothing",
                ),
            ],
        ),
    ]


def minutes_in_words(minutes: int) -> str:
    """ "2 days", "3 h", "45 min"; "" for none."""
    if not minutes:
        return ""
    if minutes % 1440 == 0:
        days = minutes // 1440
        return "1 day" if days == 1 else f"{days} days"
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"
