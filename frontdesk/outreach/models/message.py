from __future__ import annotations

from django.conf import settings
from django.db import models

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.outreach.models.template import Channel, MessageTemplate
from frontdesk.people.models import Patient

ABOUT_VISIT = "appointment"


def about_change(version: int) -> str:
    """What a message is about that tells of one change of a visit: told once, like the booking itself."""
    return f"{ABOUT_VISIT}/{version}"


class MessageState(models.TextChoices):
    QUEUED = "queued", "Waiting to be sent"
    SENT = "sent", "Taken by the mail server"
    FAILED = "failed", "Not delivered"


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: User) -> MessageQuerySet:
        return self if user.may(Permission.SEE_PATIENTS) else self.none()

    def about_visits(self) -> MessageQuerySet:
        """What tells of visits: that they are booked, and each change of them; `about_ref` is the visit."""
        changes = models.Q(about_kind__startswith=f"{ABOUT_VISIT}/")
        return self.filter(models.Q(about_kind=ABOUT_VISIT) | changes)


class Message(models.Model):
    """One message to one patient: exactly what was sent, to which address, by which channel."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="messages")
    template = models.ForeignKey(MessageTemplate, models.PROTECT, related_name="messages")
    channel = models.CharField(max_length=8, choices=Channel.choices)
    to = models.CharField(max_length=254)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    about_kind = models.CharField(max_length=40)
    about_ref = models.BigIntegerField()
    asked_for = models.BigIntegerField(null=True, help_text="The request that led to it.")
    state = models.CharField(max_length=8, choices=MessageState.choices, default=MessageState.QUEUED)
    queued_at = models.DateTimeField()
    queued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    tries = models.PositiveSmallIntegerField(default=0)
    settled_at = models.DateTimeField(null=True, help_text="When it was sent, or given up.")
    receipt = models.CharField(max_length=300, blank=True, help_text="What the carrier answered.")

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["about_kind", "about_ref"]),
            models.Index(fields=["patient", "queued_at"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["about_kind", "about_ref", "template", "to"], name="outreach_message_once"
            )
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"

    @property
    def is_about_a_visit(self) -> bool:
        return self.about_kind.partition("/")[0] == ABOUT_VISIT
