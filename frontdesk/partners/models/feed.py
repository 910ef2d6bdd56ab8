from __future__ import annotations

from django.conf import settings
from django.db import models

from frontdesk.book.models import Appointment
from frontdesk.clinic.models import Provider
from frontdesk.kit.models import paired


class FeedKind(models.TextChoices):
    PROVIDER = "provider", "A provider’s calendar"
    VISIT = "visit", "One visit of a patient"


class Feed(models.Model):
    """A secret address at which a calendar program reads. Only the SHA-256 of the secret is kept.

    It never carries clinical detail; it can be taken back at any time.
    """

    kind = models.CharField(max_length=8, choices=FeedKind.choices)
    digest = models.CharField(max_length=64, unique=True)
    provider = models.ForeignKey(Provider, models.CASCADE, null=True, related_name="feeds")
    appointment = models.ForeignKey(Appointment, models.CASCADE, null=True, related_name="feeds")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    last_read = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            paired("revoked", table="partners_feed"),
            models.CheckConstraint(
                condition=models.Q(kind=FeedKind.PROVIDER, provider__isnull=False, appointment=None)
                | models.Q(kind=FeedKind.VISIT, provider=None, appointment__isnull=False),
                name="partners_feed_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"feed {self.pk}"
