from __future__ import annotations

from django.conf import settings
from django.db import models

from frontdesk.triage.models.request import Request


class StepDone(models.Model):
    """A step of a script, stamped when it was done. `wording` is what the script said at that moment."""

    request = models.ForeignKey(Request, models.PROTECT, related_name="steps_done")
    script_key = models.CharField(max_length=40)
    step_key = models.CharField(max_length=40)
    wording = models.CharField(max_length=400)
    answer = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField()
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["request", "script_key", "step_key"], name="triage_step_once")
        ]

    def __str__(self) -> str:
        return f"{self.script_key}/{self.step_key}"
