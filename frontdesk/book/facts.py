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
class HoldKeptLonger(Fact):
    """A hold may stand longer, while something is missing. Who approved it, and why, stand beside it."""

    hold_id: int
    patient_id: int
    request_id: int | None
    was: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True)
class AppointmentBooked(Fact):
    """`hold_id` is empty for a visit that was booked without one: of a plan, or a place in a group."""

    appointment_id: int
    patient_id: int
    request_id: int | None
    hold_id: int | None
    visit_type: str
    provider: str
    site: str
    start: datetime
    end: datetime
    also: list[str]
    checks: list[str]
    plan_id: int | None = None
    gathering_id: int | None = None
    overbooked: bool = False


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


@dataclass(frozen=True, kw_only=True)
class AppointmentMoved(Fact):
    """A visit has another time, provider, place or type. `why` is a code of engine/why.py, `whose` its side.

    `made_way_for_id` is the request for whose visit it made room: ("made_way_for", that request) finds the entry.
    """

    appointment_id: int
    patient_id: int
    request_id: int | None
    why: str
    whose: str
    was: dict[str, str]
    now_is: dict[str, str]
    start: datetime
    checks: list[str]
    made_way_for_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class AppointmentCancelled(Fact):
    appointment_id: int
    patient_id: int
    request_id: int | None
    why: str
    whose: str
    late: bool
    start: datetime
    made_way_for_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class AppointmentRestored(Fact):
    """A cancellation, or a mark that the patient did not come, was taken back. `was` is the status it had."""

    appointment_id: int
    patient_id: int
    request_id: int | None
    was: str
    start: datetime


@dataclass(frozen=True, kw_only=True)
class AppointmentMissed(Fact):
    appointment_id: int
    patient_id: int
    request_id: int | None
    why: str
    whose: str
    start: datetime


@dataclass(frozen=True, kw_only=True)
class MovabilitySet(Fact):
    """It was said of one visit that it moves more or less easily than its type."""

    appointment_id: int
    patient_id: int
    moves: str


@dataclass(frozen=True, kw_only=True)
class LinkWaived(Fact):
    appointment_id: int
    patient_id: int
    link: str
    sentence: str
