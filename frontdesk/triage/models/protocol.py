from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models

from frontdesk.clinic.models import Site, Specialty
from frontdesk.kit.models import paired


class Hours(models.TextChoices):
    """At which hours of its site a protocol is read."""

    ANY = "", "At all hours"
    OPEN = "open", "While the site is open"
    CLOSED = "closed", "While the site is closed"


class ProtocolQuerySet(models.QuerySet["Protocol"]):
    def in_force(self, moment: datetime) -> ProtocolQuerySet:
        """Approved, begun and not ended; the newest first. Of each name only the first one is read."""
        begun = self.filter(approved_at__lte=moment, in_force_from__lte=moment)
        ended = models.Q(ended_at__isnull=False, ended_at__lte=moment)
        return begun.exclude(ended).order_by("-in_force_from", "-version")


class Protocol(models.Model):
    """A version of one of the clinic's own triage protocols. Never edited in place: a change is a new version.

    One without a scope is general and read for every request. One with a site, a specialty, an age group (whole
    years, from and under) or hours is read beside it where its scope fits: it adds rules and takes none away.
    A draft is being written until it is handed in (`handed_in_at`), then it waits for a clinician's approval.
    """

    name = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    content = models.JSONField(help_text="Read by engine.protocol.read_protocol.")
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="+")
    specialty = models.ForeignKey(Specialty, models.PROTECT, null=True, blank=True, related_name="+")
    age_from = models.PositiveSmallIntegerField(null=True, blank=True)
    age_under = models.PositiveSmallIntegerField(null=True, blank=True)
    hours = models.CharField(max_length=6, choices=Hours.choices, blank=True, default=Hours.ANY)
    because = models.CharField(max_length=300, blank=True, help_text="Why it is drafted.")
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField(null=True, help_text="The last change of the draft.")
    handed_in_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    in_force_from = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="From then on it is not read any more.")
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ProtocolQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="triage_protocol_version_once"),
            paired("approved", table="triage_protocol"),
            paired("withdrawn", table="triage_protocol"),
            paired("ended", table="triage_protocol"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, version {self.version}"


class Acknowledgement(models.Model):
    """Somebody has read a version of a protocol, its scripts and what must be written down."""

    protocol = models.ForeignKey(Protocol, models.PROTECT, related_name="acknowledgements")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["protocol", "user"], name="triage_acknowledged_once")]

    def __str__(self) -> str:
        return f"read at {self.at:%Y-%m-%d}"


class Backtest(models.Model):
    """A version run over past requests: what would have changed, beside the protocol that held then.

    `rows` keep no words: the number of the request, its lanes and rules; the page reads the words for those who may
    see them. `first` and `last` are days of the clinic, both included.
    """

    protocol = models.ForeignKey(Protocol, models.PROTECT, related_name="backtests")
    against = models.ForeignKey(Protocol, models.PROTECT, null=True, related_name="+")
    mark = models.CharField(max_length=64, help_text="That of the content that was run.")
    first = models.DateField()
    last = models.DateField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    read = models.PositiveIntegerField(default=0, help_text="So many requests have been read so far.")
    whole = models.PositiveIntegerField(default=0, help_text="So many are to be read.")
    done_at = models.DateTimeField(null=True)
    failed = models.CharField(max_length=300, blank=True)
    rows = models.JSONField(default=list)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"backtest of {self.protocol_id}"
