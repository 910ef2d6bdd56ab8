"""A fact of the tests' own, and the tables that are only ever added to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db import connection

from frontdesk.daybook.facts import Fact

APPEND_ONLY = ("daybook_entry", "daybook_entrysubject", "daybook_link", "daybook_look")


@dataclass(frozen=True, kw_only=True)
class SomethingHappened(Fact):
    request_id: int
    patient_id: int | None = None
    day: date
    moment: datetime
    parts: tuple[str, ...] = ()


def a_fact(request_id: int = 7) -> SomethingHappened:
    moment = datetime(2026, 3, 3, 15, tzinfo=UTC)
    return SomethingHappened(request_id=request_id, day=date(2026, 3, 3), moment=moment, parts=("a", "b"))


def link_now() -> None:
    """Link the entries written so far, as the commit would that a test never reaches."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
