from __future__ import annotations

from datetime import date

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.choices import Language
from frontdesk.kit.models import paired


class PatientQuerySet(models.QuerySet["Patient"]):
    def visible_to(self, user: User) -> PatientQuerySet:
        """All patients of the organization, for those whose role sees patients; nobody's otherwise."""
        return self if user.may(Permission.SEE_PATIENTS) else self.none()


class Sex(models.TextChoices):
    FEMALE = "F", "Female"
    MALE = "M", "Male"
    OTHER = "X", "Other"
    UNKNOWN = "", "Not said"


class Patient(models.Model):
    """Somebody the clinic cares for. `mrn` is the medical record number, unique in the organization.

    Names and birth date may be empty for records that came from another system without them.
    """

    mrn = models.CharField(max_length=32, unique=True)
    given = models.CharField(max_length=80, blank=True)
    family = models.CharField(max_length=80, blank=True)
    search_name = models.CharField(max_length=170, blank=True, help_text="Folded: see kit.text.fold.")
    birth_date = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=1, choices=Sex.choices, blank=True, default=Sex.UNKNOWN)
    language = models.CharField(max_length=8, choices=Language.choices, default=Language.ENGLISH)
    needs_interpreter = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_how = models.CharField(max_length=40, default="desk", help_text="desk, demo, import ...")

    objects = PatientQuerySet.as_manager()

    class Meta:
        indexes = [
            GinIndex(fields=["search_name"], name="people_patient_name_trgm", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["birth_date"]),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}".strip() or f"Name not known, record {self.mrn}"

    @property
    def sort_name(self) -> str:
        return ", ".join(part for part in (self.family, self.given) if part) or self.name

    def age_on(self, day: date) -> int | None:
        """Whole years on `day`, or None where the birth date is not known."""
        if self.birth_date is None:
            return None
        before = (day.month, day.day) < (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - before


class PatientIdentifier(models.Model):
    """The number by which another system knows a patient."""

    patient = models.ForeignKey(Patient, models.CASCADE, related_name="identifiers")
    system = models.CharField(max_length=80)
    value = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["system", "value"], name="people_identifier_once")]

    def __str__(self) -> str:
        return f"{self.system} {self.value}"


class RiskFlag(models.Model):
    """Something a clinician wants every reader of the card to see, such as a blood thinner."""

    patient = models.ForeignKey(Patient, models.CASCADE, related_name="risk_flags")
    code = models.SlugField(max_length=40)
    label = models.CharField(max_length=80)
    since = models.DateField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "code"], condition=models.Q(ended_at=None), name="people_flag_once"
            ),
            paired("ended", table="people_flag"),
        ]

    def __str__(self) -> str:
        return self.label
