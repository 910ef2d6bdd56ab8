"""The name of a published time: readable, and the same whoever publishes it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import NamedTuple

_READ = re.compile(r"(\d{1,9})\.(\d{1,9})\.(\d{8}T\d{4})Z", re.ASCII)


class Asked(NamedTuple):
    """What a slot id names: the ids of a visit type and of a site, and an instant in UTC."""

    visit_type: int
    site: int
    start: datetime


def slot_id(visit_type: int, site: int, start: datetime) -> str:
    """Such as 12.3.20260303T1430Z: letters, digits and dots only, at most 64."""
    return f"{schedule_id(visit_type, site)}.{start.astimezone(UTC):%Y%m%dT%H%M}Z"


def schedule_id(visit_type: int, site: int) -> str:
    return f"{visit_type}.{site}"


def read_slot_id(text: str) -> Asked | None:
    """What the id names; None for what is none."""
    if (met := _READ.fullmatch(text)) is None:
        return None
    try:
        start = datetime.strptime(met[3], "%Y%m%dT%H%M").replace(tzinfo=UTC)
    except ValueError:
        return None
    return Asked(int(met[1]), int(met[2]), start)
