"""The triggers of the database refuse to change what was written, even to the owner of the tables."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from psycopg.errors import InsufficientPrivilege

from frontdesk.daybook.facts import System
from frontdesk.daybook.record import look, record
from tests.factories.daybook import APPEND_ONLY, a_fact, link_now
from tests.universe import NOW, Universe

pytestmark = pytest.mark.django_db

CHANGES = [
    "UPDATE daybook_entry SET actor_name = 'Somebody else'",
    "UPDATE daybook_entrysubject SET ref = 99",
    "UPDATE daybook_link SET digest = ''",
    "UPDATE daybook_look SET reason = ''",
    *(f"DELETE FROM {table}" for table in APPEND_ONLY),  # noqa: S608  our own names
]


@pytest.fixture
def written(universe: Universe) -> None:
    """At least one row in each of the four tables."""
    record(a_fact(), by=System("a clock"), now=NOW)
    look(by=universe.dan, kind="patient", ref=1, where="record page", now=NOW)
    link_now()


def _refused(sql: str) -> str:
    """The database's own code for the refusal."""
    with pytest.raises(ProgrammingError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert isinstance(refusal.value.__cause__, InsufficientPrivilege)
    return str(refusal.value)


@pytest.mark.parametrize("sql", CHANGES)
def test_a_trigger_refuses_the_owner(sql: str, written: None) -> None:
    assert "append-only" in _refused(sql)


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_a_trigger_refuses_the_owner_to_empty_a_table(table: str, written: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER no_truncate")  # see tests/conftest.py
    assert "append-only" in _refused(f"TRUNCATE {table} CASCADE")
