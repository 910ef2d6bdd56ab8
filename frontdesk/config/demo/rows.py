"""One row of each table that the demo fills: the fields are the columns."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import NamedTuple


class SiteRow(NamedTuple):
    id: int
    code: str
    name: str
    address: str
    phone: str
    time_zone: str


class SpecialtyRow(NamedTuple):
    id: int
    code: str
    name: str


class VisitTypeRow(NamedTuple):
    id: int
    code: str
    name: str
    name_es: str
    specialty_id: int
    minutes: int
    arrive_before: int
    modality: str
    room_type: str
    same_day: bool
    active: bool


class ResourceRow(NamedTuple):
    id: int
    kind: str
    name: str
    site_id: int
    active: bool


class ProviderRow(NamedTuple):
    resource_ptr_id: int
    user_id: int | None
    family: str
    specialty_id: int
    sex: str
    languages: list[str]


class RoomRow(NamedTuple):
    resource_ptr_id: int
    room_type: str


class EquipmentRow(NamedTuple):
    resource_ptr_id: int
    equipment_type: str


class InterpreterRow(NamedTuple):
    resource_ptr_id: int
    mode: str
    languages: list[str]


class SessionRow(NamedTuple):
    resource_id: int
    site_id: int
    weekday: int
    starts: time
    ends: time
    valid_from: date


class PatientRow(NamedTuple):
    id: int
    mrn: str
    given: str
    family: str
    search_name: str
    birth_date: date
    sex: str
    language: str
    needs_interpreter: bool
    created_at: datetime
    created_by_id: int | None
    created_how: str


class ContactRow(NamedTuple):
    patient_id: int
    kind: str
    value: str
    allowed: bool
    preferred: bool


class FlagRow(NamedTuple):
    patient_id: int
    code: str
    label: str
    since: date


class Visit(NamedTuple):
    """An appointment but for its number."""

    patient_id: int
    visit_type_id: int
    site_id: int
    provider_id: int
    room_id: int | None
    interpreter_id: int | None
    modality: str
    start: datetime
    end: datetime
    status: str
    booked_at: datetime
    booked_by_id: int | None
    booked_how: str
    cancelled_at: datetime | None
    cancelled_by_id: int | None


class ClaimRow(NamedTuple):
    resource_id: int
    unit: int
    start: datetime
    end: datetime
    appointment_id: int


class DayRow(NamedTuple):
    resource_id: int
    site_id: int
    day: date
    open_bits: bytes
    free_bits: bytes


class DutyRow(NamedTuple):
    site_id: int
    target: str
    user_id: int
    rank: int
    starts: datetime
    ends: datetime
