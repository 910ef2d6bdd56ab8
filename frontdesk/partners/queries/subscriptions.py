"""Subscriptions as their client and the desk see them, and which of them have something to be sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from frontdesk.partners.models import Client, Notice, NoticeState, Subscription, SubscriptionState

SHOWN = 12  # notices of a subscription, and ended subscriptions, on the desk's page


def own(client: Client) -> QuerySet[Subscription]:
    """What the client sees: its own, without those that it deleted."""
    return Subscription.objects.filter(client=client).exclude(endpoint="").select_related("client__user")


def of_client(client: Client) -> tuple[list[Subscription], list[Subscription]]:
    """For the desk: those that stand, in the order in which they were asked for, and the last that were ended."""
    rows = Subscription.objects.filter(client=client)
    stand = rows.exclude(state=SubscriptionState.OFF).order_by("pk")
    return list(stand), list(rows.filter(state=SubscriptionState.OFF).order_by("-pk")[:SHOWN])


def due(now: datetime) -> list[int]:
    """The subscriptions that have something to be numbered or sent at this moment."""
    notices = Notice.objects.filter(subscription=OuterRef("pk"), state=NoticeState.WAITING)
    fresh, ready = notices.filter(number=None), notices.filter(next_try__lte=now)
    stands = Subscription.objects.filter(client__ended_at=None).exclude(state=SubscriptionState.OFF)
    found = stands.filter(
        Q(state=SubscriptionState.REQUESTED)
        | Exists(fresh)
        | (Q(state=SubscriptionState.ACTIVE) & (Exists(ready) | Q(next_beat__lte=now)))
    )
    return list(found.order_by("pk").values_list("pk", flat=True))


def locked(pk: int) -> Subscription:
    """The subscription as it stands now, locked until the transaction ends: the last lock of its action.

    A booking that writes a notice does not wait for it. Raises Subscription.DoesNotExist.
    """
    rows = Subscription.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("client__user").get(pk=pk)


@dataclass(frozen=True)
class Counts:
    """How many notices of a subscription are in which state."""

    waiting: int = 0
    sent: int = 0
    dead: int = 0


def counts(subscriptions: Iterable[Subscription]) -> dict[int, Counts]:
    """By subscription, with one query."""
    rows = Notice.objects.filter(subscription__in=list(subscriptions)).values_list("subscription", "state")
    found: dict[int, dict[str, int]] = {}
    for pk, state, number in rows.annotate(number=Count("pk")).order_by():
        found.setdefault(pk, {})[state] = number
    return {pk: Counts(**by_state) for pk, by_state in found.items()}


def latest(subscription: Subscription) -> list[Notice]:
    """The last notices of a subscription, the newest first; those that wait for a number before all others."""
    rows = subscription.notices.order_by("-pk").select_related("appointment__visit_type", "site")
    return list(rows[:SHOWN])
