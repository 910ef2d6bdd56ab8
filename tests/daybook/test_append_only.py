"""The database refuses to change what was written, to the application and to the tables' owner."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from psycopg.errors import InsufficientPrivilege

from frontdesk.daybook.facts import System
from frontdesk.daybook.models import Entry
from frontdesk.daybook.record import look, record
from frontdesk.daybook.verify import verify
from tests.factories.application_role import application
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


@pytest.mark.parametrize("sql", [*CHANGES, *(f"TRUNCATE {table} CASCADE" for table in APPEND_ONLY)])
def test_the_application_may_not_change_the_daybook(sql: str, written: None) -> None:
    with application():
        assert "permission denied" in _refused(sql)


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_application_may_not_switch_the_guard_off(table: str, written: None) -> None:
    with application():
        assert "must be owner" in _refused(f"ALTER TABLE {table} DISABLE TRIGGER ALL")


def test_the_application_may_write_and_its_entries_are_chained(written: None) -> None:
    before = verify()
    with application():
        entry = record(a_fact(), by=System("a clock"), now=NOW)
        link_now()
    after = verify()
    assert Entry.objects.filter(pk=entry.pk).exists()
    assert after.sound and after.entries == before.entries + 1


def test_the_application_may_not_write_a_link_by_hand(written: None) -> None:
    insert = "INSERT INTO daybook_link (seq, entry_id, previous, digest) SELECT 9999, max(id), '', '' FROM daybook_entry"
    with application():
        assert "permission denied" in _refused(insert)


@pytest.mark.parametrize("sql", CHANGES)
def test_a_trigger_refuses_the_owner_too(sql: str, written: None) -> None:
    assert "append-only" in _refused(sql)


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_a_trigger_refuses_the_owner_to_empty_a_table(table: str, written: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER no_truncate")  # see tests/conftest.py
    assert "append-only" in _refused(f"TRUNCATE {table} CASCADE")
