"""Has anything about the clinic changed since somebody last looked? So that what was read can be remembered."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

from django.db import connection
from psycopg import Cursor

Marks = tuple[str, int, int]
T = TypeVar("T")
_read: ContextVar[dict[Hashable, Any] | None] = ContextVar("what was read once", default=None)

# The number of the marks and a fingerprint of their set: a mark is random, so no other set has the same.
_MARKS = "SELECT count(*), coalesce(bit_xor(uuid_hash_extended(mark, 0)), 0) FROM clinic_change"


def marks() -> Marks:
    """What stands for the state of the clinic's resources, visit types and slot classes as this transaction sees it.

    Two equal answers mean that nothing about them was changed in between; a change that was undone counts as one
    only as long as it stood. Other tables are not watched: see the migrations `0003_changes` and `triage/0007_marks`.
    """
    return once("marks", _look)


def once(what: Hashable, look: Callable[[], T]) -> T:
    """What `look` finds; inside `read_once` it is asked for once, and found again by the name `what`."""
    seen = _read.get()
    if seen is None:
        return look()
    if what not in seen:
        seen[what] = look()
    return cast(T, seen[what])


@contextmanager
def read_once() -> Iterator[None]:
    """Inside, the marks are read once, and what is at hand of a patient: for one booking, or one question of a machine.

    Nothing inside may change what is watched, or a patient's own record, and it is never longer than one answer.
    """
    token = _read.set({}) if _read.get() is None else None
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
