from __future__ import annotations

from django.conf import settings
from django.db import models

from frontdesk.triage.models.protocol import Protocol
from frontdesk.triage.models.request import Request


class Screening(models.Model):
    """One reading of the words by a protocol that met a rule: the words exactly as they then stood."""

    request = models.ForeignKey(Request, models.PROTECT, related_name="screenings")
    protocol = models.ForeignKey(Protocol, models.PROTECT, related_name="+")
    read_beside = models.JSONField(
        default=list, help_text="Ids of the scoped protocols that were read beside the general one."
    )
    text = models.TextField()
    lane = models.CharField(max_length=12)
    matches = models.JSONField(default=list)
    screened_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"screening {self.lane}"


class LaneChange(models.Model):
    """A change of lane: from, to, why, by whom. The first one has no `was`."""

    request = models.ForeignKey(Request, models.PROTECT, related_name="lane_changes")
    was = models.CharField(max_length=12, blank=True)
    became = models.CharField(max_length=12)
    reason = models.CharField(max_length=300)
    screening = models.ForeignKey(Screening, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="Empty: the screener.",
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="triage_lane_change_reason")
        ]

    def __str__(self) -> str:
        return f"{self.was} to {self.became}"
