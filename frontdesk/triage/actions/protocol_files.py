"""A protocol as a file that people can read: its content, and for whom and when it is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from frontdesk.clinic.models import Site, Specialty
from frontdesk.daybook.record import Actor
from frontdesk.kit.errors import BadValue
from frontdesk.triage.actions.protocols import take_in
from frontdesk.triage.engine.protocol import ProtocolError
from frontdesk.triage.engine.toml import read_toml
from frontdesk.triage.models import Hours, Protocol
from frontdesk.triage.models.scope import Scope

_SCOPE = {"site", "specialty", "age_from", "age_under", "hours"}


def from_file(*, text: str, by: Actor, now: datetime, source: str = "A file") -> Protocol:
    """A draft of what a file says. Raises BadValue with one sentence that names what is wrong, and where."""
    try:
        content = read_toml(text)
    except ProtocolError as bad:
        raise BadValue(str(bad), field="file") from bad
    scope = _scope(content.pop("scope", {}))
    return take_in(content=_kept(content), scope=scope, by=by, now=now, source=source)


def _scope(table: object) -> Scope:
    if not isinstance(table, Mapping) or set(table) - _SCOPE:
        raise BadValue(f"“scope” may hold only {', '.join(sorted(_SCOPE))}.", field="file")
    hours = table.get("hours", "")
    if hours not in Hours.values:
        raise BadValue("“hours” of the scope must be “open” or “closed”.", field="file")
    return Scope(
        site=_row(Site, table, "site"),
        specialty=_row(Specialty, table, "specialty"),
        age_from=_age(table, "age_from"),
        age_under=_age(table, "age_under"),
        hours=hours,
    )


def _row(model: Any, table: Mapping[str, Any], name: str) -> Any:
    if name not in table:
        return None
    code = table[name]
    found = model.objects.filter(code=code).first() if isinstance(code, str) else None
    if found is None:
        raise BadValue(
            f"The scope names the {name} “{str(code)[:60]}”, which this clinic does not have.", field="file"
        )
    return found


def _age(table: Mapping[str, Any], name: str) -> int | None:
    value = table.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 130):
        raise BadValue(f"“{name}” of the scope must be a whole number from 0 to 130.", field="file")
    return value


def _kept(value: Any) -> Any:
    """Without what cannot be stored: NUL and halves of characters."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "ignore").decode()
    if isinstance(value, Mapping):
        return {_kept(key): _kept(part) for key, part in value.items()}
    return [_kept(part) for part in value] if isinstance(value, list) else value
