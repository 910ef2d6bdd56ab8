"""The role as which the application talks to the database, with the rights that set-up gives it and no more."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

from frontdesk.config.rights import grant_to

EMBEDDED = "frontdesk_app"  # made with the embedded cluster, which lets no other role of ours in
MADE = "frontdesk_app_under_test"


@contextmanager
def application() -> Iterator[psycopg.Connection]:
    """A connection of the application's own; what it does is rolled back. Called outside any transaction."""
    assert not connection.in_atomic_block
    with _role() as (role, password), psycopg.connect(**_params(role, password)) as own:
        grant_to(role, connection)
        yield own
        own.rollback()


def _params(role: str, password: str) -> dict[str, Any]:
    found = connection.get_connection_params()
    kept = {key: found[key] for key in ("dbname", "host", "port") if found.get(key)}
    return {**kept, "user": role, "password": password}


@contextmanager
def _role() -> Iterator[tuple[str, str]]:
    """A role with its password: the embedded cluster's own, or one made for this test on another server."""
    password = secrets.token_urlsafe(20)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [EMBEDDED])
        if cursor.fetchone():
            yield EMBEDDED, ""
            return
        cursor.execute(f"CREATE ROLE {MADE} LOGIN PASSWORD '{password}'")
        cursor.execute(f"GRANT {MADE} TO CURRENT_USER")
        try:
            yield MADE, password
        finally:
            cursor.execute(f"DROP OWNED BY {MADE}")
            cursor.execute(f"DROP ROLE {MADE}")
