"""A kept connection is looked at before each request: quietly where it stands, and anew where it was closed."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import connections

from frontdesk.kit.postgresql.base import DatabaseWrapper


@pytest.fixture
def kept() -> Any:
    """A connection of its own to the tests' database."""
    made = connections["default"].copy()
    made.ensure_connection()
    yield made
    made.close()


def _statements(kept: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    execute = psycopg.Cursor.execute

    def heard(self: psycopg.Cursor[Any], query: Any, *more: Any, **named: Any) -> Any:
        said.append(str(query))
        return execute(self, query, *more, **named)

    for name in (psycopg.Cursor, psycopg.ClientCursor):
        monkeypatch.setattr(name, "execute", heard)
    return said


@pytest.mark.django_db(transaction=True)
def test_one_that_stands_is_not_asked(kept: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(kept, DatabaseWrapper)
    said = _statements(kept, monkeypatch)
    assert kept.is_usable()
    assert not said


@pytest.mark.django_db(transaction=True)
def test_one_that_the_server_ended_is_made_anew(kept: Any) -> None:
    pid = kept.connection.info.backend_pid
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    assert not kept.is_usable()
    kept.health_check_enabled, kept.health_check_done = True, False
    with kept.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone()[0] != pid


@pytest.mark.django_db(transaction=True)
def test_one_that_failed_is_asked(kept: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.errors_occurred = True
    said = _statements(kept, monkeypatch)
    assert kept.is_usable()
    assert said
