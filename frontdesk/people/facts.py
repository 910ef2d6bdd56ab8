from __future__ import annotations

from dataclasses import dataclass

from frontdesk.daybook.facts import Fact


@dataclass(frozen=True, kw_only=True)
class PatientAdded(Fact):
    """A new record was started, at the asking of a request where there was one."""

    patient_id: int
    mrn: str
    request_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class ContactAdded(Fact):
    patient_id: int
    channel: str
    value: str
