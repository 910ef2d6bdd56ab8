"""The pages of time beside each other: templates, absences, kept time, closures, discrepancies."""

from __future__ import annotations

from django.urls import reverse

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission

TABS = (
    ("desk:time", "Templates", Permission.USE_DESK),
    ("desk:absences", "Absences and blocks", Permission.RECORD_ABSENCES),
    ("desk:kept", "Kept time", Permission.USE_DESK),
    ("desk:closures", "Closures", Permission.USE_DESK),
    ("desk:discrepancies", "Discrepancies", Permission.USE_DESK),
)


def tabs(user: User, here: str) -> list[tuple[str, str, bool]]:
    """(address, name, is this page) of those that the person may open."""
    return [(reverse(name), title, name == here) for name, title, needs in TABS if user.may(needs)]
