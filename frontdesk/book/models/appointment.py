from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.models.block import OverbookRule
from frontdesk.book.models.plan import Gathering, Plan
from frontdesk.book.spans import TsTzRange
from frontdesk.clinic.choices import Modality, Moves
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


class Whose(models.TextChoices):
    """On whose side the reason of a cancellation or a move lies."""

    PATIENT = "patient", "Patient"
    PROVIDER = "provider", "Provider"
    ORGANIZATION = "organization", "Organization"
    OTHER = "other", "Other"


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
    plan = models.ForeignKey(Plan, models.PROTECT, null=True, related_name="visits")
    plan_place = models.PositiveSmallIntegerField(null=True)
    gathering = models.ForeignKey(Gathering, models.PROTECT, null=True, related_name="visits")
    place = models.PositiveSmallIntegerField(null=True, help_text="Which place of a group visit, from 1.")
    overbooked_by = models.ForeignKey(OverbookRule, models.PROTECT, null=True, related_name="visits")
    version = models.PositiveIntegerField(default=1, db_default=1, help_text="Counts its changes.")
    moved = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="How often it was moved.")
    # Where this one visit moves less, or more, easily than its type.
    may_move = models.CharField(max_length=10, choices=Moves.choices, blank=True, default="", db_default="")
    may_move_because = models.CharField(max_length=200, blank=True, default="", db_default="")
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    # Why it was cancelled or not kept: the side and the code of engine/why.py, and words.
    ended_whose = models.CharField(
        max_length=12, choices=Whose.choices, blank=True, default="", db_default=""
    )
    ended_code = models.CharField(max_length=30, blank=True, default="", db_default="")
    ended_note = models.CharField(max_length=200, blank=True, default="", db_default="")
    late_cancel = models.BooleanField(default=False, db_default=False)
    missed_at = models.DateTimeField(null=True, blank=True, help_text="When it was marked as not kept.")
    missed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
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
            paired("missed", table="book_visit"),
            models.UniqueConstraint(
                fields=["gathering", "place"],
                condition=models.Q(status__in=["booked", "arrived"]),
                name="book_place_once",
            ),
            models.CheckConstraint(
                condition=models.Q(gathering=None, place=None)
                | models.Q(gathering__isnull=False, place__isnull=False, place__gte=1),
                name="book_place_of_a_gathering",
            ),
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

    @property
    def moves(self) -> Moves:
        """How easily it moves: as was said of this visit, else as its type does."""
        return Moves(self.may_move or self.visit_type.moves)

    @property
    def is_live(self) -> bool:
        return self.status in (AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)
