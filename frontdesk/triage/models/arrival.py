"""People at the counter: walk-ins in the order of need, and urgent patients who come late."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from frontdesk.accounts.models import User
from frontdesk.book.models import Appointment
from frontdesk.clinic.models import Site
from frontdesk.kit.models import paired
from frontdesk.triage.models.request import Request


class WalkInQuerySet(models.QuerySet["WalkIn"]):
    def visible_to(self, user: User) -> WalkInQuerySet:
        return self.filter(request__in=Request.objects.visible_to(user))

    def waiting(self) -> WalkInQuerySet:
        return self.filter(left_at=None)

    def in_order(self) -> WalkInQuerySet:
        """By the tier that a clinician set, 1 first; then those whom none has weighed; ties by arrival."""
        return self.order_by(models.F("tier").asc(nulls_last=True), "arrived_at", "pk")


class WalkInEnd(models.TextChoices):
    SEEN = "seen", "Taken in"
    BOOKED = "booked", "Given a time"
    SENT_ON = "sent_on", "Sent to emergency care"
    REFERRED = "referred", "Directed elsewhere"
    LEFT = "left", "Left before being seen"


class WalkIn(models.Model):
    """Somebody who came without a visit. The order is the tier a clinician set (1 to 5), ties by arrival."""

    request = models.OneToOneField(Request, models.PROTECT, related_name="walk_in")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    arrived_at = models.DateTimeField()
    tier = models.PositiveSmallIntegerField(null=True, blank=True, help_text="1 is seen first, 5 last.")
    tier_at = models.DateTimeField(null=True, blank=True)
    tier_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    left_at = models.DateTimeField(null=True, blank=True)
    left_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    end = models.CharField(max_length=10, choices=WalkInEnd.choices, blank=True)
    end_note = models.CharField(max_length=300, blank=True)

    objects = WalkInQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["site", "arrived_at"], condition=models.Q(left_at=None), name="triage_waiting"
            )
        ]
        constraints = [
            paired("tier", table="triage_walkin"),
            paired("left", table="triage_walkin"),
            models.CheckConstraint(
                condition=models.Q(tier=None) | models.Q(tier__gte=1, tier__lte=5), name="triage_walkin_tier"
            ),
        ]

    def __str__(self) -> str:
        return f"walk-in of request {self.request_id}"


class TierChange(models.Model):
    """A clinician set or changed a tier: from, to, why. Who stood where before and after is in the daybook."""

    walk_in = models.ForeignKey(WalkIn, models.PROTECT, related_name="tier_changes")
    was = models.PositiveSmallIntegerField(null=True)
    became = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=300)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"tier {self.was} to {self.became}"


class Disposition(models.TextChoices):
    """How it ended for somebody who came late."""

    SEEN = "seen", "Seen, as the team can"
    SQUEEZED_IN = "squeezed_in", "Squeezed in, approved"
    VIRTUAL = "virtual", "Seen by video or phone today"
    OTHER_PROVIDER = "other_provider", "Another provider sees them today"
    MOVED = "moved", "Visit moved"
    SENT_TO_NURSE = "sent_to_nurse", "Triage nurse takes over"
    SENT_ON = "sent_on", "Sent to emergency care"
    LEFT = "left", "Left before being seen"


class LateArrival(models.Model):
    """A patient who came after the time: the provider team is asked whether it can still be done.

    Squeezing in needs `approved_by`, somebody who may approve moves. It ends with a disposition.
    """

    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="late_arrivals")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    arrived_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    minutes_late = models.PositiveIntegerField()
    feasible = models.BooleanField(null=True)
    answer = models.CharField(max_length=300, blank=True, help_text="What the provider's team said.")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_because = models.CharField(max_length=300, blank=True)
    disposition = models.CharField(max_length=16, choices=Disposition.choices, blank=True)
    disposition_note = models.CharField(max_length=300, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            paired("answered", table="triage_latearrival"),
            paired("approved", table="triage_latearrival"),
            paired("settled", table="triage_latearrival"),
            models.UniqueConstraint(
                fields=["appointment"],
                condition=models.Q(settled_at=None),
                name="triage_latearrival_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.minutes_late} minutes late"
