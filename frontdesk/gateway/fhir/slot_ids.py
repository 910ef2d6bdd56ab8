"""Ids of Slots: readable, the same for as long as the time is offered, and enough to ask the book for it again."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import NamedTuple

_FORM = re.compile(
    r"([0-9]{1,18})-([0-9]{1,18})-([0-9]{1,18})-([0-9]{8}T[0-9]{4}Z)(?:-([0-9]{1,5}))?", re.ASCII
)


class SlotId(NamedTuple):
    """`start` is an instant in UTC. Of taken time the visit type is 0, and `minutes` says how long it is."""

    provider: int
    site: int
    visit_type: int
    start: datetime
    minutes: int = 0

    @property
    def schedule(self) -> str:
        return f"{self.provider}-{self.site}"


def pack(one: SlotId) -> str:
    """Such as 12-3-7-20260303T1500Z."""
    start = one.start.astimezone(UTC).strftime("%Y%m%dT%H%MZ")
    length = "" if one.visit_type else f"-{one.minutes}"
    return f"{one.provider}-{one.site}-{one.visit_type}-{start}{length}"


def unpack(text: str) -> SlotId | None:
    """None for any text that `pack` does not make."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    try:
        start = datetime.strptime(found[4], "%Y%m%dT%H%MZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    one = SlotId(int(found[1]), int(found[2]), int(found[3]), start, int(found[5] or 0))
    return one if bool(one.visit_type) != bool(one.minutes) else None
