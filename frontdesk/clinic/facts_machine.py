from __future__ import annotations

from dataclasses import dataclass

from frontdesk.daybook.facts import Fact


@dataclass(frozen=True, kw_only=True)
class MachineSwitched(Fact):
    """Somebody switched an automatic action off, or on again. `key` is one of clinic.switches."""

    key: str
    on: bool
