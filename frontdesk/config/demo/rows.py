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
    subdivision: str


class DepartmentRow(NamedTuple):
    id: int
    site_id: int
    code: str
    name: str


class ClosureRow(NamedTuple):
    site_id: int
    day: date
    name: str
    holiday: bool
    closed_at: datetime
    closed_by_id: int


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
    audience: str
    places: int
    lead_least: int
    lead_most: int | None
    prep_hours: int
    prep_text: str
    prep_text_es: str
    buffer_before: int
    buffer_after: int
    turnover: int
    moves: str
    moves_because: str
    converts_to: list[str]
    needs_checks: list[str]
    code_hints: str
    """As JSON."""
    sensitive: bool
    public: bool


class SegmentRow(NamedTuple):
    visit_type_id: int
    kind: str
    leads: bool
    specialty_id: int | None
    room_type: str
    equipment_type: str
    offset: int
    minutes: int


class LengthRow(NamedTuple):
    visit_type_id: int
    provider_id: int
    minutes: int


class SlotClassRow(NamedTuple):
    id: int
    code: str
    name: str
    audience: str
    modalities: list[str]
    by_direction: bool
    release_days: int
    release_at: time
    released_by: str
    active: bool


class ClassTypeRow(NamedTuple):
    slotclass_id: int
    visittype_id: int


class ResourceRow(NamedTuple):
    id: int
    kind: str
    name: str
    site_id: int
    department_id: int | None
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
    isolation: bool


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
    cycle: int = 1
    week: int = 0
    cycle_from: date | None = None
    slot_class_id: int | None = None
    block: str = ""
    capacity: int | None = None
    align: int | None = None


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
    ended_whose: str = ""
    ended_code: str = ""
    late_cancel: bool = False
    missed_at: datetime | None = None
    missed_by_id: int | None = None


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
    kept: bytes | None
    start_bits: bytes | None
    longest: int
    hours: int
    counted: bool


class LinkRow(NamedTuple):
    """A link of a visit's chain."""

    appointment_id: int
    link: str
    verdict: str
    sentence: str
    code: str
    checked_at: datetime
    waived_at: datetime | None
    waived_by_id: int | None
    waived_because: str


class DutyRow(NamedTuple):
    site_id: int
    target: str
    user_id: int
    rank: int
    starts: datetime
    ends: datetime
