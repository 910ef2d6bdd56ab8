from __future__ import annotations

from django.conf import settings
from django.db import models

from frontdesk.clinic.models.site import Site


class Staff(models.Model):
    """What the clinic knows of somebody who works there: the sites and the telephone extension."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="staff")
    sites = models.ManyToManyField(Site, related_name="staff")
    extension = models.CharField(max_length=10, blank=True)

    class Meta:
        verbose_name_plural = "staff"

    def __str__(self) -> str:
        return str(self.user)
