"""The demo's log-ins on the log-in page, for as long as the database is a demo."""

from __future__ import annotations

from frontdesk.config.demo.accounts import PASSWORD, PEOPLE
from frontdesk.daybook.models import Entry


def demo_log_ins() -> list[dict[str, str]]:
    """Who may be tried; empty where no demo was loaded."""
    if not Entry.objects.filter(kind="DemoLoaded").exists():
        return []
    return [
        {"role": str(person.role.label), "username": person.username, "password": PASSWORD}
        for person in PEOPLE
    ]
