"""May a booked visit be changed? The sentences are for a clerk to read."""

from __future__ import annotations

from datetime import datetime, timedelta

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.engine.why import Why
from frontdesk.book.models import Appointment, AppointmentStatus
from frontdesk.clinic.choices import Moves
from frontdesk.kit.errors import Refused

UNDO_WITHIN = timedelta(minutes=15)


class Ended(Refused):
    """The visit is over or cancelled, so it cannot be changed."""

    code = "VISIT_ENDED"


class NotMovable(Refused):
    """The protection grid says that this visit does not move, or only with approval."""

    code = "NOT_MOVABLE"


def check_can_move(visit: Appointment, why: Why, approved_by: User | None, *, now: datetime) -> None:
    """Raises Ended or NotMovable with the sentence that a clerk may read.

    What the patient asks for is never refused for protection: the grid protects a visit from the clinic.
    """
    if visit.status != AppointmentStatus.BOOKED or visit.start < now:
        raise Ended("Only a visit that is still to come can be moved.")
    if visit.gathering_id is not None:
        raise NotMovable("A place in a group is cancelled and booked again in another group.")
    if why.whose == "patient" or visit.moves == Moves.FREELY:
        return
    if visit.moves == Moves.NEVER and why.code not in _MENDS:
        raise NotMovable(f"This visit does not move. {_because(visit)}".strip())
    if approved_by is None or not approved_by.may(Permission.APPROVE_MOVES):
        raise NotMovable(f"This visit moves only with a named person’s approval. {_because(visit)}".strip())


# What is done for the visit's own sake may move even one that never moves for another's, with approval.
_MENDS = {"wrong-type", "wrong-provider", "provider-away", "room-or-machine", "site-closed", "double-booked"}


def _because(visit: Appointment) -> str:
    said = visit.may_move_because or visit.visit_type.moves_because
    return f"{said.rstrip('.')}." if said else ""


def can_move(visit: Appointment, why: Why, approved_by: User | None, *, now: datetime) -> bool:
    """Whether `check_can_move` would let it go."""
    try:
        check_can_move(visit, why, approved_by, now=now)
    except Refused:
        return False
    return True


def can_undo(visit: Appointment, *, now: datetime) -> bool:
    """Is it recent enough to be taken back?"""
    ended = visit.cancelled_at or visit.missed_at
    return ended is not None and now - ended <= UNDO_WITHIN
