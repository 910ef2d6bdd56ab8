"""Writing holds off, under the locks of whoever needs their time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from frontdesk.book.actions.time import Days, end_hold
from frontdesk.book.facts import HoldEnded
from frontdesk.book.models import Hold, HoldEnd
from frontdesk.daybook.record import Actor, record


def write_off(holds: Iterable[Hold], how: HoldEnd, days: Days, by: Actor, now: datetime) -> int:
    """End the holds under locked days, which the caller saves. Answers how many were still standing."""
    ended = 0
    for hold in holds:
        if end_hold(hold=hold, how=how, days=days, now=now):
            fact = HoldEnded(
                hold_id=hold.pk, patient_id=hold.patient_id, request_id=hold.asked_for, how=how.value
            )
            record(fact, by=by, now=now)
            ended += 1
    return ended
