"""The message library in force."""

from __future__ import annotations

from datetime import datetime

from frontdesk.accounts.models import User
from frontdesk.outreach.library import read_library
from frontdesk.outreach.models import MessageTemplate


def library(*, approved_by: User, at: datetime) -> None:
    """Every message that Frontdesk ships, approved."""
    MessageTemplate.objects.bulk_create(
        MessageTemplate(**one, version=1, approved_at=at, approved_by=approved_by, in_force_from=at)
        for one in read_library()
    )
