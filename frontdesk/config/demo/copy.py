"""Rows into tables by COPY, with numbers from the tables' own sequences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from psycopg import sql

from frontdesk.kit.errors import Refused
from frontdesk.kit.progress import Progress


def copy_rows(
    table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], bar: Progress | None = None
) -> None:
    """Append `rows`, each in the order of `columns`, to `table`. `bar` counts them."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            if bar:
                bar.add()


class FromSequences:
    """Numbers for new rows, from each table's own sequence, so that the sequences are right afterwards."""

    def take(self, table: str, count: int) -> range:
        """The next `count` numbers of `table`, without a gap. The caller holds the table's lock."""
        if not count:
            return range(0)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT min(number), max(number) FROM"
                " (SELECT nextval(pg_get_serial_sequence(%s, 'id')) AS number FROM generate_series(1, %s)) AS taken",
                [table, count],
            )
            first, last = cursor.fetchone()
        if last - first != count - 1:
            raise Refused("Somebody else is adding records at this moment. Try again when nobody works here.")
        return range(first, last + 1)
