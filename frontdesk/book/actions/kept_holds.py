"""A hold that stands for hours, while papers or a ride are got: somebody approves it, with a reason and an end."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.actions.time import Days, keys_of_hold
from frontdesk.book.facts import HoldKeptLonger
from frontdesk.book.models import Hold
from frontdesk.daybook.record import record
from frontdesk.kit.errors import BadValue, Refused
from frontdesk.kit.text import one_line

LONGEST = 72  # hours


class HoldOver(Refused):
    """The hold has ended or expired: its time may be somebody else's by now."""

    code = "HOLD_OVER"


@transaction.atomic
def keep_longer(*, hold: Hold, hours: int, because: str, by: User, now: datetime) -> Hold:
    """Let a hold that stands stand for `hours` from now, never beyond the beginning of its time.

    Raises NotAllowed, HoldOver, BadValue for hours outside 1 to 72 and where no reason is given.
    """
    by.check_may(Permission.APPROVE_MOVES)
    if not 1 <= hours <= LONGEST:
        raise BadValue(f"Give whole hours, from 1 to {LONGEST}.", field="hours")
    why = one_line(because, limit=301)
    if not why or len(why) > 300:
        raise BadValue("Say why the time is kept, in at most 300 characters.", field="because")
    Days(keys_of_hold(hold))  # whoever writes holds off locks their days first
    hold = Hold.objects.select_for_update(of=("self",)).select_related("site").get(pk=hold.pk)
    if not hold.stands(now) or hold.plan_id is not None:
        raise HoldOver("This time is not held any more. Hold it again first.")
    was = hold.expires_at
    hold.expires_at = max(was, min(now + timedelta(hours=hours), hold.start))
    hold.kept_at, hold.kept_by, hold.kept_because = now, by, why
    hold.save(update_fields=["expires_at", "kept_at", "kept_by", "kept_because"])
    fact = HoldKeptLonger(
        hold_id=hold.pk, patient_id=hold.patient_id, request_id=hold.asked_for, was=was, until=hold.expires_at
    )
    record(fact, by=by, now=now, because=why, approved_by=by)
    return hold
