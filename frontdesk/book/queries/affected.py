"""The worklist of an absence: the visits it hits, which of them are settled, which still wait."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from frontdesk.accounts.models import User
from frontdesk.book.models import Appointment, AppointmentStatus, Block, Claim
from frontdesk.book.queries.outside import LIVE, classes_for, slot_classes, visits_of
from frontdesk.clinic.choices import Moves

WEIGHT = {Moves.NEVER: 3, Moves.APPROVED: 2, Moves.FREELY: 1}
_WITH = ("patient", "visit_type", "site", "provider", "interpreter")


@dataclass(frozen=True)
class Affected:
    """A visit that an absence hits. `settled` says how it was settled; nothing while it waits."""

    visit: Appointment
    settled: str = ""

    @property
    def weight(self) -> int:
        return WEIGHT[self.visit.moves]

    @property
    def needs(self) -> list[str]:
        """What makes it pressing or hard to move, in words, the gravest first."""
        visit, kind = self.visit, self.visit.visit_type
        found = ["Same-day care"] if kind.same_day else []
        if visit.moves is not Moves.FREELY:
            found.append("Never moved for others" if visit.moves is Moves.NEVER else "Moves with approval")
        if kind.prep_hours:
            found.append(f"Prepares {kind.prep_hours} h before")
        if visit.interpreter_id is not None:
            found.append("Interpreter")
        return found


@dataclass(frozen=True)
class Worklist:
    waiting: list[Affected]
    settled: list[Affected]

    @property
    def total(self) -> int:
        return len(self.waiting) + len(self.settled)


def in_order(visits: Sequence[Affected]) -> list[Affected]:
    """By acuity, then by how much preparation it asks of the patient, then by time."""
    return sorted(visits, key=_order)


def _order(one: Affected) -> tuple[bool, int, int, bool, datetime, int]:
    visit, kind = one.visit, one.visit.visit_type
    plain = visit.interpreter_id is None
    return not kind.same_day, -one.weight, -kind.prep_hours, plain, visit.start, visit.pk


def hit_now(block: Block) -> list[Appointment]:
    """The live visits that stand in the way of a block: all in it, or those not of the class it is kept for."""
    return _in_the_way(block, (one.visit for one in visits_of([block.resource_id], block.start, block.end)))


def _in_the_way(block: Block, visits: Iterable[Appointment]) -> list[Appointment]:
    if block.slot_class_id is None:
        return list(visits)
    classes = list(slot_classes().filter(pk=block.slot_class_id))
    return [one for one in visits if not classes_for(one.visit_type, one.modality, classes)]


def worklist(block: Block, *, user: User) -> Worklist:
    """Every visit that the block has hit and that the user may see."""
    waiting = {one.pk for one in hit_now(block)}
    visible = (
        Appointment.objects.visible_to(user)
        .select_related(*_WITH)
        .prefetch_related("patient__contact_points")
    )
    found = [
        Affected(one, "" if one.pk in waiting else _settled(one))
        for one in _in_the_way(block, visible.filter(pk__in=waiting | _once_hit(block)))
    ]
    return Worklist(
        waiting=in_order([one for one in found if not one.settled]),
        settled=sorted(
            (one for one in found if one.settled), key=lambda one: (one.visit.start, one.visit.pk)
        ),
    )


def _once_hit(block: Block) -> set[int]:
    """Visits that took the time when the block was recorded or later, and do so no longer."""
    claims = Claim.objects.between(block.start, block.end).filter(
        resource=block.resource_id, released_at__gte=block.recorded_at
    )
    return set(claims.filter(appointment__isnull=False).values_list("appointment_id", flat=True))


def _settled(visit: Appointment) -> str:
    if visit.status == AppointmentStatus.CANCELLED:
        return "Cancelled"
    if visit.status in LIVE:
        return f"Moved to {visit.start.astimezone(visit.site.zone):%a %-d %b, %H:%M}, {visit.provider.name}"
    return visit.get_status_display()


def counts(blocks: Sequence[Block]) -> dict[int, int]:
    """How many visits still stand in each block, by its id."""
    return {block.pk: len(hit_now(block)) for block in blocks}


def task_title(block: Block) -> str:
    """What the task of a visit says that the block hits."""
    kept = (
        f"time is kept for {block.slot_class.name}" if block.slot_class else block.get_kind_display().lower()
    )
    return f"{block.resource.name}, {kept}: move or cancel, and tell the patient"
