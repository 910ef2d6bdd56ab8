"""The settings as they stand, in the shape in which a draft proposes them; and how drafts stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from frontdesk.accounts.permissions import Role
from frontdesk.clinic.choices import Audience, Modality, Moves, ResourceKind, RoomType
from frontdesk.clinic.models import (
    Draft,
    DraftKind,
    Guide,
    Provider,
    Segment,
    Site,
    SlotClass,
    Specialty,
    VisitType,
)
from frontdesk.kit.clock import local_day

VISIT_TYPE_FIELDS = (
    "code", "name", "name_es", "minutes", "arrive_before", "modality", "room_type", "same_day", "audience", "places",
    "kept_only", "lead_least", "lead_most", "prep_hours", "prep_text", "prep_text_es", "buffer_before", "buffer_after",
    "turnover", "moves", "moves_because", "sensitive", "public", "active",
)  # fmt: skip
SLOT_CLASS_FIELDS = ("code", "name", "audience", "by_direction", "release_days", "released_by", "active")
GRID_FIELDS = ("moves", "moves_because", "converts_to")
SEGMENT_FIELDS = ("kind", "leads", "room_type", "equipment_type", "offset", "minutes")
CHECKS = {"referral": "Referral", "authorization": "Authorization", "coverage": "Coverage"}


def clinic_day(now: datetime) -> date:
    """The calendar day at the clinic's first site: the day on which drafts begin to hold."""
    site = Site.objects.order_by("pk").first()
    return local_day(now, site.time_zone if site else "UTC")


def as_it_is(kind: str, subject: int | None, *, about: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What stands there now, in the shape of a proposal; {} for something new.

    A draft of the grid has no subject: `about` is its proposal, and names the visit types. LookupError where
    `subject` is no row.
    """
    if kind == DraftKind.GRID:
        types = VisitType.objects.filter(code__in=list(about or {})).order_by("code")
        return {one.code: grid_row(one) for one in types}
    if subject is None:
        return {}
    try:
        return _AS_IT_IS[DraftKind(kind)](subject)
    except (VisitType.DoesNotExist, SlotClass.DoesNotExist, Guide.DoesNotExist) as gone:
        raise LookupError(kind) from gone


def grid_row(one: VisitType) -> dict[str, Any]:
    """What the protection grid lets a draft change of one visit type."""
    return {"moves": one.moves, "moves_because": one.moves_because, "converts_to": sorted(one.converts_to)}


def _visit_type(pk: int) -> dict[str, Any]:
    one = VisitType.objects.select_related("specialty").get(pk=pk)
    return {
        **{name: getattr(one, name) for name in VISIT_TYPE_FIELDS},
        "specialty": one.specialty.code,
        "converts_to": sorted(one.converts_to),
        "needs_checks": sorted(one.needs_checks),
        "code_hints": [list(hint) for hint in one.code_hints],
        "segments": sorted(
            (_segment(each) for each in one.segments.select_related("specialty")), key=segment_order
        ),
        "lengths": [
            {"provider": each.provider_id, "minutes": each.minutes}
            for each in one.lengths.order_by("provider_id")
        ],
    }


def _segment(one: Segment) -> dict[str, Any]:
    fields: dict[str, Any] = {name: getattr(one, name) for name in SEGMENT_FIELDS}
    return {**fields, "specialty": one.specialty.code if one.specialty else ""}


def segment_order(one: Mapping[str, Any]) -> tuple[Any, ...]:
    """Segments stand in the order of time; the same segments always in the same order."""
    return (
        one["offset"],
        one["minutes"],
        one["kind"],
        one["room_type"],
        one["equipment_type"],
        one["specialty"],
        one["leads"],
    )


def _slot_class(pk: int) -> dict[str, Any]:
    one = SlotClass.objects.get(pk=pk)
    return {
        **{name: getattr(one, name) for name in SLOT_CLASS_FIELDS},
        "visit_types": sorted(one.visit_types.values_list("code", flat=True)),
        "modalities": sorted(one.modalities),
        "release_at": one.release_at.strftime("%H:%M") if one.release_at else "",
    }


def _guide(pk: int) -> dict[str, Any]:
    one = Guide.objects.select_related("specialty").get(pk=pk)
    return {"specialty": one.specialty.code, "content": one.content}


_AS_IT_IS = {DraftKind.VISIT_TYPE: _visit_type, DraftKind.SLOT_CLASS: _slot_class, DraftKind.GUIDE: _guide}


class Standing(StrEnum):
    """How a draft stands."""

    WRITING = "being written"
    WAITING = "waits for approval"
    APPROVED = "approved, holds later"
    STALE = "overtaken"
    APPLIED = "in force"
    WITHDRAWN = "withdrawn"

    @property
    def is_open(self) -> bool:
        return self in (Standing.WRITING, Standing.WAITING, Standing.APPROVED, Standing.STALE)


def standing(draft: Draft) -> Standing:
    """How it stands. An open draft is overtaken where what it changes is no longer what it was drafted upon."""
    if draft.withdrawn_at:
        return Standing.WITHDRAWN
    if draft.applied_at:
        return Standing.APPLIED
    if is_being_written(draft):
        return Standing.WRITING
    if is_overtaken(draft):
        return Standing.STALE
    return Standing.APPROVED if draft.approved_at else Standing.WAITING


def is_being_written(draft: Draft) -> bool:
    """Is its author still writing it? A draft is handed in with its reason, and has none before."""
    return not (draft.because or draft.approved_at or draft.withdrawn_at)


def is_overtaken(draft: Draft) -> bool:
    """Has what it changes been changed since it was drafted, or gone?"""
    try:
        return bool(as_it_is(draft.kind, draft.subject, about=draft.proposal) != draft.was)
    except LookupError:
        return True


def open_drafts(*, kind: str | None = None, subject: int | None = None) -> Sequence[Draft]:
    """Those that wait: handed in, and neither in force nor withdrawn; of one kind or one row where asked.

    The newest first.
    """
    found = Draft.objects.filter(applied_at=None, withdrawn_at=None).exclude(because="")
    found = found.select_related("drafted_by", "approved_by")
    if kind is not None:
        found = found.filter(kind=kind)
    if subject is not None:
        found = found.filter(subject=subject)
    return list(found)


def drafts_in_writing(*, specialty: str | None = None) -> Sequence[Draft]:
    """Those that are still being written, the newest first; of the guide of one specialty (its code) where asked."""
    found = Draft.objects.filter(applied_at=None, approved_at=None, withdrawn_at=None, because="")
    if specialty is not None:
        found = found.filter(kind=DraftKind.GUIDE, proposal__specialty=specialty)
    return list(found.select_related("drafted_by"))


def words_for_values() -> dict[str, dict[str, str]]:
    """The words of every value that a proposal may hold, field by field, for engine/differences.py."""
    return {
        "modality": dict(Modality.choices),
        "modalities": dict(Modality.choices),
        "converts_to": dict(Modality.choices),
        "room_type": dict(RoomType.choices),
        "audience": dict(Audience.choices),
        "moves": dict(Moves.choices),
        "released_by": dict(Role.choices),
        "kind": dict(ResourceKind.choices),
        "needs_checks": CHECKS,
        "specialty": dict(Specialty.objects.values_list("code", "name")),
        "visit_type": dict(VisitType.objects.values_list("code", "name")),
        "provider": {str(pk): name for pk, name in Provider.objects.values_list("pk", "name")},
    }
