from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from frontdesk.clinic.choices import InterpreterMode, ResourceKind, RoomType
from frontdesk.clinic.models.site import Department, Site
from frontdesk.clinic.models.visit_type import Specialty


class Resource(models.Model):
    """Anything whose time can be taken once only: a provider, a room, a machine, an interpreter."""

    kind = models.CharField(max_length=12, choices=ResourceKind.choices)
    name = models.CharField(max_length=120)
    site = models.ForeignKey(Site, models.PROTECT, related_name="resources", help_text="The home site.")
    department = models.ForeignKey(
        Department, models.SET_NULL, null=True, blank=True, related_name="resources"
    )
    active = models.BooleanField(default=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "site"])]

    def __str__(self) -> str:
        return self.name


class Provider(Resource):
    """Somebody whom patients come to see."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="provider"
    )
    family = models.CharField(max_length=60)
    specialty = models.ForeignKey(Specialty, models.PROTECT, related_name="providers")
    sex = models.CharField(max_length=1, blank=True)
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True)


class Room(Resource):
    """A room at a site."""

    room_type = models.CharField(max_length=20, choices=RoomType.choices)
    isolation = models.BooleanField(
        default=False, db_default=False, help_text="Fit for patients who need infection precautions."
    )


class Equipment(Resource):
    """A machine that a visit may need."""

    equipment_type = models.CharField(max_length=40)

    class Meta:
        verbose_name_plural = "equipment"


class Interpreter(Resource):
    """A person or a remote line that interprets."""

    mode = models.CharField(max_length=10, choices=InterpreterMode.choices)
    languages = ArrayField(models.CharField(max_length=8), default=list)
