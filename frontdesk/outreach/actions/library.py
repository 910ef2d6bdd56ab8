"""The message library: what Frontdesk ships, taken in as drafts."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.daybook.record import Actor, record
from frontdesk.outreach.facts import LibraryDrafted
from frontdesk.outreach.library import read_library
from frontdesk.outreach.models import MessageTemplate


@transaction.atomic
def draft_library(*, by: Actor, now: datetime) -> int:
    """Take in the messages that are not here yet in any version, as drafts that nobody has approved. Answers how many.

    Nothing is sent with a draft. Running it again adds nothing.
    """
    if isinstance(by, User):
        by.check_may(Permission.DRAFT_SETTINGS)
    there = set(MessageTemplate.objects.values_list("key", "language", "channel"))
    new = [one for one in read_library() if (one["key"], one["language"], one["channel"]) not in there]
    for one in new:
        MessageTemplate.objects.create(**{"version": 1, **one})
    if new:
        record(LibraryDrafted(messages=len(new)), by=by, now=now)
    return len(new)
