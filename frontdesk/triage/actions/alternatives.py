"""What was offered to the caller instead of what they asked for, or beside it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.daybook.record import record
from frontdesk.kit.errors import BadValue
from frontdesk.kit.text import one_line
from frontdesk.triage.actions.locks import locked
from frontdesk.triage.facts_counter import AlternativeOffered
from frontdesk.triage.models import Alternative, Request
from frontdesk.triage.rules import check_open


@transaction.atomic
def offer(*, request: Request, words: str, taken: bool, by: User, now: datetime) -> Alternative:
    """Write down one thing that was offered, and whether the caller took it. It is never changed afterwards.

    The same words once more tell only that it was taken now. Raises BadValue, RequestIsClosed, NotAllowed.
    """
    if not by.may(Permission.ACCEPT_HANDOFFS):
        by.check_may(Permission.TAKE_REQUESTS)
    said = one_line(words, limit=301)
    if not said:
        raise BadValue("Say what was offered.", field="offer")
    if len(said) > 300:
        raise BadValue("Too long: at most 300 characters fit here.", field="offer")
    request = locked(request)
    check_open(request)
    same = request.alternatives.filter(words=said)
    if (before := same.filter(taken=taken).first()) is not None:
        return before
    made = Alternative.objects.create(request=request, words=said, taken=taken, offered_at=now, offered_by=by)
    fact = AlternativeOffered(request_id=request.pk, patient_id=request.patient_id, words=said, taken=taken)
    record(fact, by=by, now=now)
    return made
