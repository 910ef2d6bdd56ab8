from __future__ import annotations

from django.db import models
from django.db.models import Q

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.people.models import Patient


class PastVisitQuerySet(models.QuerySet["PastVisit"]):
    def visible_to(self, user: User) -> PastVisitQuerySet:
        return self if user.may(Permission.SEE_PATIENTS) else self.none()


class PastVisit(models.Model):
    """A visit that another system reported. It has a day and no time of day, and claims no time.

    `lead_days` = the day of the visit minus the day on which it was booked; never negative.
    """

    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=80)
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="past_visits")
    booked_at = models.DateTimeField()
    day = models.DateField()
    lead_days = models.PositiveIntegerField()
    came = models.BooleanField()
    reminded = models.BooleanField(default=False)
    age = models.PositiveSmallIntegerField(null=True)
    looks_double = models.BooleanField(default=False, help_text="Another row says the same but for its id.")
    details = models.JSONField(default=dict)

    objects = PastVisitQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["source", "lead_days"])]
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="book_past_visit_once"),
            models.CheckConstraint(condition=Q(lead_days__gte=0), name="book_past_visit_lead"),
        ]

    def __str__(self) -> str:
        return f"{self.day}"
