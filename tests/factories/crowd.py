"""Many clients at once: real threads, each with a real connection of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any, TypeVar

import psycopg
from django.db import connection

T = TypeVar("T")
_ONE_CROWD = 5_550_100  # the key of the lock below


class Crowd:
    """`size` threads that start each round together. Their connections live as long as the crowd."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._pool = ThreadPoolExecutor(size)

    def run(self, tasks: Sequence[Callable[[], T]]) -> list[T | Exception]:
        """Run all tasks at the same moment, one a thread; answer what each returned or raised, in order."""
        assert len(tasks) <= self.size, "a round has at most one task for each client"
        barrier = Barrier(len(tasks))

        def one(task: Callable[[], T]) -> T | Exception:
            barrier.wait(timeout=30)
            try:
                return task()
            except Exception as problem:  # noqa: BLE001  the tests judge what was raised
                return problem

        return list(self._pool.map(one, tasks))

    def close(self) -> None:
        self.run([_close_own] * self.size)
        self._pool.shutdown()


def _close_own() -> None:
    """Django keeps one connection for each thread: this is the one of whoever calls."""
    connection.close()


@contextmanager
def crowd(size: int) -> Iterator[Crowd]:
    """A crowd that is alone on the server, since two of fifty would use up its hundred connections."""
    params: dict[str, Any] = connection.get_connection_params()
    wanted = {key: params[key] for key in ("user", "password", "host", "port") if params.get(key)}
    with psycopg.connect(**wanted, dbname="postgres", autocommit=True) as alone:
        alone.execute("SELECT pg_advisory_lock(%s)", [_ONE_CROWD])
        crowd = Crowd(size)
        try:
            yield crowd
        finally:
            crowd.close()
