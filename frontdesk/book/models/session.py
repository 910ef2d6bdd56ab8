from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models

from frontdesk.accounts.permissions import Role
from frontdesk.clinic.choices import BlockKind
from frontdesk.clinic.models import Resource, Site, SlotClass
from frontdesk.kit.models import paired


class Template(models.Model):
    """One dated version of a resource's week at a site: a draft until it is approved, then its sessions hold.

    `rows` are the sessions as they were drafted (see engine/template.py for their shape); approving makes them
    `Session` rows that are valid from `holds_from`, and ends those of the version before on the day before.
    """

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="templates")
    site = models.ForeignKey(Site, models.PROTECT, related_name="templates")
    number = models.PositiveIntegerField()
    rows = models.JSONField(default=list)
    because = models.CharField(max_length=300, blank=True)
    holds_from = models.DateField()
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["resource", "site", "number"], name="book_template_number"),
            paired("approved", table="book_template"),
            paired("withdrawn", table="book_template"),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"


class SessionQuerySet(models.QuerySet["Session"]):
    def on(self, day: date) -> SessionQuerySet:
        """Sessions whose weekday and dates fit the local `day`; those of every nth week are not sorted out here."""
        return self.filter(weekday=day.weekday(), valid_from__lte=day).exclude(valid_until__lt=day)


class Session(models.Model):
    """A weekly stretch of local time of a resource at a site (Monday is 0): open, or kept from visits.

    One with a `block` kind is closed: to nobody's visits until it is released. One with a slot class is kept for
    what the class says. `cycle` 2 with `week` 1 is every other week, counted from the week of `cycle_from`.
    `capacity` is how many visits may begin in it; `align` the minutes of the grid on which they begin, counted
    from the start of the session.
    """

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="sessions")
    site = models.ForeignKey(Site, models.PROTECT, related_name="sessions")
    template = models.ForeignKey(Template, models.PROTECT, null=True, blank=True, related_name="sessions")
    weekday = models.PositiveSmallIntegerField()
    starts = models.TimeField()
    ends = models.TimeField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    cycle = models.PositiveSmallIntegerField(default=1, db_default=1)
    week = models.PositiveSmallIntegerField(default=0, db_default=0)
    cycle_from = models.DateField(null=True, blank=True)
    slot_class = models.ForeignKey(SlotClass, models.PROTECT, null=True, blank=True, related_name="sessions")
    block = models.CharField(max_length=12, choices=BlockKind.choices, blank=True, default="", db_default="")
    capacity = models.PositiveSmallIntegerField(null=True, blank=True)
    align = models.PositiveSmallIntegerField(null=True, blank=True)
    release_days = models.PositiveSmallIntegerField(null=True, blank=True)
    release_at = models.TimeField(null=True, blank=True)
    released_by = models.CharField(max_length=20, choices=Role.choices, blank=True, default="", db_default="")

    objects = SessionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["site", "weekday"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends__gt=models.F("starts")), name="book_session_ends_after"
            ),
            models.CheckConstraint(condition=models.Q(weekday__lte=6), name="book_session_weekday"),
            models.CheckConstraint(
                condition=models.Q(cycle__gte=1, week__lt=models.F("cycle")), name="book_session_cycle"
            ),
            models.CheckConstraint(
                condition=models.Q(release_days=None, release_at=None)
                | models.Q(release_days__isnull=False, release_at__isnull=False),
                name="book_session_release",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts:%H:%M}–{self.ends:%H:%M}"

    def held_on(self, day: date) -> bool:
        """Is it held on the local `day`?"""
        if day.weekday() != self.weekday or day < self.valid_from or (self.valid_until or day) < day:
            return False
        if self.cycle == 1:
            return True
        first = self.cycle_from or self.valid_from
        weeks = (day.toordinal() - day.weekday() - first.toordinal() + first.weekday()) // 7
        return weeks % self.cycle == self.week
