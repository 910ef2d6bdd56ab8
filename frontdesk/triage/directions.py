"""May a clinician direct this? Within what the rule that was met allows, and so that it can be booked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from frontdesk.clinic.choices import Modality
from frontdesk.clinic.models import SlotClass, VisitType
from frontdesk.kit.errors import BadValue
from frontdesk.triage.engine.lanes import Lane
from frontdesk.triage.limits import Allowed, limits_for
from frontdesk.triage.models import Direction, Request
from frontdesk.triage.rules import OPENS_BOOKING

FARTHEST = 60  # days


@dataclass(frozen=True)
class Directed:
    """What a clinician is about to direct; `visit_by` is a local day of the request's site."""

    direction: str
    visit_type: VisitType | None = None
    visit_by: date | None = None
    slot_class: SlotClass | None = None
    modality: str = ""


def check_direction(request: Request, asked: Directed, *, today: date, now: datetime) -> date | None:
    """The last local day for the visit, or None where none may be booked. Raises BadValue with its field."""
    if asked.direction not in Direction.values:
        raise BadValue("Choose what is to happen.", field="direction")
    limits = limits_for(request, now=now)
    if limits.directions and asked.direction not in limits.directions:
        allowed = "; ".join(Direction(one).label for one in limits.directions)
        raise BadValue(f"Rule {request.rule_code} allows only: {allowed}.", field="direction")
    if asked.direction not in OPENS_BOOKING:
        return None
    if request.current_lane is Lane.EMERGENCY:
        raise BadValue(
            "An emergency is never booked. Lower the lane first, with a reason.", field="direction"
        )
    if asked.visit_type is None:
        raise BadValue("Choose the visit type that may be booked.", field="visit_type")
    _check_time(request, asked, asked.visit_type, limits)
    return _last_day(asked, limits, today)


def _check_time(request: Request, asked: Directed, visit_type: VisitType, limits: Allowed) -> None:
    kept, by = asked.slot_class, asked.modality
    if kept is not None and not kept.visit_types.filter(pk=visit_type.pk).exists():
        raise BadValue(f"Time kept for {kept.name} is not for {visit_type.name}.", field="slot_class")
    if kept is not None and limits.classes and kept.pk not in limits.classes:
        raise BadValue(f"Rule {request.rule_code} does not allow {kept.name}.", field="slot_class")
    if by and by not in (visit_type.modality, *visit_type.converts_to):
        raise BadValue(f"{visit_type.name} is not done so: {_label(by)}.", field="modality")
    if not limits.classes and not limits.modality_fits(by):
        allowed = " or ".join(_label(one) for one in limits.modalities)
        raise BadValue(f"Rule {request.rule_code} asks for a visit {allowed}. Choose it.", field="modality")


def _label(modality: str) -> str:
    return str(Modality(modality).label).lower() if modality in Modality.values else modality


def _last_day(asked: Directed, limits: Allowed, today: date) -> date:
    if asked.direction == Direction.SAME_DAY:
        return today
    day, last = asked.visit_by, today + timedelta(days=FARTHEST)
    if day is None or not today <= day <= last:
        raise BadValue("Give the last day for the visit, from today to 60 days ahead.", field="visit_by")
    if day == today and not limits.same_day:
        raise BadValue("The rule that was met allows no visit today.", field="visit_by")
    if limits.last_day is not None and day > max(limits.last_day, today):
        raise BadValue(f"By its rule the visit is due by {limits.last_day:%a %d %b}.", field="visit_by")
    return day
