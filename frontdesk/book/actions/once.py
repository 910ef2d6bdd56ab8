"""Each action of a client is done once, however often it is sent."""

from __future__ import annotations

from datetime import datetime

from frontdesk.accounts.models import User
from frontdesk.book.models import Once
from frontdesk.kit.errors import BadValue


def done_before(*, key: str, what: str, by: User) -> int | None:
    """What came of the action when this person sent it before, as an id; None the first time.

    Raises BadValue for a key that was used for something else.
    """
    if not key:
        return None
    same = Once.objects.filter(user=by, key=key).first()
    if same is None:
        return None
    if same.what != what:
        raise BadValue("This form was used for something else. Open the page again.")
    return same.ref


def remember(*, key: str, what: str, ref: int, by: User, now: datetime) -> None:
    """Keep what came of it, in the action's transaction: two at once meet at the unique key, and one waits."""
    if key:
        Once.objects.create(user=by, key=key, what=what, ref=ref, done_at=now)
