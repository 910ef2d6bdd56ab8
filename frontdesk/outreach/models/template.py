from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models

from frontdesk.clinic.choices import Language
from frontdesk.kit.models import paired


class Channel(models.TextChoices):
    EMAIL = "email", "E-mail"


class ContentLevel(models.TextChoices):
    """How much a message tells. What leaves the house by e-mail is minimal."""

    MINIMAL = "minimal", "Place, time and telephone number only"
    CLINICAL = "clinical", "May name the care: secure channels only"


class MessageTemplateQuerySet(models.QuerySet["MessageTemplate"]):
    def in_force(self, moment: datetime) -> MessageTemplateQuerySet:
        return self.filter(approved_at__lte=moment, in_force_from__lte=moment).order_by("-version")


class MessageTemplate(models.Model):
    """A text in the message library, in one language for one channel. A change is a new version."""

    key = models.SlugField(max_length=40)
    language = models.CharField(max_length=8, choices=Language.choices)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    version = models.PositiveIntegerField()
    subject = models.CharField(max_length=120)
    body = models.TextField(help_text="Plain text with {names} from the list that the library allows.")
    content_level = models.CharField(max_length=10, choices=ContentLevel.choices)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    in_force_from = models.DateTimeField(null=True)

    objects = MessageTemplateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key", "language", "channel", "version"], name="outreach_template_version_once"
            ),
            paired("approved", table="outreach_template"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.language} v{self.version}"
