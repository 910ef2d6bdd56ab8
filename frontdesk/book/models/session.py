from __future__ import annotations

from datetime import date

from django.db import models

from frontdesk.clinic.models import Resource, Site


class SessionQuerySet(models.QuerySet["Session"]):
    def on(self, day: date) -> SessionQuerySet:
        """Sessions that are held on the local `day`."""
        return self.filter(weekday=day.weekday(), valid_from__lte=day).exclude(valid_until__lt=day)


class Session(models.Model):
    """A weekly stretch of local time in which a resource is open at a site (Monday is 0)."""

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="sessions")
    site = models.ForeignKey(Site, models.PROTECT, related_name="sessions")
    weekday = models.PositiveSmallIntegerField()
    starts = models.TimeField()
    ends = models.TimeField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["site", "weekday"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends__gt=models.F("starts")), name="book_session_ends_after"
            ),
            models.CheckConstraint(condition=models.Q(weekday__lte=6), name="book_session_weekday"),
        ]

    def __str__(self) -> str:
        return f"{self.starts:%H:%M}–{self.ends:%H:%M}"
