"""Reading and writing rows on the paths that are run hundreds of times a second.

The ORM writes the text of a statement anew each time, and PostgreSQL parses and plans it anew. Here the text is made
once of the model's own columns, and the statement is prepared once for each connection (ADR 010). What is written is
what `save` and `bulk_create` write; signals are not sent, and nothing here is for models that extend another.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

import orjson
from django.core.serializers.json import DjangoJSONEncoder
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


def as_json(value: Any) -> str:
    """As JSON, for `%s::json`: dates, times and choices too. Half a character is left for the database to refuse."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(value, cls=DjangoJSONEncoder)


def read(model: type[M], rest: str, values: Iterable[Any] = ()) -> list[M]:
    """Whole rows of one table; `rest` is what follows FROM: its WHERE, ORDER BY and lock."""
    names = _attributes(model)
    rows = run(f"SELECT {_columns(model)} FROM {_table(model)} {rest}", values)  # noqa: S608  our own names
    return [model.from_db(connection.alias, names, row) for row in rows]


def insert(row: M, *, then: str = "") -> M:
    """Write one new row, which gets its number. `then` is an SQL expression, run with that number as `made.own`."""
    statement, fields = _insert(type(row), then)
    ((row.pk, *_),) = run(statement, [_prepared(field, row) for field in fields])
    row._state.adding, row._state.db = False, connection.alias
    return row


def insert_with(row: M, *parts: Sequence[Model]) -> M:
    """Write one new row, and the new rows that refer to it, in one statement; each part is rows of one model.

    The row gets its number, and the rows of the parts get it as theirs to refer to; a row that is a part by itself gets
    its own number too. Raises TypeError for a part without rows.
    """
    if not all(parts):
        raise TypeError("A part has at least one row.")
    statement, fields, links = _insert_with(type(row), tuple(type(part[0]) for part in parts))
    values = [_prepared(field, row) for field in fields]
    ((row.pk, *numbers),) = run(statement, [*values, *map(_of_columns, parts)])
    row._state.adding, row._state.db = False, connection.alias
    for part, number, link in zip(parts, numbers, links, strict=True):
        for one in part:
            setattr(one, link, row.pk)
        if len(part) == 1:
            part[0].pk, part[0]._state.adding, part[0]._state.db = number, False, connection.alias
    return row


def insert_many(rows: Sequence[Model]) -> None:
    """Write new rows of one model in one statement. They do not get their numbers."""
    if rows:
        run(_insert_many(type(rows[0])), [_of_columns(rows)])


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
def _insert(model: type[Model], then: str = "") -> tuple[str, tuple[Field[Any, Any], ...]]:
    fields = _written(model)
    places = ", ".join(["%s"] * len(fields))
    statement = f"{_into(model)} VALUES ({places}) RETURNING {_name(model._meta.pk)} AS own"
    return (f"WITH made AS ({statement}) SELECT own, {then} FROM made" if then else statement), fields  # noqa: S608  our own text


@cache
def _update(
    model: type[Model], attributes: tuple[str, ...]
) -> tuple[str, tuple[Field[Any, Any], ...], Field[Any, Any]]:
    named = {name: field for field in _fields(model) for name in (field.name, field.attname)}
    fields, key = tuple(named[name] for name in attributes), model._meta.pk
    columns = ", ".join(f"{_name(field)} = %s" for field in fields)
    return f"UPDATE {_table(model)} SET {columns} WHERE {_name(key)} = %s", fields, key  # noqa: S608  our own names


@cache
def _insert_many(model: type[Model]) -> str:
    return f"{_into(model)} SELECT {_given(model)} FROM {_read_as_json(model)}"  # noqa: S608  our own names


@cache
def _insert_with(
    model: type[Model], parts: tuple[type[Model], ...]
) -> tuple[str, tuple[Field[Any, Any], ...], tuple[str, ...]]:
    statement, fields = _insert(model)
    links = [_link(part, model) for part in parts]
    steps = [
        f"made AS ({statement})",
        *(f"part{place} AS ({_part(*one)})" for place, one in enumerate(zip(parts, links, strict=True))),
    ]
    numbers = ["own", *(f"(SELECT min(own) FROM part{place})" for place in range(len(parts)))]  # noqa: S608  our own names
    whole = f"WITH {', '.join(steps)} SELECT {', '.join(numbers)} FROM made"  # noqa: S608  our own names
    return whole, fields, tuple(one.attname for one in links)


def _part(model: type[Model], link: Field[Any, Any]) -> str:
    given = f"{_into(model)} SELECT {_given(model, link)} FROM made, {_read_as_json(model)}"  # noqa: S608  our own names
    return f"{given} RETURNING {_name(model._meta.pk)} AS own"


def _link(part: type[Model], model: type[Model]) -> Field[Any, Any]:
    """The one column of the part that refers to the model."""
    (found,) = (field for field in _fields(part) if field.related_model is model)
    return found


def _into(model: type[Model]) -> str:
    return f"INSERT INTO {_table(model)} ({', '.join(map(_name, _written(model)))})"


def _written(model: type[Model]) -> tuple[Field[Any, Any], ...]:
    return tuple(field for field in _fields(model) if not field.primary_key)


def _given(model: type[Model], link: Field[Any, Any] | None = None) -> str:
    return ", ".join("made.own" if field is link else f"one.{_name(field)}" for field in _written(model))


def _read_as_json(model: type[Model]) -> str:
    """The rows of a JSON array as rows of the table: what is too long is refused, and not cut as a cast would."""
    return f"json_populate_recordset(NULL::{_table(model)}, %s::json) AS one"


def _of_columns(rows: Sequence[Model]) -> str:
    """The rows as a JSON array of objects by column, without their numbers."""
    fields = _written(type(rows[0]))
    return as_json([{str(field.column): getattr(row, field.attname) for field in fields} for row in rows])
