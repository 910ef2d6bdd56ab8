"""What the actions on drafts share: the lock, and the checks of why and from when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import connection

from frontdesk.clinic.models import Draft, DraftKind
from frontdesk.kit.errors import BadValue, Refused
from frontdesk.kit.text import one_line

FARTHEST = timedelta(days=730)
OVERTAKEN = (
    "What this draft changes has been changed since it was written. Withdraw it, and draft the change again."
)


class DraftSettled(Refused):
    """It is in force or withdrawn already."""

    code = "DRAFT_SETTLED"


class Overtaken(Refused):
    """What it changes is no longer what it was drafted upon."""

    code = "DRAFT_OVERTAKEN"


def hold_the_settings() -> None:
    """Settings change rarely: whoever approves, applies or writes a draft waits for the one before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('frontdesk settings'))")


def locked(draft: Draft) -> Draft:
    """The draft, to be changed in this transaction. Raises DraftSettled."""
    hold_the_settings()
    found = Draft.objects.select_for_update(of=("self",), no_key=True).select_related(
        "drafted_by", "approved_by"
    )
    one = found.get(pk=draft.pk)
    if one.applied_at is not None:
        raise DraftSettled("This draft is in force already.")
    if one.withdrawn_at is not None:
        raise DraftSettled("This draft was withdrawn.")
    return one


def reason_of(because: str) -> str:
    """Why, on one line. Raises BadValue where nothing is said, or too much."""
    reason = one_line(because, limit=301)
    if len(reason) > 300:
        raise BadValue("At most 300 characters.", field="because")
    if not reason:
        raise BadValue("Say why: whoever approves it reads this.", field="because")
    return reason


def check_day(holds_from: date, today: date) -> None:
    """Raises BadValue for a day before today, or farther off than FARTHEST."""
    if not today <= holds_from <= today + FARTHEST:
        raise BadValue("A day from today to two years ahead.", field="holds_from")


def about(kind: str, subject: int | None) -> dict[str, Any]:
    """The fields by which a fact names the row that a draft changes."""
    return {} if kind == DraftKind.GRID else {f"{kind}_id": subject}
