from __future__ import annotations

from django.db import models

from frontdesk.book.models import Appointment
from frontdesk.clinic.models import Site
from frontdesk.partners.models.client import Client


class Topic(models.TextChoices):
    """What a client may ask to be told of."""

    VISITS = "visits", "A visit was booked, moved, cancelled, restored or missed"
    FREED = "freed", "Time became free"


class Content(models.TextChoices):
    """How much a notice says (payload content of the R5 backport)."""

    EMPTY = "empty", "Nothing but that something happened"
    ID_ONLY = "id-only", "Which record"
    FULL = "full-resource", "The record itself"


class SubscriptionState(models.TextChoices):
    REQUESTED = "requested", "Waiting for the handshake"
    ACTIVE = "active", "Active"
    ERROR = "error", "Stopped: it does not answer"
    OFF = "off", "Ended"


class Subscription(models.Model):
    """A client that wants to be told, at an address of its own. `events` counts what has happened for it.

    `filters` are search terms of the topic, all of which must fit. `base` is the address of the machines' door as the
    client itself knows it. `secret` signs each notice (HMAC-SHA256).
    `seconds_between` is the heartbeat, 0 for none.
    """

    client = models.ForeignKey(Client, models.CASCADE, related_name="subscriptions")
    topic = models.CharField(max_length=10, choices=Topic.choices)
    filters = models.JSONField(default=list)
    endpoint = models.URLField(max_length=300)
    headers = models.JSONField(default=list, help_text="Headers that the client wants sent with each notice.")
    secret = models.CharField(max_length=64)
    content = models.CharField(max_length=13, choices=Content.choices, default=Content.ID_ONLY)
    reason = models.CharField(max_length=200, blank=True)
    state = models.CharField(
        max_length=9, choices=SubscriptionState.choices, default=SubscriptionState.REQUESTED
    )
    trouble = models.CharField(max_length=300, blank=True, help_text="What went wrong last, in words.")
    seconds_between = models.PositiveIntegerField(default=0)
    seconds_patience = models.PositiveSmallIntegerField(default=10)
    next_beat = models.DateTimeField(null=True, blank=True, help_text="When the next heartbeat is due.")
    base = models.CharField(max_length=200, blank=True)
    most_in_one = models.PositiveSmallIntegerField(default=1)
    events = models.PositiveBigIntegerField(default=0)
    asked_at = models.DateTimeField()  # by its client
    until = models.DateTimeField(null=True, blank=True)
    last_sent = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["topic"], condition=models.Q(state="active"), name="partners_sub_active")
        ]

    def __str__(self) -> str:
        return f"subscription {self.pk}"


class NoticeState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    SENT = "sent", "Sent"
    DEAD = "dead", "Given up"


class Notice(models.Model):
    """One thing that a subscription is to be told of.

    `number` counts within the subscription, from 1, without gaps. It is given by the deliverer, not in the transaction
    of the visit: else all bookings would wait for each other at the subscription's row.
    """

    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="notices")
    number = models.PositiveBigIntegerField(null=True, blank=True)
    what = models.CharField(max_length=20, help_text="booked, moved, cancelled, restored, missed, freed")
    appointment = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="+")
    freed = models.JSONField(default=dict, help_text="Freed time: provider, visit type, start and end.")
    happened_at = models.DateTimeField()  # by whom is in the daybook
    state = models.CharField(max_length=7, choices=NoticeState.choices, default=NoticeState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try = models.DateTimeField(null=True, blank=True)
    settled = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=200, blank=True, help_text="What the other side answered last.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscription", "number"], name="partners_notice_once")
        ]
        indexes = [
            models.Index(
                fields=["next_try"], condition=models.Q(state="waiting"), name="partners_notice_due"
            ),
            models.Index(
                fields=["subscription", "number"],
                condition=models.Q(state="waiting"),
                name="partners_notice_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"notice {self.number} of {self.subscription_id}"
