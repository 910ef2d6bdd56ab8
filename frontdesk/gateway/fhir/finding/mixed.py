"""A search that looks in two tables: one order, one count, one page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from frontdesk.daybook.models import EntrySubject
from frontdesk.gateway.fhir.dates import Span
from frontdesk.gateway.fhir.door import Call
from frontdesk.gateway.fhir.search import Asked, Term

Key = tuple[datetime, int, int]  # when, which table, which row


@dataclass(frozen=True)
class Part:
    """One of the tables. `at` is its column of instants by which the rows are put in order."""

    rows: QuerySet[Any]
    at: str


class Pair(NamedTuple):
    """A condition on the first table, and what it is on the second."""

    first: Q
    second: Q


Condition = Callable[[Term, Call], Pair]


def narrow(
    parts: Sequence[Part], asked: Asked, call: Call, conditions: Mapping[str, Condition]
) -> list[Part]:
    """The rows of both that fit every term."""
    found = list(parts)
    for term in asked.terms:
        key = f"{term.name}.{term.chain}" if term.chain else term.name
        fits = conditions[key](term, call)
        found = [replace(part, rows=part.rows.filter(one)) for part, one in zip(found, fits, strict=True)]
    return found


def changed(span: Span, since: Callable[[datetime], Q]) -> Q:
    """The span as a condition on when a row was last changed; `since(t)`: it was at t or later.

    Asked so, the daybook's index answers, and not each row's own last fact.
    """
    conditions = {
        "eq": lambda: since(span.low) & ~since(span.high), "ne": lambda: ~since(span.low) | since(span.high),
        "lt": lambda: ~since(span.low), "eb": lambda: ~since(span.low), "le": lambda: ~since(span.high),
        "ge": lambda: since(span.low), "gt": lambda: since(span.high), "sa": lambda: since(span.high),
    }  # fmt: skip
    return conditions[span.prefix]()


def touched(kind: str, moment: datetime) -> Q:
    """The daybook has a fact about it at the moment or later."""
    facts = EntrySubject.objects.filter(kind=kind, entry__at__gte=moment)
    return Q(pk__in=facts.values("ref"))


def page(
    parts: Sequence[Part], asked: Asked, *, back: bool = False
) -> tuple[list[Any], int, tuple[Any, ...] | None]:
    """The rows of this page, how many there are in all, and where the next page begins. `back`: the newest first."""
    total = sum(part.rows.count() for part in parts)
    if asked.only_total or not total:
        return [], total, None
    found = [
        ((getattr(row, part.at), rank, row.pk), row)
        for rank, part in enumerate(parts)
        for row in _some(part, rank, asked, back=back)
    ]
    found.sort(key=lambda one: one[0], reverse=back)
    shown = found[: asked.count]
    after = _as_json(shown[-1][0]) if len(found) > len(shown) else None
    return [row for _, row in shown], total, after


def _as_json(key: Key) -> tuple[Any, ...]:
    return key[0].isoformat(), key[1], key[2]


def _some(part: Part, rank: int, asked: Asked, *, back: bool) -> QuerySet[Any]:
    """Those of one table that can be on this page, and one more."""
    sign = "-" if back else ""
    beyond = part.rows.filter(_beyond(part.at, asked.after, rank, back=back))
    return beyond.order_by(f"{sign}{part.at}", f"{sign}pk")[: asked.count + 1]


def _beyond(column: str, after: tuple[Any, ...] | None, rank: int, *, back: bool) -> Q:
    """Rows of one table that come after the key."""
    if after is None:
        return Q()
    when, last_rank, pk = datetime.fromisoformat(after[0]), after[1], after[2]
    way = "lt" if back else "gt"
    later = Q(**{f"{column}__{way}": when})
    if rank == last_rank:
        return later | Q(**{column: when, f"pk__{way}": pk})
    return later | Q(**{column: when}) if (rank < last_rank) == back else later
