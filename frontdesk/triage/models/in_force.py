"""The protocol in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from frontdesk.triage.engine import protocol as engine
from frontdesk.triage.models.protocol import Protocol


@dataclass(frozen=True)
class InForce:
    """A protocol's row and what its content says."""

    row: Protocol
    rules: engine.Protocol


def in_force(*, now: datetime) -> InForce | None:
    """The newest approved version that has begun, or None where no clinician has approved any."""
    row = Protocol.objects.in_force(now).defer("content").first()
    return InForce(row, _read(row.pk)) if row is not None else None


def by_id(pk: int) -> InForce:
    """The protocol of an earlier screening."""
    return InForce(Protocol.objects.defer("content").get(pk=pk), _read(pk))


@lru_cache(maxsize=16)
def _read(pk: int) -> engine.Protocol:
    """A version is never edited in place, so it is read once."""
    return engine.read_protocol(Protocol.objects.get(pk=pk).content)
