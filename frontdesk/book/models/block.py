from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models

from frontdesk.accounts.permissions import Role
from frontdesk.book.models.session import Session
from frontdesk.clinic.choices import BlockKind
from frontdesk.clinic.models import Resource, Site, SlotClass
from frontdesk.kit.models import paired


class BlockQuerySet(models.QuerySet["Block"]):
    def standing(self) -> BlockQuerySet:
        return self.filter(lifted_at=None)

    def between(self, start: datetime, end: datetime) -> BlockQuerySet:
        return self.filter(start__lt=end, end__gt=start)


class Block(models.Model):
    """A stretch in which a resource is away, or kept for a slot class: [start, end), instants.

    It can always be recorded, whatever is booked in it: the visits it hits become work. Without a slot class it
    is closed to visits. It is released to everybody as a session is (see Session), or lifted by somebody.
    """

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="blocks")
    kind = models.CharField(max_length=12, choices=BlockKind.choices)
    slot_class = models.ForeignKey(SlotClass, models.PROTECT, null=True, blank=True, related_name="blocks")
    start = models.DateTimeField()
    end = models.DateTimeField()
    because = models.CharField(max_length=200, blank=True)
    release_days = models.PositiveSmallIntegerField(null=True, blank=True)
    release_at = models.TimeField(null=True, blank=True)
    released_by = models.CharField(max_length=20, choices=Role.choices, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    lifted_because = models.CharField(max_length=200, blank=True)

    objects = BlockQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["resource", "start"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(end__gt=models.F("start")), name="book_block_ends_after"
            ),
            models.CheckConstraint(
                condition=models.Q(release_days=None, release_at=None)
                | models.Q(release_days__isnull=False, release_at__isnull=False),
                name="book_block_release",
            ),
            paired("lifted", table="book_block"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Release(models.Model):
    """Kept time that somebody opened to everybody on one local day, before its own release."""

    session = models.ForeignKey(Session, models.CASCADE, null=True, related_name="releases")
    block = models.ForeignKey(Block, models.CASCADE, null=True, related_name="releases")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    day = models.DateField()
    because = models.CharField(max_length=200)
    released_at = models.DateTimeField()
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "day"], name="book_release_session_once"),
            models.UniqueConstraint(fields=["block", "day"], name="book_release_block_once"),
            models.CheckConstraint(
                condition=models.Q(session__isnull=False, block=None)
                | models.Q(session=None, block__isnull=False),
                name="book_release_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"released on {self.day}"


class OverbookRule(models.Model):
    """When a provider may be given a second visit at once, signed by the provider.

    It opens unit 2 of the provider's time on its weekdays between its local hours, for at most `cap` visits a
    day, from `valid_from` to `valid_until`. Unsigned or ended, it opens nothing.
    """

    provider = models.ForeignKey("clinic.Provider", models.CASCADE, related_name="overbook_rules")
    visit_types = models.ManyToManyField("clinic.VisitType", related_name="+", blank=True)
    weekdays = models.JSONField(default=list, help_text="0 is Monday; empty means every day.")
    starts = models.TimeField()
    ends = models.TimeField()
    cap = models.PositiveSmallIntegerField(default=1)
    valid_from = models.DateField()
    valid_until = models.DateField()
    because = models.CharField(max_length=200, blank=True)
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends__gt=models.F("starts"))
                & models.Q(valid_until__gte=models.F("valid_from"))
                & models.Q(cap__gte=1),
                name="book_overbook_bounds",
            ),
            paired("signed", table="book_overbook"),
            paired("ended", table="book_overbook"),
        ]

    def __str__(self) -> str:
        return f"at most {self.cap} a day"
