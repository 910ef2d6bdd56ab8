"""What the application's own role may do with the daybook: read and add, nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from pytest_django.plugin import DjangoDbBlocker

from tests.factories.application_role import application
from tests.factories.daybook import APPEND_ONLY

pytestmark = pytest.mark.django_db

INSERT = """
INSERT INTO daybook_entry (kind, facts, at, actor_name, reason, alternatives, rule_version)
VALUES ('SomethingHappened', '{}', now(), 'a clock', '', '[]', '') RETURNING id
"""
REFUSED = [
    "UPDATE daybook_entry SET actor_name = 'Somebody else'",
    "UPDATE daybook_entrysubject SET ref = 99",
    "UPDATE daybook_link SET digest = ''",
    "UPDATE daybook_look SET reason = ''",
    "INSERT INTO daybook_link (seq, entry_id, previous, digest) VALUES (9999, 1, '', '')",
    *(f"DELETE FROM {table}" for table in APPEND_ONLY),  # noqa: S608  our own names
    *(f"TRUNCATE {table} CASCADE" for table in APPEND_ONLY),
    *(f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in APPEND_ONLY),
    *(f"DROP TABLE {table} CASCADE" for table in APPEND_ONLY),
    "DROP FUNCTION daybook_refuse() CASCADE",
]


@pytest.fixture(scope="module")
def own(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[psycopg.Connection]:
    """The application's connection; no test commits on it."""
    with django_db_blocker.unblock(), application() as connected:
        yield connected


@pytest.mark.parametrize("sql", REFUSED)
def test_it_may_not_change_the_daybook_or_its_guards(own: psycopg.Connection, sql: str) -> None:
    with pytest.raises(InsufficientPrivilege):
        own.execute(sql.encode())
    own.rollback()


def test_it_may_read_and_add_and_the_database_links_what_it_adds(own: psycopg.Connection) -> None:
    (entry,) = own.execute(INSERT).fetchone() or (0,)
    own.execute("SET CONSTRAINTS ALL IMMEDIATE")
    links = own.execute("SELECT count(*) FROM daybook_link WHERE entry_id = %s", [entry]).fetchone()
    own.rollback()
    assert links == (1,)


def test_it_may_work_in_every_other_table(own: psycopg.Connection) -> None:
    own.execute("INSERT INTO clinic_specialty (code, name) VALUES ('x', 'X')")
    own.execute("UPDATE clinic_specialty SET name = 'Y'")
    own.execute("DELETE FROM clinic_specialty")
    own.rollback()
