from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models

from frontdesk.book.models.block import OverbookRule
from frontdesk.book.models.plan import Plan
from frontdesk.clinic.choices import Modality
from frontdesk.clinic.models import Interpreter, Provider, Room, Site, VisitType
from frontdesk.kit.models import paired
from frontdesk.people.models import Patient


class HoldEnd(models.TextChoices):
    BOOKED = "booked", "Booked"
    LET_GO = "let_go", "Let go"
    EXPIRED = "expired", "Expired"


class HoldQuerySet(models.QuerySet["Hold"]):
    def standing(self, moment: datetime) -> HoldQuerySet:
        return self.filter(ended_at=None, expires_at__gt=moment)

    def expired(self, moment: datetime) -> HoldQuerySet:
        """Past their expiry, and not yet written off."""
        return self.filter(ended_at=None, expires_at__lte=moment)


class Hold(models.Model):
    """Time kept for one patient while somebody decides. It ends booked, let go or expired."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="holds")
    visit_type = models.ForeignKey(VisitType, models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="holds")
    room = models.ForeignKey(Room, models.PROTECT, null=True, related_name="+")
    interpreter = models.ForeignKey(Interpreter, models.PROTECT, null=True, related_name="+")
    modality = models.CharField(
        max_length=10, choices=Modality.choices, default=Modality.IN_PERSON, db_default=Modality.IN_PERSON
    )
    overbooked_by = models.ForeignKey(OverbookRule, models.PROTECT, null=True, related_name="+")
    plan = models.ForeignKey(Plan, models.PROTECT, null=True, related_name="holds")
    plan_place = models.PositiveSmallIntegerField(null=True)
    start = models.DateTimeField()
    end = models.DateTimeField()
    asked_for = models.BigIntegerField(null=True, help_text="The request that asked for this time.")
    held_at = models.DateTimeField()
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="holds")
    expires_at = models.DateTimeField()
    kept_at = models.DateTimeField(null=True, blank=True, help_text="Approved to stand for longer.")
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    kept_because = models.CharField(max_length=300, blank=True, default="", db_default="")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_how = models.CharField(max_length=8, choices=HoldEnd.choices, blank=True)
    idempotency_key = models.CharField(max_length=64, unique=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["expires_at"], condition=models.Q(ended_at=None), name="book_hold_open")
        ]
        constraints = [
            paired("kept", table="book_hold"),
            models.CheckConstraint(
                condition=models.Q(end__gt=models.F("start")), name="book_hold_ends_after"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None, ended_how="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(ended_how="")),
                name="book_hold_end_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"hold until {self.expires_at:%H:%M}"

    @property
    def also(self) -> list[str]:
        """The names of the room and the interpreter, where there are any."""
        return [part.name for part in (self.room, self.interpreter) if part is not None]

    def stands(self, moment: datetime) -> bool:
        return self.ended_at is None and self.expires_at > moment
