"""A FHIR Timing as days of the week and hours of the day that suit."""

from __future__ import annotations

import re
from typing import Any

from frontdesk.gateway.fhir.given import bad
from frontdesk.gateway.fhir.reading import text

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = frozenset(range(7))
_WHEN = {
    "MORN": (6, 12), "MORN.early": (6, 9), "MORN.late": (9, 12), "NOON": (11, 14), "AFT": (12, 18),
    "AFT.early": (12, 15), "AFT.late": (15, 18), "EVE": (17, 22), "EVE.early": (17, 20), "EVE.late": (19, 22),
    "NIGHT": (21, 24),
}  # fmt: skip
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?", re.ASCII)
_USED = {"dayOfWeek", "timeOfDay", "when"}


def read_timing(value: Any, notes: list[str]) -> tuple[frozenset[int], tuple[int, int] | None]:
    """Weekdays (0 is Monday) and local hours [from, to), None for any. Raises Problem (400).

    Of several times or parts of the day, the hours from the first to the last are meant.
    """
    if value is None:
        return EVERY_DAY, None
    repeat = value.get("repeat", {}) if isinstance(value, dict) else None
    if not isinstance(repeat, dict):
        raise bad("“timing” must be a Timing.")
    if set(repeat) - _USED or set(value) - {"repeat"}:
        notes.append("Of “timing”, only dayOfWeek, timeOfDay and when are used.")
    return _days(repeat), _hours(repeat)


def _days(repeat: dict[str, Any]) -> frozenset[int]:
    named = [text(one) for one in _list(repeat, "dayOfWeek")]
    if any(one not in _DAYS for one in named):
        raise bad("timing.repeat.dayOfWeek is a list of mon, tue, wed, thu, fri, sat, sun.")
    return frozenset(_DAYS.index(one) for one in named) or EVERY_DAY


def _hours(repeat: dict[str, Any]) -> tuple[int, int] | None:
    spans = [_WHEN[text(one)] for one in _list(repeat, "when") if text(one) in _WHEN]
    for one in _list(repeat, "timeOfDay"):
        if not _TIME.fullmatch(text(one)):
            raise bad("timing.repeat.timeOfDay is a list of times such as 09:30:00.")
        spans.append((int(text(one)[:2]), int(text(one)[:2]) + 1))
    return (min(low for low, _ in spans), max(high for _, high in spans)) if spans else None


def _list(repeat: dict[str, Any], name: str) -> list[Any]:
    value = repeat.get(name, [])
    return value if isinstance(value, list) else [value]
