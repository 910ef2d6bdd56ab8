"""The tables of the record. The database refuses to change or delete a row (see migration 0002)."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class EntryQuerySet(models.QuerySet["Entry"]):
    def about(self, kind: str, pk: int) -> EntryQuerySet:
        """Entries about one thing, in the order in which they were written."""
        return self.filter(subjects__kind=kind, subjects__ref=pk).order_by("pk")


class Entry(models.Model):
    """One fact: what, when, by whom, why, approved by whom, instead of what, under which rule."""

    kind = models.CharField(max_length=60)
    facts = models.JSONField()
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="daybook_entries"
    )
    actor_name = models.CharField(max_length=200, help_text="As it was then; a system process by its name.")
    reason = models.TextField(blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="daybook_approvals"
    )
    alternatives = models.JSONField(default=list)
    rule_version = models.CharField(max_length=120, blank=True)
    caused_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="led_to")

    of: models.Model | None = None  # the row it tells of, for the reactions to it; not kept

    objects = EntryQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["at"]), models.Index(fields=["kind", "at"])]
        constraints = [
            models.CheckConstraint(condition=~models.Q(actor_name=""), name="daybook_entry_has_an_actor")
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at:%Y-%m-%d %H:%M:%S}"


class EntrySubject(models.Model):
    """What an entry is about, as a kind and a number, not a foreign key: the record outlives its things."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="subjects")
    kind = models.CharField(max_length=40)
    ref = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "ref", "entry"], name="daybook_subject_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"


class Link(models.Model):
    """One link of the hash chain, made by the database when a transaction commits (migration 0002)."""

    seq = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="link")
    previous = models.BinaryField(max_length=32)
    digest = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"link {self.seq}"


class Look(models.Model):
    """Somebody looked at a record: who, when, which, where, and why where a reason is asked."""

    at = models.DateTimeField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="looks")
    kind = models.CharField(max_length=40)
    ref = models.BigIntegerField()
    where = models.CharField(max_length=120)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "ref", "at"]), models.Index(fields=["user", "at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref} at {self.at:%Y-%m-%d %H:%M}"
