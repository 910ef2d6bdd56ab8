"""Has anything about the clinic changed since somebody last looked? So that what was read can be remembered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection
from psycopg import Cursor

Marks = tuple[str, int, int]
_read: ContextVar[list[Marks] | None] = ContextVar("marks", default=None)

# The number of the marks and a fingerprint of their set: a mark is random, so no other set has the same.
_MARKS = "SELECT count(*), coalesce(bit_xor(uuid_hash_extended(mark, 0)), 0) FROM clinic_change"


def marks() -> Marks:
    """What stands for the state of the clinic's resources, visit types and slot classes as this transaction sees it.

    Two equal answers mean that nothing about them was changed in between; a change that was undone counts as one
    only as long as it stood. Other tables are not watched: see the migrations `0003_changes` and `triage/0007_marks`.
    """
    seen = _read.get()
    if seen is None:
        return _look()
    if not seen:
        seen.append(_look())
    return seen[0]


@contextmanager
def read_once() -> Iterator[None]:
    """Inside, the marks are read once: for one booking, or one question of a machine, which asks for them a dozen times.

    Nothing inside may change what is watched, and it is never longer than one answer.
    """
    token = _read.set([]) if _read.get() is None else None
    try:
        yield
    finally:
        if token is not None:
            _read.reset(token)


def _look() -> Marks:
    connection.ensure_connection()
    with Cursor(connection.connection) as cursor:
        ((count, fingerprint),) = cursor.execute(_MARKS, binary=True, prepare=True).fetchall()
    return str(connection.settings_dict["NAME"]), count, fingerprint
