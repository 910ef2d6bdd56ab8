from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from frontdesk.daybook.facts import Fact


@dataclass(frozen=True, kw_only=True)
class TimeHeld(Fact):
    """Time was kept for a patient. `also` names the room and the interpreter; alternatives stand beside it."""

    hold_id: int
    patient_id: int
    request_id: int | None
    visit_type: str
    provider: str
    site: str
    start: datetime
    end: datetime
    expires_at: datetime
    also: list[str]


@dataclass(frozen=True, kw_only=True)
class HoldEnded(Fact):
    hold_id: int
    patient_id: int
    request_id: int | None
    how: str


@dataclass(frozen=True, kw_only=True)
class AppointmentBooked(Fact):
    appointment_id: int
    patient_id: int
    request_id: int | None
    hold_id: int
    visit_type: str
    provider: str
    site: str
    start: datetime
    end: datetime
    also: list[str]
    checks: list[str]


@dataclass(frozen=True, kw_only=True)
class BookingRefused(Fact):
    """Somebody asked for a booking that a check refused."""

    patient_id: int | None
    request_id: int | None
    code: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class DaysOpened(Fact):
    """Days were made searchable: local days first..last, `days` rows for so many resources."""

    resources: int
    first: date
    last: date
    days: int
