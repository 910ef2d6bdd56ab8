from __future__ import annotations

from django.db import models

from frontdesk.clinic.choices import Modality, RoomType


class Specialty(models.Model):
    """A field of medicine, as the clinic offers it."""

    code = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=60)

    class Meta:
        verbose_name_plural = "specialties"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class VisitType(models.Model):
    """What a visit is for, how long it takes and what it needs. `minutes` is a multiple of five."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    name_es = models.CharField(max_length=80)
    specialty = models.ForeignKey(Specialty, models.PROTECT, related_name="visit_types")
    minutes = models.PositiveSmallIntegerField()
    arrive_before = models.PositiveSmallIntegerField(default=15, help_text="Minutes to arrive early.")
    modality = models.CharField(max_length=10, choices=Modality.choices, default=Modality.IN_PERSON)
    room_type = models.CharField(max_length=20, choices=RoomType.choices, blank=True)
    same_day = models.BooleanField(default=False, help_text="For urgent, same-day care.")
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(minutes__gte=5, minutes__lte=480), name="clinic_visit_type_length"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.minutes} min"
