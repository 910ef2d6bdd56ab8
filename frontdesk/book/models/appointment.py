from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.spans import TsTzRange
from frontdesk.clinic.choices import Modality
from frontdesk.clinic.models import Interpreter, Provider, Room, Site, VisitType
from frontdesk.kit.clock import day_span
from frontdesk.kit.models import paired
from frontdesk.people.models import Patient


class AppointmentStatus(models.TextChoices):
    BOOKED = "booked", "Booked"
    ARRIVED = "arrived", "Arrived"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"
    NO_SHOW = "no_show", "Did not come"


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def visible_to(self, user: User) -> AppointmentQuerySet:
        """The visits of the user's sites, for roles that see the calendar."""
        if not user.may(Permission.SEE_CALENDAR):
            return self.none()
        return self if user.may(Permission.SEE_ALL_SITES) else self.filter(site__in=Site.objects.of(user))

    def on(self, day: date, *, site: Site) -> AppointmentQuerySet:
        start, end = day_span(day, site.time_zone)
        return self.filter(site=site, start__gte=start, start__lt=end)

    def upcoming(self, moment: datetime) -> AppointmentQuerySet:
        return self.filter(start__gte=moment, status=AppointmentStatus.BOOKED).order_by("start")


class Appointment(models.Model):
    """A visit in the book. Its time is taken by its claims; [start, end) is the patient's own time."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="appointments")
    visit_type = models.ForeignKey(VisitType, models.PROTECT, related_name="appointments")
    site = models.ForeignKey(Site, models.PROTECT, related_name="appointments")
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="appointments")
    room = models.ForeignKey(Room, models.PROTECT, null=True, related_name="+")
    interpreter = models.ForeignKey(Interpreter, models.PROTECT, null=True, related_name="+")
    modality = models.CharField(max_length=10, choices=Modality.choices, default=Modality.IN_PERSON)
    start = models.DateTimeField()
    end = models.DateTimeField()
    status = models.CharField(
        max_length=10, choices=AppointmentStatus.choices, default=AppointmentStatus.BOOKED
    )
    asked_for = models.BigIntegerField(null=True, help_text="The request that asked for this visit.")
    booked_at = models.DateTimeField()
    booked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    booked_how = models.CharField(max_length=20, default="desk", help_text="desk, demo, portal ...")
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    # Null, not empty: imported and demo visits have none, and none may not clash with none.
    idempotency_key = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["site", "start"]),
            models.Index(fields=["provider", "start"]),
            models.Index(fields=["asked_for"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(end__gt=models.F("start")), name="book_visit_ends_after"
            ),
            paired("cancelled", table="book_visit"),
            ExclusionConstraint(
                name="book_patient_once",
                expressions=[
                    ("patient", RangeOperators.EQUAL),
                    (TsTzRange("start", "end", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=models.Q(status__in=["booked", "arrived"]),
            ),
        ]

    def __str__(self) -> str:
        return f"visit {self.start:%Y-%m-%d %H:%M}"
