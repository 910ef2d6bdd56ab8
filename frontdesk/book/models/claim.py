from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models

from frontdesk.book.models.appointment import Appointment
from frontdesk.book.models.hold import Hold
from frontdesk.book.models.plan import Gathering
from frontdesk.book.spans import TsTzRange
from frontdesk.clinic.models import Resource


class ClaimQuerySet(models.QuerySet["Claim"]):
    def live(self) -> ClaimQuerySet:
        return self.filter(released_at=None)

    def between(self, start: datetime, end: datetime) -> ClaimQuerySet:
        """Claims that overlap the half-open span, however little."""
        return self.filter(start__lt=end, end__gt=start)


class Claim(models.Model):
    """One stretch of one resource's time, taken by a hold, an appointment or a gathering: [start, end).

    The exclusion constraint refuses two live claims that overlap on one unit of a resource. `unit` is 1
    but where a signed rule opens more (planned overbooking).
    """

    resource = models.ForeignKey(Resource, models.PROTECT, related_name="claims")
    unit = models.PositiveSmallIntegerField(default=1)
    start = models.DateTimeField()
    end = models.DateTimeField()
    hold = models.ForeignKey(Hold, models.PROTECT, null=True, related_name="claims")
    appointment = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="claims")
    gathering = models.ForeignKey(Gathering, models.PROTECT, null=True, related_name="claims")
    released_at = models.DateTimeField(null=True, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["resource", "start"])]
        constraints = [
            ExclusionConstraint(
                name="book_claim_once",
                expressions=[
                    ("resource", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    (TsTzRange("start", "end", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=models.Q(released_at=None),
            ),
            models.CheckConstraint(
                condition=models.Q(end__gt=models.F("start")), name="book_claim_ends_after"
            ),
            models.CheckConstraint(
                condition=models.Q(hold__isnull=False)
                | models.Q(appointment__isnull=False)
                | models.Q(gathering__isnull=False),
                name="book_claim_has_a_taker",
            ),
        ]

    def __str__(self) -> str:
        return f"claim {self.start:%Y-%m-%d %H:%M}"
