from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from frontdesk.clinic.choices import Audience, Modality, Moves, ResourceKind, RoomType


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
    """What a visit is for, how long it takes and what it needs. `minutes` is a multiple of five.

    Without segments it takes a provider, and a room where it is in person, for all of its minutes.
    `moves`, `converts_to` and the slot classes that keep time for it are its row of the protection grid.
    """

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    name_es = models.CharField(max_length=80)
    specialty = models.ForeignKey(Specialty, models.PROTECT, related_name="visit_types")
    minutes = models.PositiveSmallIntegerField()
    arrive_before = models.PositiveSmallIntegerField(default=15, help_text="Minutes to arrive early.")
    modality = models.CharField(max_length=10, choices=Modality.choices, default=Modality.IN_PERSON)
    room_type = models.CharField(max_length=20, choices=RoomType.choices, blank=True)
    same_day = models.BooleanField(default=False, help_text="For urgent, same-day care.")
    audience = models.CharField(
        max_length=12, choices=Audience.choices, default=Audience.ANYBODY, db_default=Audience.ANYBODY
    )
    places = models.PositiveSmallIntegerField(
        default=1, db_default=1, help_text="More than one makes it a group visit."
    )
    kept_only = models.BooleanField(
        default=False, db_default=False, help_text="Booked only in time that is kept for it."
    )
    # When it may be booked.
    lead_least = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Minutes between booking and visit, at least."
    )
    lead_most = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Days ahead, at most.")
    prep_hours = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="Hours the patient needs to prepare."
    )
    prep_text = models.CharField(max_length=300, blank=True, default="", db_default="")
    prep_text_es = models.CharField(max_length=300, blank=True, default="", db_default="")
    # Wished for beside it, softer than a claim.
    buffer_before = models.PositiveSmallIntegerField(default=0, db_default=0)
    buffer_after = models.PositiveSmallIntegerField(default=0, db_default=0)
    turnover = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="Minutes to make its room ready again."
    )
    # Its row of the protection grid.
    moves = models.CharField(
        max_length=10, choices=Moves.choices, default=Moves.FREELY, db_default=Moves.FREELY
    )
    moves_because = models.CharField(max_length=200, blank=True, default="", db_default="")
    converts_to = ArrayField(
        models.CharField(max_length=10, choices=Modality.choices), default=list, db_default=[], blank=True
    )
    needs_checks = ArrayField(
        models.CharField(max_length=20), default=list, db_default=[], blank=True,
        help_text="Links of the visit's chain that must pass for it: referral, authorization, coverage.",
    )  # fmt: skip
    code_hints = models.JSONField(
        default=list, db_default=[], blank=True, help_text="[system, code, the clinic's own words]"
    )
    # What others are shown of it.
    sensitive = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Messages, calendars and other systems say nothing of what it is.",
    )
    public = models.BooleanField(
        default=False, db_default=False, help_text="Its open time is published for anybody to see."
    )
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(minutes__gte=5, minutes__lte=480), name="clinic_visit_type_length"
            ),
            models.CheckConstraint(condition=models.Q(places__gte=1), name="clinic_visit_type_places"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.minutes} min"

    @property
    def is_group(self) -> bool:
        return self.places > 1


class VisitLength(models.Model):
    """How long a visit of a type takes with one provider, where that is not what is usual."""

    visit_type = models.ForeignKey(VisitType, models.CASCADE, related_name="lengths")
    provider = models.ForeignKey("clinic.Provider", models.CASCADE, related_name="lengths")
    minutes = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit_type", "provider"], name="clinic_visit_length_once"),
            models.CheckConstraint(
                condition=models.Q(minutes__gte=5, minutes__lte=480), name="clinic_visit_length_bounds"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.minutes} min"


class Segment(models.Model):
    """A stretch of a visit and what it takes: a nurse for 10 minutes, then the provider for 20.

    `offset` and `minutes` are minutes from the beginning of the visit, multiples of five. The segment that
    `leads` takes the provider whom the patient comes to see; another provider segment takes anybody of its
    specialty. A room or a machine is of the named type.
    """

    visit_type = models.ForeignKey(VisitType, models.CASCADE, related_name="segments")
    kind = models.CharField(max_length=12, choices=ResourceKind.choices)
    leads = models.BooleanField(default=False)
    specialty = models.ForeignKey(Specialty, models.PROTECT, null=True, blank=True, related_name="+")
    room_type = models.CharField(max_length=20, choices=RoomType.choices, blank=True)
    equipment_type = models.CharField(max_length=40, blank=True)
    offset = models.PositiveSmallIntegerField(default=0)
    minutes = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["offset", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(minutes__gte=5, minutes__lte=480, offset__lte=480),
                name="clinic_segment_length",
            ),
            models.UniqueConstraint(
                fields=["visit_type"], condition=models.Q(leads=True), name="clinic_segment_one_leads"
            ),
            models.CheckConstraint(
                condition=models.Q(leads=False) | models.Q(kind=ResourceKind.PROVIDER),
                name="clinic_segment_a_provider_leads",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.offset}–{self.offset + self.minutes}"
