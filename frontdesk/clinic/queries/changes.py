"""Has anything about the clinic changed since somebody last looked? So that what was read can be remembered."""

from __future__ import annotations

from django.db import connection
from psycopg import Cursor

Marks = tuple[str, int, int]

# The number of the marks and a fingerprint of their set: a mark is random, so no other set has the same.
_MARKS = "SELECT count(*), coalesce(bit_xor(uuid_hash_extended(mark, 0)), 0) FROM clinic_change"


def marks() -> Marks:
    """What stands for the state of the clinic's resources, visit types and slot classes as this transaction sees it.

    Two equal answers mean that nothing about them was changed in between; a change that was undone counts as one
    only as long as it stood. Other tables are not watched: see the migration `0003_changes`.
    """
    connection.ensure_connection()
    with Cursor(connection.connection) as cursor:
        ((count, fingerprint),) = cursor.execute(_MARKS, binary=True, prepare=True).fetchall()
    return str(connection.settings_dict["NAME"]), count, fingerprint
