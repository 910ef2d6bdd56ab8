"""Clients that are told of changes: subscriptions made by the action, and the deliverer's steps as the job takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from frontdesk.daybook.facts import System
from frontdesk.partners.actions import deliveries, subscriptions
from frontdesk.partners.models import Subscription, Topic
from frontdesk.partners.rules_subscriptions import Asked
from frontdesk.partners.sending import send
from tests.factories.partners import Registered
from tests.universe import NOW

TELLER = System("notices")
BASE = "http://testserver/fhir"


def subscribe(
    one: Registered, url: str, topic: Topic = Topic.VISITS, *, now: datetime = NOW, **more: Any
) -> Subscription:
    """A subscription that waits for its handshake."""
    asked = Asked(topic=topic, endpoint=url, base=BASE, **more)
    return subscriptions.ask(client=one.client, asked=asked, by=one.user, now=now)


def told(
    one: Registered, url: str, topic: Topic = Topic.VISITS, *, now: datetime = NOW, **more: Any
) -> Subscription:
    """A subscription whose handshake was answered."""
    made = subscribe(one, url, topic, now=now, **more)
    assert tell(made, now=now) == ["handshake"]
    made.refresh_from_db()
    assert made.state == "active", made.trouble
    return made


def tell(subscription: Subscription, *, now: datetime = NOW, most: int = 50) -> list[str]:
    """Send what is due, as the job does, by the test's clock. Answers the kinds of what was sent."""
    sent = []
    for _ in range(most):
        parcel = deliveries.next_parcel(subscription_id=subscription.pk, by=TELLER, now=now)
        if parcel is None:
            break
        heard = send(parcel, now=now)
        sent.append(parcel.kind.value)
        if not deliveries.settle(parcel=parcel, heard=heard, by=TELLER, now=now):
            break
    return sent
