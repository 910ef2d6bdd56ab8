"""What a client changes of a visit that is booked: another time, a cancellation, a patient who did not come."""

from __future__ import annotations

from datetime import datetime

from frontdesk.accounts.models import User
from frontdesk.book.actions import cancels, moves
from frontdesk.book.actions.changes import reason
from frontdesk.book.engine.why import CHANGES
from frontdesk.book.models import Appointment
from frontdesk.book.ports import Ask
from frontdesk.book.rules import BookingGate
from frontdesk.book.rules_changes import check_can_move
from frontdesk.partners.actions import gate
from frontdesk.partners.queries.places import Place, wanted_for_move


def move(
    *, visit: Appointment, place: Place, why: str, said: str, version: int, key: str, by: User, now: datetime
) -> Appointment:
    """Give the visit another place: the new time is taken before the old one is given back.

    `why` is a code of book/engine/why.py; the protection grid holds as it does for a clerk without anybody's
    approval. Raises NeedsAClinician, BookingGate, TimeTaken, NotMovable, Ended, Stale and what the move raises.
    """
    gate.heed(visit=visit, said=said, by=by, now=now)
    ask = Ask(
        None, visit.patient, place.visit_type, by, now, site=place.site, start=place.start, moving=visit.pk
    )
    change = moves.Move(why=why, note=said[:250])
    check_can_move(visit, reason(why, CHANGES), None, now=now)
    try:
        return moves.move(
            visit=visit, to=wanted_for_move(visit, place, now=now), move=change, version=version, key=key, by=by,
            now=now,
        )  # fmt: skip
    except BookingGate as refused:
        gate.refuse(gate=refused, request=None, ask=ask, by=by, now=now)
        raise


def cancel(
    *, visit: Appointment, why: str, said: str, version: int, key: str, by: User, now: datetime
) -> Appointment:
    """Cancel the visit. Raises NeedsAClinician, Ended, Stale or BadValue."""
    gate.heed(visit=visit, said=said, by=by, now=now)
    return cancels.cancel(visit=visit, why=why, note=said, version=version, key=key, by=by, now=now)


def miss(*, visit: Appointment, why: str, said: str, version: int, by: User, now: datetime) -> Appointment:
    """Mark that the patient did not come, once the visit's time has come. Raises Ended, Stale or BadValue."""
    gate.heed(visit=visit, said=said, by=by, now=now)
    return cancels.miss(visit=visit, why=why, note=said, version=version, by=by, now=now)


def note(*, visit: Appointment, said: str, by: User, now: datetime) -> None:
    """Screen words about a visit that change nothing of it; what they meet is kept. Raises NeedsAClinician."""
    gate.heed(visit=visit, said=said, by=by, now=now)
