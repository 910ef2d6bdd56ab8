"""What the application's own role may do in the database. The tables belong to another role, the owner."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.management.base import CommandError
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from frontdesk.up.problems import ExitCode

APPEND_ONLY = ("daybook_entry", "daybook_entrysubject", "daybook_look")
CHAIN = "daybook_link"
"""Written by the database itself when a transaction commits; the application only reads it."""

_OWN = """
SELECT c.relkind IN ('S'), c.relname FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
  AND pg_has_role(c.relowner, 'USAGE')
ORDER BY c.relname
"""
_OWN_FUNCTIONS = """
SELECT p.oid::regprocedure::text FROM pg_proc p
WHERE p.pronamespace = 'public'::regnamespace AND p.prokind = 'f' AND pg_has_role(p.proowner, 'USAGE')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
ORDER BY 1
"""


def grant_to(role: str, owner: BaseDatabaseWrapper) -> None:
    """Give `role` what the application needs and no more; `owner` is a connection as the tables' owner.

    It may read and write rows everywhere, but in the daybook only read and append: not change, delete or
    truncate. Running it again changes nothing. Raises CommandError where there is no such role.
    """
    with transaction.atomic(using=owner.alias), owner.cursor() as cursor:
        cursor.execute(
            "SELECT current_user = %s, EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", [role, role]
        )
        is_owner, exists = cursor.fetchone()
        if is_owner:
            return
        if not exists:
            raise CommandError(
                f"The database has no role “{role}”: create it, or set FRONTDESK_APP_ROLE.",
                returncode=ExitCode.DATABASE,
            )
        cursor.execute("SELECT has_schema_privilege(%s, 'public', 'USAGE')", [role])
        if not cursor.fetchone()[0]:
            cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.Identifier(role)))
        _grant(sql.Identifier(role), cursor)


def _grant(role: sql.Identifier, cursor: CursorWrapper) -> None:
    cursor.execute(_OWN)
    own = cursor.fetchall()
    tables = [name for is_sequence, name in own if not is_sequence]
    sequences = [name for is_sequence, name in own if is_sequence]
    cursor.execute(_OWN_FUNCTIONS)
    functions = [sql.SQL(name) for (name,) in cursor.fetchall()]
    free = [name for name in tables if name not in (*APPEND_ONLY, CHAIN)]
    kept = [name for name in tables if name in (*APPEND_ONLY, CHAIN)]
    appended = [name for name in tables if name in APPEND_ONLY]
    for statement, names in (
        ("GRANT SELECT, INSERT, UPDATE, DELETE ON {} TO {}", _identifiers(free)),
        ("REVOKE ALL ON {} FROM {}", _identifiers(kept)),
        ("GRANT SELECT ON {} TO {}", _identifiers(kept)),
        ("GRANT INSERT ON {} TO {}", _identifiers(appended)),
        ("GRANT USAGE, SELECT ON SEQUENCE {} TO {}", _identifiers(sequences)),
        ("GRANT EXECUTE ON FUNCTION {} TO {}", functions),
    ):
        if names:
            cursor.execute(sql.SQL(statement).format(sql.SQL(", ").join(names), role))
    for what, rights in (("TABLES", "SELECT, INSERT, UPDATE, DELETE"), ("SEQUENCES", "USAGE, SELECT")):
        cursor.execute(
            sql.SQL(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rights} ON {what} TO {{}}").format(
                role
            )
        )


def _identifiers(names: Iterable[str]) -> list[sql.Identifier]:
    return [sql.Identifier("public", name) for name in names]
