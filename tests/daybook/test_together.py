"""Facts that are written together: in one statement, in their order, and only those that stand."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection, transaction

from frontdesk.daybook.facts import System
from frontdesk.daybook.models import Entry
from frontdesk.daybook.record import NoTransaction, record, record_each, together
from frontdesk.kit import rows
from tests.factories.daybook import a_fact
from tests.universe import NOW, Universe

CLOCK, OTHER = System("a clock"), System("another clock")


class Undone(Exception):
    pass


def _numbers() -> list[int]:
    return [entry.facts["request_id"] for entry in _ours()]


def _ours() -> list[Entry]:
    return list(Entry.objects.filter(kind=a_fact().kind()).order_by("pk"))


@pytest.mark.django_db
def test_they_are_written_at_the_end_in_the_order_they_happened(universe: Universe) -> None:
    with together():
        first = record(a_fact(1), by=CLOCK, now=NOW)
        second, third = record_each(a_fact(2), a_fact(3), by=universe.bob, now=NOW)
        assert first._state.adding
        assert not _ours()
    assert _numbers() == [1, 2, 3]
    assert [first, second, third] == _ours()
    assert [entry.actor for entry in _ours()] == [None, universe.bob, universe.bob]
    assert list(Entry.objects.about("request", 2)) == [second]


@pytest.mark.django_db
def test_it_is_one_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    run = rows.run

    def heard(query: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        said.append(query)
        return run(query, values)

    monkeypatch.setattr(rows, "run", heard)
    with together():
        for number in range(5):
            record(a_fact(number), by=CLOCK, now=NOW)
        assert not said
    assert len(said) == 1
    assert _numbers() == [0, 1, 2, 3, 4]


@pytest.mark.django_db
def test_a_cause_is_found_inside_and_outside() -> None:
    before = record(a_fact(1), by=CLOCK, now=NOW)
    with together():
        cause = record(a_fact(2), by=CLOCK, now=NOW, caused_by=before)
        effect = record(a_fact(3), by=OTHER, now=NOW, caused_by=cause)
    effect.refresh_from_db()
    cause.refresh_from_db()
    assert (cause.caused_by, effect.caused_by) == (before, cause)


@pytest.mark.django_db
def test_what_a_savepoint_takes_back_is_not_written() -> None:
    with together():
        record(a_fact(1), by=CLOCK, now=NOW)
        with suppress(Undone), transaction.atomic():
            record(a_fact(2), by=CLOCK, now=NOW)
            with transaction.atomic():
                record(a_fact(3), by=CLOCK, now=NOW)
            raise Undone
        with transaction.atomic():
            record(a_fact(4), by=CLOCK, now=NOW)
    assert _numbers() == [1, 4]


@pytest.mark.django_db
def test_a_block_in_a_block_leaves_it_to_the_outer_one() -> None:
    with together():
        with together():
            record(a_fact(1), by=CLOCK, now=NOW)
        assert not _ours()
        record(a_fact(2), by=CLOCK, now=NOW)
    assert _numbers() == [1, 2]


@pytest.mark.django_db
def test_a_block_that_fails_writes_nothing_and_the_next_is_a_new_one() -> None:
    with suppress(Undone), transaction.atomic(), together():
        record(a_fact(1), by=CLOCK, now=NOW)
        raise Undone
    record(a_fact(2), by=CLOCK, now=NOW)
    assert _numbers() == [2]


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_it_is_refused() -> None:
    with pytest.raises(NoTransaction), together():
        pass


@pytest.mark.django_db(transaction=True)
def test_what_is_written_together_is_chained_like_the_rest() -> None:
    with transaction.atomic(), together():
        record(a_fact(1), by=CLOCK, now=NOW)
        record(a_fact(2), by=CLOCK, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM daybook_link")
        assert cursor.fetchone() == (2,)
