"""The floor under every write: one row of one number, and a commit, over psycopg alone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from bench.timing import Timing, measure

TABLE = "bench_floor"


@contextmanager
def floor_table(url: str) -> Iterator[None]:
    """A table for the empty commits, while the block runs."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE TABLE IF NOT EXISTS {TABLE} (n integer)")
        try:
            yield
        finally:
            connection.execute(f"DROP TABLE {TABLE}")


def empty_commit(url: str) -> Timing:
    """One connection, one commit after the other."""
    with floor_table(url), psycopg.connect(url) as connection:

        def commit() -> None:
            connection.execute(f"INSERT INTO {TABLE} VALUES (1)")
            connection.commit()

        return measure(commit, runs=200)


def commit_many(url: str, count: int) -> list[float]:
    """Seconds of each of `count` empty commits on a connection of their own; the table must be there."""
    seconds = []
    with psycopg.connect(url) as connection:
        for _ in range(count):
            begun = time.perf_counter()
            connection.execute(f"INSERT INTO {TABLE} VALUES (1)")
            connection.commit()
            seconds.append(time.perf_counter() - begun)
    return seconds
