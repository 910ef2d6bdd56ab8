"""The rows of visit types and slot classes, from what the catalogue says of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from frontdesk.book.engine.segments import Part
from frontdesk.config.demo import rows, visit_rules
from frontdesk.config.demo.kept import CLASSES, ClassPlan
from frontdesk.config.demo.visit_types import VisitPlan


def visit_type_row(number: int, plan: VisitPlan, specialty_id: int) -> rows.VisitTypeRow:
    """One visit type with its row of the protection grid, its preparation and its lead time."""
    grid, prep = visit_rules.grid(plan), visit_rules.prep(plan)
    before, after = visit_rules.BUFFERS.get(plan.code, (0, 0))
    return rows.VisitTypeRow(
        id=number,
        code=plan.code,
        name=plan.name,
        name_es=plan.name_es,
        specialty_id=specialty_id,
        minutes=plan.minutes,
        arrive_before=10 if plan.room is None else 15,
        modality=plan.modality.value,
        room_type=plan.room_type,
        same_day=plan.same_day,
        active=True,
        audience=visit_rules.audience(plan).value,
        places=plan.places,
        lead_least=visit_rules.LEAST.get(plan.code, 0),
        lead_most=visit_rules.lead_most(plan),
        prep_hours=prep.hours,
        prep_text=prep.text,
        prep_text_es=prep.text_es,
        buffer_before=before,
        buffer_after=after,
        turnover=visit_rules.turnover(plan),
        moves=grid.moves.value,
        moves_because=grid.because,
        converts_to=list(grid.converts),
        needs_checks=list(visit_rules.checks(plan)),
        code_hints=json.dumps(visit_rules.HINTS.get(plan.code, ())),
        sensitive=plan.code in visit_rules.SENSITIVE,
        public=plan.code in visit_rules.PUBLIC,
    )


def segment_rows(number: int, plan: VisitPlan, specialties: Mapping[str, int]) -> Iterator[rows.SegmentRow]:
    """The segments of a visit type; `specialties` has their ids by code."""
    for part in plan.segments:
        yield rows.SegmentRow(
            visit_type_id=number,
            kind=part.kind,
            leads=part.leads,
            specialty_id=specialties[part.of] if _is_helper(part) else None,
            room_type=part.of if part.kind == "room" else "",
            equipment_type=part.of if part.kind == "equipment" else "",
            offset=part.offset,
            minutes=part.minutes,
        )


def slot_class_row(number: int, plan: ClassPlan) -> rows.SlotClassRow:
    return rows.SlotClassRow(
        id=number,
        code=plan.code,
        name=plan.name,
        audience=plan.audience.value,
        modalities=list(plan.modalities),
        by_direction=plan.by_direction,
        release_days=plan.release_days,
        release_at=plan.release_at,
        released_by=plan.released_by.value,
        active=True,
    )


def class_type_rows(
    classes: Mapping[str, int], offered: Iterable[tuple[int, VisitPlan]]
) -> Iterator[rows.ClassTypeRow]:
    """Which of the visit types that are offered may have the time of each class, whose ids go by code."""
    numbers = {plan.code: number for number, plan in offered}
    for code, slot_class in classes.items():
        for visit_type in CLASSES[code].visit_types:
            if visit_type in numbers:
                yield rows.ClassTypeRow(slot_class, numbers[visit_type])


def _is_helper(part: Part) -> bool:
    return part.kind == "provider" and not part.leads
