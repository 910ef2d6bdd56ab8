from __future__ import annotations

from django.conf import settings
from django.db import models

from frontdesk.book.models.appointment import Appointment
from frontdesk.book.ports import Link, Verdict
from frontdesk.clinic.models import Resource, Site
from frontdesk.kit.models import paired


class ChainLink(models.Model):
    """What a check found of one link of a visit's chain when the visit was booked or last moved."""

    appointment = models.ForeignKey(Appointment, models.CASCADE, related_name="chain")
    link = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Link])
    verdict = models.CharField(max_length=12, choices=[(one.value, one.value) for one in Verdict])
    sentence = models.CharField(max_length=300)
    code = models.CharField(max_length=40, blank=True)
    checked_at = models.DateTimeField()
    waived_at = models.DateTimeField(null=True, blank=True)
    waived_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    waived_because = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appointment", "link"], name="book_chain_link_once"),
            paired("waived", table="book_chain"),
        ]

    def __str__(self) -> str:
        return f"{self.link}: {self.verdict}"


class Conflict(models.Model):
    """A resource that two things want at once through a cause outside the book: found, escalated, resolved.

    `source` says what found or caused it (block, outside, audit); `visits` are those it hits.
    """

    resource = models.ForeignKey(Resource, models.PROTECT, related_name="conflicts")
    site = models.ForeignKey(Site, models.PROTECT, related_name="conflicts")
    start = models.DateTimeField()
    end = models.DateTimeField()
    source = models.CharField(max_length=20)
    cause = models.CharField(max_length=200)
    visits = models.ManyToManyField(Appointment, related_name="conflicts")
    found_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    resolution = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["resource", "start"])]
        constraints = [paired("resolved", table="book_conflict")]

    def __str__(self) -> str:
        return f"conflict at {self.start:%Y-%m-%d %H:%M}"


class Once(models.Model):
    """The key of a client's action and what came of it: a repeat answers the same and does nothing again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    key = models.CharField(max_length=80)
    what = models.CharField(max_length=30)
    ref = models.BigIntegerField()
    done_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="book_once_per_user")]

    def __str__(self) -> str:
        return self.what
