"""What was offered, and who spoke with whom: parts of a request's record that are added and never changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.people.models import Patient
from frontdesk.triage.models.request import Request


class Alternative(models.Model):
    """Something that was offered to the caller instead of, or beside, what was asked for."""

    request = models.ForeignKey(Request, models.PROTECT, related_name="alternatives")
    words = models.CharField(max_length=300)
    taken = models.BooleanField(default=False, help_text="The caller accepted it.")
    offered_at = models.DateTimeField()
    offered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.words


class ContactHow(models.TextChoices):
    PHONE_IN = "phone_in", "They called"
    PHONE_OUT = "phone_out", "We called"
    IN_PERSON = "in_person", "In person"
    MESSAGE_IN = "message_in", "They wrote"
    MESSAGE_OUT = "message_out", "We wrote"
    VOICEMAIL = "voicemail", "They left a voicemail"


class ContactEnd(models.TextChoices):
    REACHED = "reached", "Spoke with them"
    LEFT_MESSAGE = "left_message", "Left a minimal message"
    NOT_REACHED = "not_reached", "Not reached"
    CUT_OFF = "cut_off", "The line was lost"


class ContactQuerySet(models.QuerySet["Contact"]):
    def visible_to(self, user: User) -> ContactQuerySet:
        """Those of requests that the user may see; those of no request for whoever may see patients."""
        seen = models.Q(request__in=Request.objects.visible_to(user))
        if user.may(Permission.SEE_PATIENTS):
            seen |= models.Q(request=None)
        return self.filter(seen)


class Contact(models.Model):
    """One call or conversation, with its times. Part of the call log of its request and its patient."""

    request = models.ForeignKey(Request, models.PROTECT, null=True, blank=True, related_name="contacts")
    patient = models.ForeignKey(Patient, models.PROTECT, null=True, blank=True, related_name="contacts")
    how = models.CharField(max_length=12, choices=ContactHow.choices)
    end = models.CharField(max_length=12, choices=ContactEnd.choices)
    said = models.CharField(max_length=500, blank=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = ContactQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["patient", "began_at"])]

    def __str__(self) -> str:
        return f"{self.get_how_display()}: {self.get_end_display()}"
