"""Patients who came after the time of their visit."""

from __future__ import annotations

from django.db.models import QuerySet

from frontdesk.accounts.models import User
from frontdesk.book.models import Appointment
from frontdesk.triage.engine.lanes import Lane
from frontdesk.triage.models import Direction, LateArrival, Request

BOOKING = (Direction.SAME_DAY, Direction.WITHIN_DAYS)


def late_seen_by(user: User) -> QuerySet[LateArrival]:
    """Late arrivals at visits that `user` may see."""
    visible = Appointment.objects.visible_to(user)
    rows = LateArrival.objects.filter(appointment__in=visible)
    return rows.select_related(
        "appointment__patient", "appointment__provider", "appointment__visit_type", "site",
        "recorded_by", "answered_by", "approved_by", "settled_by",
    )  # fmt: skip


def request_of(visit: Appointment) -> Request | None:
    """The request that asked for the visit, where one did."""
    return Request.objects.filter(pk=visit.asked_for).first() if visit.asked_for else None


def is_urgent(visit: Appointment) -> bool:
    """Was it given for an urgent matter? Then nobody sends the patient away before a clinician has answered."""
    request = request_of(visit)
    if visit.visit_type.same_day or request is None:
        return visit.visit_type.same_day
    clinical = request.current_lane in (Lane.EMERGENCY, Lane.URGENT)
    return clinical or request.handoffs.filter(direction__in=BOOKING).exists()
