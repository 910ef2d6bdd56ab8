from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models

from frontdesk.kit.models import paired


class ProtocolQuerySet(models.QuerySet["Protocol"]):
    def in_force(self, moment: datetime) -> ProtocolQuerySet:
        """Approved and begun; the newest first."""
        return self.filter(approved_at__lte=moment, in_force_from__lte=moment).order_by(
            "-in_force_from", "-version"
        )


class Protocol(models.Model):
    """A version of the clinic's own triage protocol. Never edited in place: a change is a new version."""

    name = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    content = models.JSONField(help_text="Read by engine.protocol.read_protocol.")
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    in_force_from = models.DateTimeField(null=True)

    objects = ProtocolQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="triage_protocol_version_once"),
            paired("approved", table="triage_protocol"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, version {self.version}"
