from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from frontdesk.clinic.models.visit_type import Specialty, VisitType
from frontdesk.kit.models import paired


class Guide(models.Model):
    """The questions that lead to the right visit type of a specialty, as engine/guide.py reads them."""

    specialty = models.OneToOneField(Specialty, models.CASCADE, related_name="guide")
    version = models.PositiveIntegerField(default=1)
    content = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.specialty}, version {self.version}"


class KnowledgeCard(models.Model):
    """What the desk must know of a service, a payer or a place, with the day on which it is read again."""

    title = models.CharField(max_length=120)
    body = models.TextField()
    visit_types = models.ManyToManyField(VisitType, related_name="cards", blank=True)
    payers = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    review_on = models.DateField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class DraftKind(models.TextChoices):
    VISIT_TYPE = "visit_type", "Visit type"
    SLOT_CLASS = "slot_class", "Slot class"
    GRID = "grid", "Protection grid"
    GUIDE = "guide", "Guide to the visit type"


class Draft(models.Model):
    """A change of the clinic's settings that waits for approval, and the day from which it holds.

    `proposal` is what is to be; `was` is what stood there when it was drafted, so that an approval of something
    that has changed since can be refused.
    """

    kind = models.CharField(max_length=12, choices=DraftKind.choices)
    subject = models.BigIntegerField(null=True, help_text="The row that changes; empty for a new one.")
    title = models.CharField(max_length=120)
    proposal = models.JSONField()
    was = models.JSONField(default=dict)
    because = models.CharField(max_length=300, blank=True)
    holds_from = models.DateField()
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-drafted_at"]
        constraints = [paired("approved", table="clinic_draft"), paired("withdrawn", table="clinic_draft")]

    def __str__(self) -> str:
        return self.title
