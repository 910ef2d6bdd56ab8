"""Reading and writing rows on the paths that are run hundreds of times a second.

The ORM writes the text of a statement anew each time, and PostgreSQL parses and plans it anew. Here the text is made
once of the model's own columns, and the statement is prepared once for each connection (ADR 010). What is written is
what `save` and `bulk_create` write; signals are not sent, and nothing here is for models that extend another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Field, Model
from psycopg import Cursor
from psycopg.types.numeric import Int8

M = TypeVar("M", bound=Model)


def run(query: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
    """Run one statement, prepared, on Django's connection and in its transaction; the rows that it answers.

    Values come and go in the driver's own binary form: JSON and arrays as Python's own. Raises django.db's errors.
    """
    db = connections[DEFAULT_DB_ALIAS]
    db.ensure_connection()
    db.validate_no_broken_transaction()
    # A statement is prepared for the types of its values, and the driver would take a type by the size of a number.
    fixed = [Int8(one) if type(one) is int else one for one in values]
    with db.wrap_database_errors, Cursor(db.connection) as cursor:
        cursor.execute(query, fixed, binary=True, prepare=True)
        result = cursor.pgresult
        return cursor.fetchall() if result is not None and result.nfields else []


def ids(numbers: Iterable[int | None]) -> str:
    """Numbers as PostgreSQL writes an array, for `%s::bigint[]`."""
    return f"{{{','.join('NULL' if one is None else str(one) for one in numbers)}}}"


def read(model: type[M], rest: str, values: Iterable[Any] = ()) -> list[M]:
    """Whole rows of one table; `rest` is what follows FROM: its WHERE, ORDER BY and lock."""
    names = _attributes(model)
    rows = run(f"SELECT {_columns(model)} FROM {_table(model)} {rest}", values)  # noqa: S608  our own names
    return [model.from_db(connection.alias, names, row) for row in rows]


def insert(row: M) -> M:
    """Write one new row, which gets its number."""
    statement, fields = _insert(type(row))
    ((row.pk,),) = run(statement, [_prepared(field, row) for field in fields])
    row._state.adding, row._state.db = False, connection.alias
    return row


def insert_many(rows: Sequence[Model]) -> None:
    """Write new rows of one model in one statement. They do not get their numbers."""
    if not rows:
        return
    statement, fields = _insert_many(type(rows[0]))
    run(statement, [[_prepared(field, row) for row in rows] for field in fields])


def update(row: Model, *attributes: str) -> None:
    """Write these columns of one row that is there, as they now stand."""
    statement, fields, key = _update(type(row), attributes)
    run(statement, [*(_prepared(field, row) for field in fields), _prepared(key, row)])


def _prepared(field: Field[Any, Any], row: Model) -> Any:
    return field.get_db_prep_save(getattr(row, field.attname), connection)


def _table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _name(field: Field[Any, Any]) -> str:
    return connection.ops.quote_name(str(field.column))


@cache
def _fields(model: type[Model]) -> tuple[Field[Any, Any], ...]:
    if model._meta.parents:
        raise TypeError(f"{model.__name__} extends another model: use the ORM.")
    return tuple(model._meta.concrete_fields)


@cache
def _attributes(model: type[Model]) -> list[str]:
    return [field.attname for field in _fields(model)]


@cache
def _columns(model: type[Model]) -> str:
    return ", ".join(_name(field) for field in _fields(model))


@cache
def _insert(model: type[Model]) -> tuple[str, tuple[Field[Any, Any], ...]]:
    fields = tuple(field for field in _fields(model) if not field.primary_key)
    columns, places = ", ".join(map(_name, fields)), ", ".join(["%s"] * len(fields))
    into = f"INSERT INTO {_table(model)} ({columns})"
    return f"{into} VALUES ({places}) RETURNING {_name(model._meta.pk)}", fields


@cache
def _update(
    model: type[Model], attributes: tuple[str, ...]
) -> tuple[str, tuple[Field[Any, Any], ...], Field[Any, Any]]:
    named = {name: field for field in _fields(model) for name in (field.name, field.attname)}
    fields, key = tuple(named[name] for name in attributes), model._meta.pk
    columns = ", ".join(f"{_name(field)} = %s" for field in fields)
    return f"UPDATE {_table(model)} SET {columns} WHERE {_name(key)} = %s", fields, key  # noqa: S608  our own names


@cache
def _insert_many(model: type[Model]) -> tuple[str, tuple[Field[Any, Any], ...]]:
    """One array for each column. Of a type's length nothing is said: a cast to it would cut what is too long."""
    fields = tuple(field for field in _fields(model) if not field.primary_key)
    types = [str(field.db_type(connection)).partition("(")[0] for field in fields]
    if any(one.endswith("[]") for one in types):
        raise TypeError(f"{model.__name__} has arrays: use the ORM.")
    columns, arrays = ", ".join(map(_name, fields)), ", ".join(f"%s::{one}[]" for one in types)
    into = f"INSERT INTO {_table(model)} ({columns})"
    return f"{into} SELECT * FROM unnest({arrays})", fields  # noqa: S608  our own names
