"""Choosing another visit type than the guide suggests."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.facts_choice import VisitTypeChosen
from frontdesk.clinic.models import VisitType
from frontdesk.daybook.models import Entry
from frontdesk.daybook.record import record
from frontdesk.kit.errors import BadValue
from frontdesk.kit.text import one_line


@transaction.atomic
def choose_type(
    *, request_id: int, suggested: VisitType, chosen: VisitType, because: str, by: User, now: datetime
) -> None:
    """Keep why the visit type is not the one that the guide suggested. Saying the same again keeps nothing.

    Raises NotAllowed, or BadValue where no reason is given.
    """
    by.check_may(Permission.BOOK)
    reason = one_line(because, limit=200)
    if len(reason) < 3:
        raise BadValue("Say why it is another visit type than the guide suggests.", field="because")
    fact = VisitTypeChosen(request_id=request_id, suggested=suggested.name, chosen=chosen.name)
    before = Entry.objects.about("request", request_id).filter(kind=fact.kind())
    last = before.order_by("-pk").first()
    if last is None or (last.facts, last.reason) != (fact.as_json(), reason):
        record(fact, by=by, now=now, because=reason)
