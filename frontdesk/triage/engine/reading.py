"""Small readers for a protocol's content: each returns a value of the right type or raises one sentence."""

import re
from collections.abc import Mapping

from frontdesk.triage.engine.lanes import Lane
from frontdesk.triage.engine.shapes import Conditions, ProtocolError

Table = Mapping[str, object]
_CONDITIONS = {"age_from", "age_under", "pregnant", "days_since_procedure_to", "flags"}


def table(value: object, where: str) -> Table:
    """Return a table (keys and values), or raise naming `where`."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise ProtocolError(f"{where} must be a table of names and values.")
    return value


def tables(value: object, where: str) -> list[Table]:
    """Return a list of tables."""
    if not isinstance(value, list | tuple):
        raise ProtocolError(f"{where} must be a list.")
    return [table(entry, f"Entry {number} of {where}") for number, entry in enumerate(value, 1)]


def text(source: Table, key: str, where: str, *, default: str | None = None) -> str:
    """Return a text; without a default it must be there and must not be empty."""
    value = source.get(key, default)
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise ProtocolError(f"{where} needs “{key}”, as text.")
    return value.strip()


def texts(value: object, where: str) -> tuple[str, ...]:
    """Return texts from a list, or from one text with an entry to a line (";" parts entries of one line)."""
    entries = re.split(r"[\n;]", value) if isinstance(value, str) else value
    if not isinstance(entries, list | tuple) or not all(isinstance(entry, str) for entry in entries):
        raise ProtocolError(f"{where} must be a list of texts.")
    return tuple(dict.fromkeys(entry.strip() for entry in entries if entry.strip()))


def whole(source: Table, key: str, where: str, *, least: int, most: int) -> int:
    """Return a whole number between two bounds."""
    value = source.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ProtocolError(f"{where} needs “{key}” as a whole number from {least} to {most}.")
    return value


def share(source: Table, key: str, where: str) -> float:
    """Return a share: a number above 0 and under 1."""
    value = source.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1:
        raise ProtocolError(f"{where} needs “{key}” as a number between 0 and 1.")
    return float(value)


def lane(source: Table, where: str) -> Lane:
    """Return the lane a rule or kind sets."""
    value = text(source, "lane", where)
    if value not in set(Lane):
        raise ProtocolError(f"{where} has the lane “{value}”; it must be one of {', '.join(Lane)}.")
    return Lane(value)


def conditions(value: object, where: str) -> Conditions:
    """Return what is asked of age, pregnancy, days since a procedure and flags."""
    source = table(value, f"What {where} asks of the patient")
    if unknown := sorted(set(source) - _CONDITIONS):
        raise ProtocolError(
            f"{where} asks for “{unknown[0]}”; it may ask only for {', '.join(sorted(_CONDITIONS))}."
        )
    if not isinstance(source.get("pregnant", False), bool):
        raise ProtocolError(f"{where} needs “pregnant” as true or false.")
    low, high = _maybe(source, "age_from", where, 130), _maybe(source, "age_under", where, 130)
    if low is not None and high is not None and low >= high:
        raise ProtocolError(f"{where} asks for an age from {low} and under {high}, which nobody has.")
    return Conditions(
        age_from=low,
        age_under=high,
        pregnant=bool(source.get("pregnant", False)),
        days_since_procedure_to=_maybe(source, "days_since_procedure_to", where, 3650),
        flags=frozenset(flag.casefold() for flag in texts(source.get("flags", ()), f"“flags” of {where}")),
    )


def _maybe(source: Table, key: str, where: str, most: int) -> int | None:
    return whole(source, key, where, least=0, most=most) if key in source else None


def no_strangers(source: Table, known: set[str], where: str) -> None:
    """Refuse keys nobody reads: a misspelt one would otherwise change nothing and say nothing."""
    if strangers := sorted(set(source) - known):
        raise ProtocolError(f"{where} has “{strangers[0]}”, which is not a part of it that is known.")
