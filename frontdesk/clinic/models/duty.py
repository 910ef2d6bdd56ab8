from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models

from frontdesk.clinic.models.site import Site


class DutyQuerySet(models.QuerySet["Duty"]):
    def at(self, moment: datetime) -> DutyQuerySet:
        return self.filter(starts__lte=moment, ends__gt=moment)

    def for_target(self, target: str, *, site: Site) -> DutyQuerySet:
        return self.filter(target=target, site=site).order_by("rank", "pk")


class Duty(models.Model):
    """Who answers an escalation of one kind (nurse, provider, crisis) at a site during a span of time."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="duties")
    target = models.CharField(max_length=30)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="duties")
    rank = models.PositiveSmallIntegerField(default=1, help_text="Who is asked first.")
    starts = models.DateTimeField()
    ends = models.DateTimeField()

    objects = DutyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "duties"
        indexes = [models.Index(fields=["site", "target", "starts"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends__gt=models.F("starts")), name="clinic_duty_ends_after"
            )
        ]

    def __str__(self) -> str:
        return f"{self.target} duty"
