from __future__ import annotations

from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission


class SiteQuerySet(models.QuerySet["Site"]):
    def of(self, user: User) -> SiteQuerySet:
        """The sites at which `user` works; all of them for roles that see all sites."""
        if user.may(Permission.SEE_ALL_SITES):
            return self
        return self.filter(staff__user=user)


class Organization(models.Model):
    """Who runs the sites. One database belongs to one organization: there is at most one row."""

    name = models.CharField(max_length=120)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="clinic_one_organization")]

    def __str__(self) -> str:
        return self.name


class Site(models.Model):
    """A place where patients are seen."""

    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=200)
    phone = models.CharField(max_length=20)
    time_zone = models.CharField(max_length=40, help_text="An IANA zone, such as America/New_York.")
    country = models.CharField(
        max_length=2, default="US", db_default="US", help_text="ISO 3166, for its holidays."
    )
    subdivision = models.CharField(
        max_length=6, blank=True, default="", db_default="", help_text="The state, for its holidays: NY."
    )
    late_cancel_hours = models.PositiveSmallIntegerField(
        default=24,
        db_default=24,
        help_text="A visit cancelled with less notice than this is a late cancellation.",
    )

    objects = SiteQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class SiteHours(models.Model):
    """When a site answers on one weekday, in its own time. A weekday without a row is one on which it does not."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(help_text="0 is Monday.")
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        verbose_name_plural = "site hours"
        ordering = ["site", "weekday", "opens"]
        constraints = [
            models.CheckConstraint(condition=models.Q(weekday__lte=6), name="clinic_site_hours_weekday"),
            models.CheckConstraint(
                condition=models.Q(closes__gt=models.F("opens")), name="clinic_site_hours_close_after"
            ),
            models.UniqueConstraint(fields=["site", "weekday", "opens"], name="clinic_site_hours_once"),
        ]

    def __str__(self) -> str:
        return f"{self.opens:%H:%M} to {self.closes:%H:%M}"


class Department(models.Model):
    """A part of a site that has its own people and rooms."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="departments")
    code = models.SlugField(max_length=30)
    name = models.CharField(max_length=80)

    class Meta:
        ordering = ["site", "name"]
        constraints = [models.UniqueConstraint(fields=["site", "code"], name="clinic_department_once")]

    def __str__(self) -> str:
        return self.name


class Closure(models.Model):
    """A local day on which a site sees nobody: a public holiday, a storm."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="closures")
    day = models.DateField()
    name = models.CharField(max_length=80)
    holiday = models.BooleanField(default=False, help_text="Taken from the calendar of public holidays.")
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["site", "day"], name="clinic_closure_once")]

    def __str__(self) -> str:
        return f"{self.name}, {self.day}"
