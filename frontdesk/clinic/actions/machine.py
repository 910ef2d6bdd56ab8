"""Switching what the machine does by itself."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.facts_machine import MachineSwitched
from frontdesk.clinic.queries.machine import is_on
from frontdesk.clinic.switches import Switch
from frontdesk.daybook.record import record
from frontdesk.kit.errors import BadValue
from frontdesk.kit.text import one_line


@transaction.atomic
def switch(*, key: str, on: bool, because: str, by: User, now: datetime) -> None:
    """Switch an automatic action off or on, with a reason; the same again changes nothing.

    Raises NotAllowed, or BadValue for an action that has no switch and for no reason.
    """
    by.check_may(Permission.APPROVE_SETTINGS)
    if key not in [one.value for one in Switch]:
        raise BadValue("This action has no switch.")
    why = one_line(because, limit=300)
    if not why:
        raise BadValue("Say why, in a few words.", field="because")
    if is_on(Switch(key)) != on:
        record(MachineSwitched(key=key, on=on), by=by, now=now, because=why)
