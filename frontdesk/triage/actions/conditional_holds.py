"""Keeping time while something is missing: only where the rule that the request met allows it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.actions import kept_holds
from frontdesk.book.actions.wanted import ask_of_hold
from frontdesk.book.models import Hold
from frontdesk.book.ports import Verdict
from frontdesk.book.rules import BookingGate, findings
from frontdesk.kit.errors import Refused
from frontdesk.triage.actions.locks import locked
from frontdesk.triage.limits import limits_for
from frontdesk.triage.models import Request
from frontdesk.triage.rules import check_open


class NoConditionalHold(Refused):
    """No rule that this request met lets time be held while something is missing."""

    code = "NO_CONDITIONAL_HOLD"


@transaction.atomic
def keep(*, hold: Hold, hours: int, because: str, by: User, now: datetime) -> Hold:
    """Keep the held time for `hours` (1 to 72), while papers, a ride or an answer are got.

    Somebody who may approve moves does it, with a reason. The gate holds as for any booking. Raises NotAllowed,
    NoConditionalHold, BookingGate, BadValue, HoldOver, RequestIsClosed.
    """
    by.check_may(Permission.APPROVE_MOVES)
    found = Request.objects.filter(pk=hold.asked_for or 0).first()
    if found is None:
        raise NoConditionalHold("This time is held for no request.")
    request = locked(found)
    check_open(request)
    if not limits_for(request, now=now).conditional_hold:
        raise NoConditionalHold("No rule that this request met lets time be held for longer.")
    checked = findings(ask_of_hold(hold, by, now))
    failed = next((one for one in checked if one.verdict is Verdict.FAIL and not one.waivable), None)
    if failed is not None:
        raise BookingGate(failed, checked)
    return kept_holds.keep_longer(hold=hold, hours=hours, because=because, by=by, now=now)
