from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from frontdesk.accounts.permissions import Role
from frontdesk.clinic.choices import Audience, Modality
from frontdesk.clinic.models.visit_type import VisitType


class SlotClass(models.Model):
    """What time may be kept for: same-day urgent, after discharge, new patients, video.

    Time of a class is booked only with its visit types, for its audience, by one of its modalities (empty: any),
    and, where it is opened by a clinician's direction, only with one. It is released to everybody on the day
    `release_days` before, at `release_at` local time; without those, only by hand by somebody of `released_by`.
    """

    code = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=60)
    visit_types = models.ManyToManyField(VisitType, related_name="slot_classes", blank=True)
    audience = models.CharField(max_length=12, choices=Audience.choices, default=Audience.ANYBODY)
    modalities = ArrayField(
        models.CharField(max_length=10, choices=Modality.choices), default=list, blank=True
    )
    by_direction = models.BooleanField(default=False, help_text="Opens by a clinician's direction only.")
    release_days = models.PositiveSmallIntegerField(null=True, blank=True)
    release_at = models.TimeField(null=True, blank=True)
    released_by = models.CharField(max_length=20, choices=Role.choices, default=Role.MANAGER)
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "slot classes"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(release_days=None, release_at=None)
                | models.Q(release_days__isnull=False, release_at__isnull=False),
                name="clinic_slot_class_release",
            )
        ]

    def __str__(self) -> str:
        return self.name
