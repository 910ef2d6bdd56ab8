from __future__ import annotations

from django.conf import settings
from django.db import models

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.models import Provider, Room, Site, VisitType
from frontdesk.kit.models import paired
from frontdesk.people.models import Patient


class PlanKind(models.TextChoices):
    SERIES = "series", "Series"
    LINKED = "linked", "Linked visits"
    FAMILY = "family", "Family visits"


class Plan(models.Model):
    """Visits that belong together: a course of n visits, visits in an order with gaps, a family side by side.

    `visits_wanted` is how many there are to be; `every_days` their distance in a series; `order_ref` the order or
    referral that asks for them, in the clinic's own words.
    """

    kind = models.CharField(max_length=8, choices=PlanKind.choices)
    asked_for = models.BigIntegerField(null=True, help_text="The request that asked for it.")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    order_ref = models.CharField(max_length=120, blank=True)
    visits_wanted = models.PositiveSmallIntegerField()
    every_days = models.PositiveSmallIntegerField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_because = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [paired("ended", table="book_plan")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.visits_wanted}"


class GatheringKind(models.TextChoices):
    GROUP = "group", "Group visit"
    CONFERENCE = "conference", "Case conference"


class GatheringQuerySet(models.QuerySet["Gathering"]):
    def visible_to(self, user: User) -> GatheringQuerySet:
        if not user.may(Permission.SEE_CALENDAR):
            return self.none()
        return self if user.may(Permission.SEE_ALL_SITES) else self.filter(site__in=Site.objects.of(user))


class Gathering(models.Model):
    """Time that many share: a group visit with places for patients, or a case conference of several providers.

    Its claims take the time of everybody who is required. A patient's place in a group is an appointment without
    claims of its own; `places` is how many there are (none in a conference). [start, end).
    """

    kind = models.CharField(max_length=10, choices=GatheringKind.choices)
    title = models.CharField(max_length=120)
    visit_type = models.ForeignKey(VisitType, models.PROTECT, null=True, related_name="gatherings")
    site = models.ForeignKey(Site, models.PROTECT, related_name="gatherings")
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="led_gatherings")
    required = models.ManyToManyField(Provider, related_name="gatherings", blank=True)
    room = models.ForeignKey(Room, models.PROTECT, null=True, related_name="+")
    patient = models.ForeignKey(
        Patient,
        models.PROTECT,
        null=True,
        related_name="conferences",
        help_text="Whom a conference is about.",
    )
    start = models.DateTimeField()
    end = models.DateTimeField()
    places = models.PositiveSmallIntegerField(default=0)
    planned_at = models.DateTimeField()
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    cancelled_because = models.CharField(max_length=200, blank=True)

    objects = GatheringQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["site", "start"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(end__gt=models.F("start")), name="book_gathering_ends_after"
            ),
            paired("cancelled", table="book_gathering"),
        ]

    def __str__(self) -> str:
        return self.title
