from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from frontdesk.book.models import Appointment
from frontdesk.clinic.models import Site
from frontdesk.kit.models import paired


class ClientQuerySet(models.QuerySet["Client"]):
    def registered(self) -> ClientQuerySet:
        """Those that may still ask."""
        return self.filter(ended_at=None)


class Client(models.Model):
    """Another program that may use the book: an EHR, call-centre software, a chatbot, a patient app.

    Whatever it does is done by its `user`, who has the role MACHINE and cannot log in. `scopes` are SMART scopes
    (`system/Appointment.cruds`); `sites` are those it sees. It proves who it is with a key of `jwks` or of the set at
    `jwks_url`. `sees_sensitive`: visits of sensitive types are as any other to it, not "busy".
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="client")
    client_id = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=80)
    about = models.CharField(max_length=300, blank=True, help_text="What it is for, and whom to call.")
    scopes = ArrayField(models.CharField(max_length=80), default=list)
    jwks = models.JSONField(null=True, blank=True, help_text="Public keys only.")
    jwks_url = models.URLField(max_length=300, blank=True)
    sites = models.ManyToManyField(Site, related_name="clients")
    per_minute = models.PositiveIntegerField(default=600, help_text="Requests a minute.")
    sees_sensitive = models.BooleanField(default=False)
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ClientQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            paired("ended", table="partners_client"),
            models.CheckConstraint(
                condition=models.Q(jwks__isnull=False) | ~models.Q(jwks_url=""),
                name="partners_client_has_keys",
            ),
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(ended_at=None), name="partners_client_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Token(models.Model):
    """A short-lived permission that was handed out. Only its SHA-256 is kept."""

    client = models.ForeignKey(Client, models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=80), default=list)
    issued_at = models.DateTimeField()  # by the machine, for the client that proved who it is
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"token {self.pk}"

    def holds(self, moment: datetime) -> bool:
        return moment < self.expires_at


class Assertion(models.Model):
    """A proof (JWT) that a client has used: its `jti`, hashed, is refused again until it expires."""

    client = models.ForeignKey(Client, models.CASCADE, related_name="assertions")
    digest = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "digest"], name="partners_assertion_once")]

    def __str__(self) -> str:
        return f"assertion {self.pk}"


class OutsideNumber(models.Model):
    """The number by which a client knows a visit. The same number of one client names one visit only."""

    client = models.ForeignKey(Client, models.CASCADE, related_name="numbers")
    system = models.CharField(max_length=200)
    value = models.CharField(max_length=120)
    appointment = models.ForeignKey(Appointment, models.CASCADE, related_name="outside_numbers")

    class Meta:
        indexes = [models.Index(fields=["system", "value"])]
        constraints = [
            models.UniqueConstraint(fields=["client", "system", "value"], name="partners_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.system}|{self.value}"
