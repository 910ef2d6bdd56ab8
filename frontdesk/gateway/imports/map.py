"""The map of an export: a TOML file that says what its columns mean. examples/import/ explains each key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from frontdesk.kit.errors import BadValue

_LONGEST = 100_000  # bytes; a map is a page of text
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]*")
_SAMPLES = (datetime(2016, 3, 25), datetime(1931, 12, 4))  # noqa: DTZ001  the second tells a year without its century

_COLUMNS = {"visit_id", "patient_id", "booked", "day", "outcome"}
_MORE_COLUMNS = {"reminded", "age", "sex", "given", "family", "birth_date"}
_DATES = {"booked", "day", "birth_date"}
# The words that each column's cells may hold, with what they mean.
WORDS: dict[str, dict[str, bool | str]] = {
    "outcome": {"came": True, "absent": False},
    "reminded": {"reminded": True, "not_reminded": False},
    "sex": {"female": "F", "male": "M", "other_sex": "X", "sex_not_said": ""},
}
_DOUBLES = ("keep and mark", "keep")
_ID_RULES = ("whole number", "text")


@dataclass(frozen=True)
class ImportMap:
    """A checked map. `columns`, `dates` and `words` are keyed by our names, such as "visit_id" or "day".

    `words["outcome"]` tells of a folded word whether it means that the patient came. `zone` is the clock on the
    clinic's wall, in which the file's times are written. `digest_text` is the map as it was written.
    """

    source: str
    zone: ZoneInfo
    encoding: str
    delimiter: str
    columns: Mapping[str, str]
    dates: Mapping[str, str]
    words: Mapping[str, Mapping[str, bool | str]]
    whole_numbers: frozenset[str]
    ages: tuple[int, int]
    mark_doubles: bool
    details: Mapping[str, str]
    digest_text: bytes


def read_map(path: Path) -> ImportMap:
    """Read and check a map. Raises BadValue with one sentence that names the file and the fault."""
    raw = _read(path)
    try:
        table = tomllib.loads(raw.decode("utf-8-sig"))
    except (UnicodeDecodeError, RecursionError):
        raise BadValue(f"The map {path.name} is not a TOML text.") from None
    except tomllib.TOMLDecodeError as error:
        raise BadValue(f"The map {path.name} is not TOML: {error}.") from None
    try:
        return _build(table, raw)
    except _Fault as fault:
        raise BadValue(f"The map {path.name} {fault}.") from None


class _Fault(Exception):
    """What is wrong with the map, as the end of a sentence that begins with its name."""


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise BadValue(f"There is no map {path.name}.")
        if path.stat().st_size > _LONGEST:
            raise BadValue(f"The map {path.name} is longer than {_LONGEST:,} bytes.")
        return path.read_bytes()
    except OSError as error:
        raise BadValue(f"The map {path.name[:80]} cannot be read: {error.strerror}.") from None


def _build(table: dict[str, Any], raw: bytes) -> ImportMap:
    _keys(
        table,
        "the map",
        {"source", "zone", "columns", "formats", "words"},
        {"encoding", "delimiter", "rules", "details"},
    )
    columns = _columns(table["columns"])
    rules = _table(table.get("rules", {}), "[rules]", set(), {"visit_id", "patient_id", "age", "doubles"})
    ids = {
        name: _choice(rules.get(name, "text"), f"{name} in [rules]", _ID_RULES)
        for name in ("visit_id", "patient_id")
    }
    return ImportMap(
        source=_source(table["source"]),
        zone=_zone(table["zone"]),
        encoding=_choice(table.get("encoding", "utf-8"), "encoding", ("utf-8", "latin-1")),
        delimiter=_choice(table.get("delimiter", ","), "delimiter", (",", ";", "\t", "|")),
        columns=columns,
        dates=_dates(table["formats"], columns),
        words=_words(table["words"], columns),
        whole_numbers=frozenset(name for name, rule in ids.items() if rule == "whole number"),
        ages=_ages(rules.get("age", [0, 120])),
        mark_doubles=_choice(rules.get("doubles", _DOUBLES[0]), "doubles in [rules]", _DOUBLES)
        == _DOUBLES[0],
        details=_details(table.get("details", {})),
        digest_text=raw,
    )


def _keys(table: Mapping[str, Any], where: str, needed: set[str], allowed: set[str]) -> None:
    if unknown := sorted(set(table) - needed - allowed):
        known = ", ".join(sorted(needed | allowed))
        raise _Fault(f'has a key "{unknown[0][:60]}" in {where} that is not known; known are {known}')
    if missing := sorted(needed - set(table)):
        raise _Fault(f'lacks "{missing[0]}" in {where}')


def _table(value: Any, where: str, needed: set[str], allowed: set[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _Fault(f"must have {where} as a table")
    _keys(value, where, needed, allowed)
    return value


def _texts(table: dict[str, Any], where: str) -> dict[str, str]:
    for key, value in table.items():
        if not isinstance(value, str) or not value.strip():
            raise _Fault(f"must give a text for {key} in {where}")
    return {key: value.strip() for key, value in table.items()}


def _choice(value: Any, where: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise _Fault(f"must have one of {', '.join(map(repr, choices))} as {where}")
    return str(value)


def _source(value: Any) -> str:
    if not isinstance(value, str) or not _SLUG.fullmatch(value) or len(value) > 60:
        raise _Fault("must have a source of at most 60 small letters, digits and hyphens")
    return value


def _zone(value: Any) -> ZoneInfo:
    try:
        return ZoneInfo(value)
    except Exception:  # noqa: BLE001  the name becomes a path in tzdata: what goes wrong there is open-ended
        raise _Fault("must have a time zone such as America/New_York as zone") from None


def _columns(value: Any) -> dict[str, str]:
    return _texts(_table(value, "[columns]", _COLUMNS, _MORE_COLUMNS), "[columns]")


def _dates(value: Any, columns: Mapping[str, str]) -> dict[str, str]:
    needed = _DATES & set(columns)
    formats = _texts(_table(value, "[formats]", needed, _DATES - needed), "[formats]")
    for name, form in formats.items():
        if not all(_survives(sample, form) for sample in _SAMPLES):
            raise _Fault(
                f'must have a form with day, month and full year for {name} in [formats], such as "%Y-%m-%d"'
            )
    return formats


def _survives(sample: datetime, form: str) -> bool:
    """Does the form keep the day, written and read again?"""
    try:
        return datetime.strptime(sample.strftime(form), form).date() == sample.date()  # noqa: DTZ007
    except (ValueError, KeyError, IndexError, OverflowError, re.error):
        return False


def _words(value: Any, columns: Mapping[str, str]) -> dict[str, dict[str, bool | str]]:
    used = {name: WORDS[name] for name in WORDS if name in columns}
    known = {key for meanings in used.values() for key in meanings}
    needed = known - set(WORDS["sex"])
    table = _table(value, "[words]", needed, known - needed)
    return {name: _meanings(meanings, table) for name, meanings in used.items()}


def _meanings(meanings: Mapping[str, bool | str], table: dict[str, Any]) -> dict[str, bool | str]:
    found: dict[str, bool | str] = {}
    for key, meaning in meanings.items():
        words = table.get(key, [])
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise _Fault(f"must give a list of texts for {key} in [words]")
        for word in map(fold_word, words):
            if found.setdefault(word, meaning) != meaning:
                raise _Fault(f'gives the word "{word[:60]}" two meanings in [words]')
    return found


def fold_word(text: str) -> str:
    """How words of the map and cells of the file are compared: trimmed, capitals or not."""
    return text.strip().casefold()


def _ages(value: Any) -> tuple[int, int]:
    if not isinstance(value, list) or [type(bound) for bound in value] != [int, int]:
        raise _Fault("must give the youngest and the oldest age, such as [0, 120], as age in [rules]")
    youngest, oldest = value
    if not 0 <= youngest <= oldest <= 150:
        raise _Fault("must give ages between 0 and 150, the youngest first, as age in [rules]")
    return youngest, oldest


def _details(value: Any) -> dict[str, str]:
    details = _texts(
        _table(value, "[details]", set(), set(value) if isinstance(value, dict) else set()), "[details]"
    )
    for key in details:
        if not _SLUG.fullmatch(key) or len(key) > 40:
            raise _Fault("must name each of [details] with at most 40 small letters, digits and underscores")
    return details
