"""Writing in the daybook. `record` is called by every action, inside the action's transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from frontdesk.accounts.models import User
from frontdesk.daybook.facts import Fact, System
from frontdesk.daybook.models import Entry, EntrySubject, Look

Actor = User | System
Reaction = Callable[..., None]


class NoTransaction(Exception):
    """A fact must be written in the same transaction as what it tells of."""


@cache
def _reactions() -> dict[type[Fact], Sequence[Reaction]]:
    """The one page that says who reacts to what: settings.FACT_REACTIONS names it by import path."""
    table: dict[type[Fact], Sequence[Reaction]] = import_string(settings.FACT_REACTIONS)
    return table


def record(
    fact: Fact,
    *,
    by: Actor,
    now: datetime,
    because: str = "",
    approved_by: User | None = None,
    instead_of: Iterable[dict[str, Any]] = (),
    rule_version: str = "",
    caused_by: Entry | None = None,
) -> Entry:
    """Append `fact` to the daybook and run the reactions wired to it.

    `now` is an aware instant. `instead_of` lists the alternatives that were offered, as plain dicts.
    Reactions are called as `reaction(fact, entry=entry, by=by, now=now)`; they write rows or defer jobs
    and never touch the network. Raises NoTransaction outside of one.
    """
    if not connection.in_atomic_block:
        raise NoTransaction(f"{fact.kind()} was recorded outside a transaction.")
    entry = Entry.objects.create(
        kind=fact.kind(),
        facts=fact.as_json(),
        at=now,
        actor=by if isinstance(by, User) else None,
        actor_name=by.name,
        reason=because,
        approved_by=approved_by,
        alternatives=list(instead_of),
        rule_version=rule_version,
        caused_by=caused_by,
    )
    subjects = [EntrySubject(entry=entry, kind=kind, ref=ref) for kind, ref in set(fact.subjects())]
    EntrySubject.objects.bulk_create(subjects)
    for reaction in _reactions().get(type(fact), ()):
        reaction(fact, entry=entry, by=by, now=now)
    return entry


def look(*, by: User, kind: str, ref: int, where: str, now: datetime, reason: str = "") -> Look:
    """Write down that `by` looked at a record. `where` names the page, never a patient."""
    return Look.objects.create(at=now, user=by, kind=kind, ref=ref, where=where[:120], reason=reason[:300])
