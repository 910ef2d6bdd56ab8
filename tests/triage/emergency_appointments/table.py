"""The table as it is read: one row for each of the 28 scenarios, and nothing in it that nobody reads."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("table.toml")
IDS = tuple(f"EA-{number:02}" for number in range(1, 29))


@dataclass(frozen=True)
class Row:
    """One scenario. `then` is what happens next, in sentences of sentences.py; `not_yet` what is not built."""

    id: str
    title: str
    caller: str = ""
    who: str = ""
    english: str = ""
    spanish: str = ""
    kind: str = "Symptom"
    comes: str = "calls"
    answers: dict[str, str] = field(default_factory=dict)
    lane: str = ""
    rule: str = ""
    script: str = ""
    asked: str = ""
    within_minutes: int = 0
    queue: str = ""
    seen_by: list[str] = field(default_factory=list)
    hidden_from: list[str] = field(default_factory=list)
    before_closing: list[str] = field(default_factory=list)
    booked: str = ""
    then: list[str] = field(default_factory=list)
    ends: str = ""
    not_yet: str = ""

    @property
    def calls(self) -> list[tuple[str, str]]:
        """(language, words) of each way in which the row is said."""
        said = (("English", self.english), ("Spanish", self.spanish))
        return [(language, words) for language, words in said if words]


def read() -> list[Row]:
    """The rows in their order. Raises TypeError for a field that a row does not have."""
    content = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return [_row(id_, part) for id_, part in content.items()]


def _row(id_: str, part: dict[str, Any]) -> Row:
    known = {one.name for one in fields(Row)}
    if strangers := part.keys() - known:
        raise TypeError(f"{id_} has fields that nobody reads: {', '.join(sorted(strangers))}")
    return Row(id=id_, **part)
