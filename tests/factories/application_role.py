"""The role as which the application talks to the database, with the rights that set-up gives it and no more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from frontdesk.config.rights import grant_to

APPLICATION = "frontdesk_app_under_test"


@contextmanager
def application() -> Iterator[None]:
    """Inside, the database sees the application's role. It is made in the test's transaction and goes with it."""
    assert connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {APPLICATION}")
        cursor.execute(f"GRANT {APPLICATION} TO CURRENT_USER")
        grant_to(APPLICATION, connection)
        cursor.execute(f"SET ROLE {APPLICATION}")
        try:
            yield
        finally:
            cursor.execute("RESET ROLE")
