"""The role as which the application talks to the database, with the rights that set-up gives it and no more."""

from __future__ import annotations

from django.db import connection
from django.db.backends.utils import CursorWrapper

APPLICATION = "frontdesk_app_under_test"

_GRANTS = f"""
GRANT USAGE ON SCHEMA public TO {APPLICATION};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APPLICATION};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APPLICATION};
REVOKE UPDATE, DELETE, TRUNCATE ON daybook_entry, daybook_entrysubject, daybook_look FROM {APPLICATION};
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON daybook_link FROM {APPLICATION};
"""


def grant_all(cursor: CursorWrapper) -> None:
    """Make the role inside the test's own transaction, so that it goes when the test ends."""
    assert connection.in_atomic_block
    cursor.execute(f"CREATE ROLE {APPLICATION}")
    cursor.execute(f"GRANT {APPLICATION} TO CURRENT_USER")
    cursor.execute(_GRANTS)
