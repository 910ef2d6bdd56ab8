"""What came in from other systems, as it came: the only tables of this door."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class ImportRun(models.Model):
    """One reading of a file. `read` rows up to now = accepted + rejected + already known."""

    source = models.CharField(max_length=60)
    file_digest = models.CharField(max_length=64, help_text="SHA-256 of the file and its map.")
    file_name = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    rows_read = models.PositiveIntegerField(default=0)
    rows_accepted = models.PositiveIntegerField(default=0)
    rows_known = models.PositiveIntegerField(default=0)
    rows_rejected = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    rows_read=models.F("rows_accepted") + models.F("rows_known") + models.F("rows_rejected")
                ),
                name="gateway_nothing_dropped",
            )
        ]

    def __str__(self) -> str:
        return f"import {self.file_name}"
