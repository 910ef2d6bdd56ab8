"""Writing in the daybook. `record` is called by every action, inside the action's transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model
from django.utils.module_loading import import_string

from frontdesk.accounts.models import User
from frontdesk.daybook.facts import Fact, System
from frontdesk.daybook.models import Entry, Look
from frontdesk.kit import rows

Actor = User | System
Reaction = Callable[..., None]

# Entries and what they are about in one statement: every action of every door waits for it. The cause of an entry is
# one that is there already (caused_by_id), or another of the same statement (cause, its place).
_WRITE = """
    WITH fact AS MATERIALIZED (
        SELECT nextval(pg_get_serial_sequence('daybook_entry', 'id')) AS id, one.* FROM json_to_recordset(%s::json) AS
            one (place integer, at timestamptz, actor_id bigint, actor_name text, kind text, facts jsonb, reason text,
                approved_by_id bigint, alternatives jsonb, rule_version text, caused_by_id bigint, cause integer,
                about json)
        ORDER BY place
    ), entry AS (
        INSERT INTO daybook_entry (id, at, actor_id, actor_name, kind, facts, reason, approved_by_id, alternatives,
            rule_version, caused_by_id)
        SELECT fact.id, fact.at, fact.actor_id, fact.actor_name, fact.kind, fact.facts, fact.reason,
            fact.approved_by_id, fact.alternatives, fact.rule_version, coalesce(fact.caused_by_id, other.id)
        FROM fact LEFT JOIN fact AS other ON other.place = fact.cause ORDER BY fact.place
    ), subject AS (
        INSERT INTO daybook_entrysubject (entry_id, kind, ref)
        SELECT fact.id, about.kind, about.ref FROM fact, json_to_recordset(fact.about) AS about (kind text, ref bigint)
    )
    SELECT id FROM fact ORDER BY place
"""


class _Mark:
    """Stands among the transaction's callbacks, of which a savepoint that is undone takes its own away again."""

    def __call__(self) -> None: ...


_Pair = tuple[Fact, Entry]
_waiting: ContextVar[list[tuple[_Pair, _Mark]] | None] = ContextVar(
    "facts that are not written yet", default=None
)


class NoTransaction(Exception):
    """A fact must be written in the same transaction as what it tells of."""


@cache
def _reactions() -> dict[type[Fact], Sequence[Reaction]]:
    """The one page that says who reacts to what: settings.FACT_REACTIONS names it by import path."""
    table: dict[type[Fact], Sequence[Reaction]] = import_string(settings.FACT_REACTIONS)
    return table


@contextmanager
def together() -> Iterator[None]:
    """Facts that are recorded inside are written when the block ends, in one statement, in the order they happened.

    The block is inside a transaction and no longer than it; until it ends its entries have no number. What a savepoint
    inside takes back is not written. In another such block it does nothing: the outer one writes. Raises NoTransaction.
    """
    if not connection.in_atomic_block:
        raise NoTransaction("Facts are written together inside a transaction.")
    if _waiting.get() is not None:
        yield
        return
    kept: list[tuple[_Pair, _Mark]] = []
    token = _waiting.set(kept)
    try:
        yield
    finally:
        _waiting.reset(token)
    standing = {id(callback) for _, callback, *_ in connection.run_on_commit}
    if pairs := [pair for pair, mark in kept if id(mark) in standing]:
        _write(pairs)


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
    of: Model | None = None,
) -> Entry:
    """Append `fact` to the daybook and run the reactions wired to it.

    `now` is an aware instant. `instead_of` lists the alternatives that were offered, as plain dicts. `of` is the row
    that the fact tells of, as it stands now: reactions find it as `entry.of` and need not read it again. They are
    called as `reaction(fact, entry=entry, by=by, now=now)`; they write rows or defer jobs and never touch the
    network. Raises NoTransaction outside of one.
    """
    if not connection.in_atomic_block:
        raise NoTransaction(f"{fact.kind()} was recorded outside a transaction.")
    entry = _entry(fact, by, now)
    entry.reason = because
    entry.approved_by = approved_by
    entry.alternatives = list(instead_of)
    entry.rule_version = rule_version
    entry.caused_by = caused_by
    entry.of = of
    _keep([(fact, entry)])
    for reaction in _reactions().get(type(fact), ()):
        reaction(fact, entry=entry, by=by, now=now)
    return entry


def record_each(*facts: Fact, by: Actor, now: datetime) -> list[Entry]:
    """As `record`, for several facts of one action that are written at once: in one statement for all of them."""
    if not connection.in_atomic_block:
        raise NoTransaction(f"{facts[0].kind()} was recorded outside a transaction.")
    pairs = [(fact, _entry(fact, by, now)) for fact in facts]
    _keep(pairs)
    for fact, entry in pairs:
        for reaction in _reactions().get(type(fact), ()):
            reaction(fact, entry=entry, by=by, now=now)
    return [entry for _, entry in pairs]


def _entry(fact: Fact, by: Actor, now: datetime) -> Entry:
    return Entry(
        kind=fact.kind(),
        facts=fact.as_json(),
        at=now,
        actor=by if isinstance(by, User) else None,
        actor_name=by.name,
        alternatives=[],
    )


def _keep(pairs: Sequence[_Pair]) -> None:
    """Write them now, or at the end of the block that writes them together."""
    kept = _waiting.get()
    if kept is None:
        _write(pairs)
        return
    for pair in pairs:
        mark = _Mark()
        transaction.on_commit(mark)
        kept.append((pair, mark))


def _write(pairs: Sequence[_Pair]) -> None:
    """Write entries in their order; each gets its number."""
    entries = [entry for _, entry in pairs]
    places = {id(entry): place for place, entry in enumerate(entries, 1)}
    written = [_written(fact, entry, places) for fact, entry in pairs]
    for entry, (number,) in zip(entries, rows.run(_WRITE, [rows.as_json(written)]), strict=True):
        entry.pk = number
        entry._state.adding, entry._state.db = False, connection.alias


def _written(fact: Fact, entry: Entry, places: dict[int, int]) -> dict[str, Any]:
    """An entry as the statement takes it; a cause that has no number yet is named by its place."""
    return {
        "place": places[id(entry)], "at": entry.at, "actor_id": entry.actor_id, "actor_name": entry.actor_name,
        "kind": entry.kind, "facts": entry.facts, "reason": entry.reason, "approved_by_id": entry.approved_by_id,
        "alternatives": entry.alternatives, "rule_version": entry.rule_version, "caused_by_id": entry.caused_by_id,
        "cause": places.get(id(entry.caused_by)) if entry.caused_by_id is None else None,
        "about": [{"kind": kind, "ref": ref} for kind, ref in set(fact.subjects())],
    }  # fmt: skip


def look(*, by: User, kind: str, ref: int, where: str, now: datetime, reason: str = "") -> Look:
    """Write down that `by` looked at a record. `where` names the page, never a patient."""
    row = Look(at=now, user=by, kind=kind, ref=ref, where=where[:120], reason=reason[:300])
    return rows.insert(row)


def look_at_each(*, by: User, kind: str, refs: Iterable[int], where: str, now: datetime) -> None:
    """As `look`, for every record that one answer showed."""
    rows.insert_many(
        [Look(at=now, user=by, kind=kind, ref=ref, where=where[:120]) for ref in dict.fromkeys(refs)]
    )
