from __future__ import annotations

from django.conf import settings
from django.db import models

from frontdesk.triage.models.request import Request


class Utterance(models.Model):
    """Words as they were spoken. Never changed; more may be added beside them."""

    request = models.ForeignKey(Request, models.PROTECT, related_name="utterances")
    text = models.TextField()
    heard_at = models.DateTimeField()
    heard_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="triage_words_not_empty")]

    def __str__(self) -> str:
        return f"words at {self.heard_at:%H:%M:%S}"
