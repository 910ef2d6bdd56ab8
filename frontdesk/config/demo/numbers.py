"""Where new rows get their numbers from."""

from __future__ import annotations

from collections import defaultdict
from typing import Protocol


class Numbers(Protocol):
    """Gives numbers that nobody else has: `take("people_patient", 3)` is a range of three."""

    def take(self, table: str, count: int) -> range: ...


class Counting:
    """Numbers from 1 on, in each table: what an empty database would give."""

    def __init__(self) -> None:
        self._given: dict[str, int] = defaultdict(int)

    def take(self, table: str, count: int) -> range:
        first = self._given[table] + 1
        self._given[table] += count
        return range(first, first + count)
