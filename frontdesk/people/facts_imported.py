from __future__ import annotations

from dataclasses import dataclass

from frontdesk.daybook.facts import Fact


@dataclass(frozen=True, kw_only=True)
class PatientsImported(Fact):
    """Records were started for patients whom another system named. The records say which by their identifier."""

    source: str
    added: int
