"""The protection grid: what may become of a visit of each type, and of the time that is kept for it.

This is the one reader of it. The search, the planner of moves, the audits and the printed page all ask here, so that
they cannot say different things.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from frontdesk.accounts.permissions import Role
from frontdesk.clinic.choices import Audience, Modality, Moves
from frontdesk.clinic.models import SlotClass, VisitType

BY_HAND = "Only by hand"


@dataclass(frozen=True)
class Kept:
    """Time of one slot class that is kept for a visit type: whose it is, when it opens to all, who may open it."""

    code: str
    name: str
    audience: Audience
    modalities: tuple[Modality, ...]
    by_direction: bool
    released: str
    released_by: Role

    @property
    def limits(self) -> str:
        """For whom and how, where that is not everybody and any way: "new patients, video only"."""
        parts = [] if self.audience == Audience.ANYBODY else [str(self.audience.label)]
        parts += [str(one.label) for one in self.modalities]
        return f"{', '.join(one.lower() for one in parts)} only" if parts else ""


@dataclass(frozen=True)
class GridRow:
    """One visit type's row. `kept` is the time that is kept for it; `kept_only` says that it has no other."""

    pk: int
    code: str
    name: str
    specialty: str
    modality: Modality
    moves: Moves
    moves_because: str
    converts_to: tuple[Modality, ...]
    kept: tuple[Kept, ...]
    kept_only: bool

    @property
    def is_protected(self) -> bool:
        return bool(self.kept) or self.kept_only

    @property
    def may_move_without_asking(self) -> bool:
        return self.moves == Moves.FREELY


def grid(*, specialty: str | None = None) -> Sequence[GridRow]:
    """Every visit type in use, by specialty and name; of one specialty's code where asked. Two queries."""
    found = _types(VisitType.objects.filter(active=True))
    if specialty is not None:
        found = [one for one in found if one.specialty.code == specialty]
    return [_row(one) for one in found]


def row_of(visit_type: VisitType) -> GridRow:
    """The row of one visit type, in use or not."""
    return _row(_types(VisitType.objects.filter(pk=visit_type.pk))[0])


def words_for_release(slot_class: SlotClass) -> str:
    """When time of the class is open to everybody: "12:00 the day before", or "Only by hand"."""
    days, at = slot_class.release_days, slot_class.release_at
    if days is None or at is None:
        return BY_HAND
    day = {0: "on the day", 1: "the day before"}.get(days, f"{days} days before")
    return f"{at:%H:%M} {day}"


def kept_time(slot_class: SlotClass) -> Kept:
    """One slot class as the grid reads it."""
    return Kept(
        code=slot_class.code,
        name=slot_class.name,
        audience=Audience(slot_class.audience),
        modalities=tuple(Modality(one) for one in sorted(slot_class.modalities)),
        by_direction=slot_class.by_direction,
        released=words_for_release(slot_class),
        released_by=Role(slot_class.released_by),
    )


def _types(found: Iterable[VisitType]) -> Sequence[VisitType]:
    kept = Prefetch("slot_classes", SlotClass.objects.filter(active=True).order_by("name"), to_attr="keeping")
    types = VisitType.objects.filter(pk__in=[one.pk for one in found])
    return list(
        types.select_related("specialty").prefetch_related(kept).order_by("specialty__name", "name", "pk")
    )


def _row(one: VisitType) -> GridRow:
    keeping: Sequence[SlotClass] = getattr(one, "keeping")  # noqa: B009  set by the Prefetch above
    return GridRow(
        pk=one.pk,
        code=one.code,
        name=one.name,
        specialty=one.specialty.name,
        modality=Modality(one.modality),
        moves=Moves(one.moves),
        moves_because=one.moves_because,
        converts_to=tuple(Modality(each) for each in one.converts_to),
        kept=tuple(kept_time(each) for each in keeping),
        kept_only=one.kept_only,
    )
