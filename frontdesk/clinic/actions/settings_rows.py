"""Writing an approved draft into the rows that it changes: part of the actions in drafts.py, never called alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any

from frontdesk.clinic.models import (
    DraftKind,
    Guide,
    Segment,
    SlotClass,
    Specialty,
    VisitLength,
    VisitType,
)
from frontdesk.clinic.queries.settings import SEGMENT_FIELDS, SLOT_CLASS_FIELDS, VISIT_TYPE_FIELDS


def write(*, kind: str, subject: int | None, proposal: Mapping[str, Any]) -> int | None:
    """Make the rows what the checked `proposal` says. Answers the row's number; None for the grid, which has many."""
    if kind == DraftKind.GRID:
        _write_grid(proposal)
        return None
    return {
        DraftKind.VISIT_TYPE: _write_visit_type,
        DraftKind.SLOT_CLASS: _write_slot_class,
        DraftKind.GUIDE: _write_guide,
    }[DraftKind(kind)](subject, proposal)


def _write_visit_type(subject: int | None, proposal: Mapping[str, Any]) -> int:
    row = VisitType() if subject is None else VisitType.objects.get(pk=subject)
    for name in (*VISIT_TYPE_FIELDS, "converts_to", "needs_checks", "code_hints"):
        setattr(row, name, proposal[name])
    row.specialty = Specialty.objects.get(code=proposal["specialty"])
    row.save()
    row.segments.all().delete()
    Segment.objects.bulk_create(_segment(row, one) for one in proposal["segments"])
    row.lengths.all().delete()
    VisitLength.objects.bulk_create(
        VisitLength(visit_type=row, provider_id=one["provider"], minutes=one["minutes"])
        for one in proposal["lengths"]
    )
    return row.pk


def _segment(row: VisitType, one: Mapping[str, Any]) -> Segment:
    specialty = Specialty.objects.get(code=one["specialty"]) if one["specialty"] else None
    return Segment(visit_type=row, specialty=specialty, **{name: one[name] for name in SEGMENT_FIELDS})


def _write_slot_class(subject: int | None, proposal: Mapping[str, Any]) -> int:
    row = SlotClass() if subject is None else SlotClass.objects.get(pk=subject)
    for name in (*SLOT_CLASS_FIELDS, "modalities"):
        setattr(row, name, proposal[name])
    row.release_at = time.fromisoformat(proposal["release_at"]) if proposal["release_at"] else None
    row.save()
    row.visit_types.set(VisitType.objects.filter(code__in=proposal["visit_types"]))
    return row.pk


def _write_grid(proposal: Mapping[str, Any]) -> None:
    for code, row in proposal.items():
        VisitType.objects.filter(code=code).update(**row)


def _write_guide(subject: int | None, proposal: Mapping[str, Any]) -> int:
    specialty = Specialty.objects.get(code=proposal["specialty"])
    row = Guide(specialty=specialty, version=0) if subject is None else Guide.objects.get(pk=subject)
    row.content = proposal["content"]
    row.version += 1
    row.save()
    return row.pk
