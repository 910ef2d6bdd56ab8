"""What a fact is. Each room declares its own in its `facts.py`."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Something that happened. Fields ending in `_id` say what it is about.

    `request_id=7` makes the entry findable as ("request", 7). Values are text, numbers, booleans,
    dates, aware datetimes, and lists or dicts of these.
    """

    @classmethod
    def kind(cls) -> str:
        return cls.__name__

    def subjects(self) -> Iterator[tuple[str, int]]:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.name.endswith("_id") and isinstance(value, int):
                yield field.name.removesuffix("_id"), value

    def as_json(self) -> dict[str, Any]:
        return {field.name: _plain(getattr(self, field.name)) for field in dataclasses.fields(self)}


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    return value


@dataclass(frozen=True)
class System:
    """An actor that is not a person: a named process of Frontdesk's own."""

    name: str
