from __future__ import annotations

from zoneinfo import ZoneInfo

from django.db import models

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission


class SiteQuerySet(models.QuerySet["Site"]):
    def of(self, user: User) -> SiteQuerySet:
        """The sites at which `user` works; all of them for roles that see all sites."""
        if user.may(Permission.SEE_ALL_SITES):
            return self
        return self.filter(staff__user=user)


class Site(models.Model):
    """A place where patients are seen."""

    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=200)
    phone = models.CharField(max_length=20)
    time_zone = models.CharField(max_length=40, help_text="An IANA zone, such as America/New_York.")

    objects = SiteQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)
