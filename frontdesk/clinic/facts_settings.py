"""What happens to the clinic's settings. A draft's facts name the row that changes, where there is one already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from frontdesk.daybook.facts import Fact


@dataclass(frozen=True, kw_only=True)
class SettingDrafted(Fact):
    draft_id: int
    setting: str
    title: str
    holds_from: date
    visit_type_id: int | None = None
    slot_class_id: int | None = None
    guide_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class SettingApproved(Fact):
    draft_id: int
    setting: str
    title: str
    drafted_by: str
    holds_from: date


@dataclass(frozen=True, kw_only=True)
class SettingApplied(Fact):
    """From now on it holds. `was` and `holds` are the settings before and after, whole."""

    draft_id: int
    setting: str
    title: str
    was: dict[str, object]
    holds: dict[str, object]
    visit_type_id: int | None = None
    slot_class_id: int | None = None
    guide_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class SettingWithdrawn(Fact):
    draft_id: int
    setting: str
    title: str


@dataclass(frozen=True, kw_only=True)
class DraftBegun(Fact):
    """Somebody has begun to write a change, step by step. It waits for nobody's approval yet."""

    draft_id: int
    setting: str
    title: str
    guide_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class DraftWritten(Fact):
    """One step in the writing of a draft. `what` says which, in words."""

    draft_id: int
    setting: str
    title: str
    what: str


@dataclass(frozen=True, kw_only=True)
class DraftTakenBack(Fact):
    """Its author goes on writing a draft that waited for approval."""

    draft_id: int
    setting: str
    title: str


@dataclass(frozen=True, kw_only=True)
class CardWritten(Fact):
    card_id: int
    title: str
    review_on: date
    is_new: bool


@dataclass(frozen=True, kw_only=True)
class CardRetired(Fact):
    card_id: int
    title: str


@dataclass(frozen=True, kw_only=True)
class DutyAdded(Fact):
    duty_id: int
    site_id: int
    target: str
    who: str
    rank: int
    starts: datetime
    ends: datetime


@dataclass(frozen=True, kw_only=True)
class DutyEnded(Fact):
    """It ends earlier than was planned; one that had not begun is taken out (`taken_out`)."""

    duty_id: int
    site_id: int
    target: str
    who: str
    was_to_end: datetime
    ends: datetime
    taken_out: bool


@dataclass(frozen=True, kw_only=True)
class OrganizationNamed(Fact):
    organization_id: int
    name: str


@dataclass(frozen=True, kw_only=True)
class DepartmentAdded(Fact):
    department_id: int
    site_id: int
    name: str


@dataclass(frozen=True, kw_only=True)
class ResourceAssigned(Fact):
    """`department` is its name; "" takes the resource out of its department."""

    resource_id: int
    site_id: int
    department_id: int | None
    department: str
