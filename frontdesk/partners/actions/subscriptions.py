"""Asking to be told, changing what was asked, trying again, ending it."""

from __future__ import annotations

import secrets
from dataclasses import fields
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.daybook.facts import System
from frontdesk.daybook.record import Actor, record
from frontdesk.kit.errors import BadValue, Refused
from frontdesk.partners.facts_subscriptions import (
    SubscriptionAsked,
    SubscriptionChanged,
    SubscriptionEnded,
    SubscriptionTriedAgain,
)
from frontdesk.partners.models import Client, Notice, NoticeState, Subscription, SubscriptionState, Topic
from frontdesk.partners.queries.subscriptions import locked
from frontdesk.partners.rules_subscriptions import MOST_EACH, Asked, TooMany, check_may_hear, checked
from frontdesk.partners.waking import wake

KEEPS_FOR = timedelta(days=7)
"""How long a stopped subscription is kept, with everything that its client was not told."""


class Over(Refused):
    """The subscription was ended; what follows is asked for with a new one."""

    code = "SUBSCRIPTION_ENDED"


class ChangedSince(Refused):
    """It was changed after the client read it."""

    code = "STALE"


@transaction.atomic
def ask(*, client: Client, asked: Asked, by: User, now: datetime) -> Subscription:
    """Keep what the client wants to be told. It is told nothing until its address has answered the handshake.

    The answer's `secret` signs what is sent; it is shown to the client this once. Raises NotAllowed, BadValue, TooMany.
    """
    _check_may(by, client)
    Client.objects.select_for_update(no_key=True).get(
        pk=client.pk
    )  # so that they are counted one after the other
    if client.subscriptions.exclude(state=SubscriptionState.OFF).count() >= MOST_EACH:
        raise TooMany(f"A client may have {MOST_EACH} subscriptions: end one of them first.")
    asked = checked(asked, client, now=now)
    subscription = Subscription(client=client, secret=secrets.token_urlsafe(32), asked_at=now)
    _take_over(subscription, asked)
    subscription.save()
    fact = SubscriptionAsked(
        subscription_id=subscription.pk,
        client_id=client.pk,
        client=client.name,
        topic=subscription.topic,
        content=subscription.content,
        host=urlsplit(asked.endpoint).hostname or "",
    )
    record(fact, by=by, now=now)
    wake()
    return subscription


@transaction.atomic
def change(
    *,
    subscription: Subscription,
    asked: Asked,
    by: User,
    now: datetime,
    again: bool = False,
    version: int | None = None,
) -> Subscription:
    """Let it be as is asked now. Another address, or `again`, begins with the handshake. The topic stays.

    Raises NotAllowed, BadValue, Over, and ChangedSince where `version` is not the one that stands.
    """
    subscription = locked(subscription.pk)
    _check_may(by, subscription.client)
    if version is not None and version != subscription.version:
        raise ChangedSince("The subscription was changed after you read it. Read it again.")
    _check_stands(subscription)
    asked = checked(asked, subscription.client, now=now)
    if asked.topic != subscription.topic:
        raise BadValue("The topic stays: ask for another subscription instead.", field="topic")
    moved = asked.endpoint != subscription.endpoint
    changed = _take_over(subscription, asked)
    if moved or again:
        _begin_again(subscription, now)
    if subscription.seconds_between == 0:
        subscription.next_beat = None
    subscription.version += 1
    subscription.save()
    fact = SubscriptionChanged(
        subscription_id=subscription.pk,
        client_id=subscription.client_id,
        client=subscription.client.name,
        changed=[*changed, *(["asked again"] if again else [])],
    )
    record(fact, by=by, now=now)
    wake()
    return subscription


@transaction.atomic
def try_again(*, subscription: Subscription, by: User, now: datetime) -> Subscription:
    """Tell it again now, beginning with the handshake where it was stopped; what was given up is told first.

    Raises NotAllowed and Over.
    """
    subscription = locked(subscription.pk)
    _check_may(by, subscription.client)
    _check_stands(subscription)
    check_may_hear(Topic(subscription.topic), subscription.client)
    _begin_again(subscription, now)
    subscription.version += 1
    subscription.save()
    fact = SubscriptionTriedAgain(
        subscription_id=subscription.pk, client_id=subscription.client_id, client=subscription.client.name
    )
    record(fact, by=by, now=now)
    wake()
    return subscription


@transaction.atomic
def end(
    *, subscription: Subscription, by: Actor, now: datetime, how: str = "ended", forget: bool = False
) -> Subscription:
    """Tell it nothing more. What still waited is given up. Ending it twice changes nothing.

    With `forget` its address, headers and secret are wiped as well: its client does not see it any more.
    """
    subscription = locked(subscription.pk)
    if isinstance(by, User):
        _check_may(by, subscription.client)
    if subscription.state != SubscriptionState.OFF:
        untold = _give_up_rest(subscription, now)
        subscription.state = SubscriptionState.OFF
        subscription.version += 1
        fact = SubscriptionEnded(
            subscription_id=subscription.pk,
            client_id=subscription.client_id,
            client=subscription.client.name,
            how=how,
            untold=untold,
        )
        record(fact, by=by, now=now)
    if forget:
        subscription.endpoint, subscription.headers, subscription.secret = "", [], ""
    subscription.save()
    return subscription


def end_due(*, by: System, now: datetime) -> int:
    """End what has reached its end, what nobody took up within a week, and what belongs to ended clients."""
    stands = Subscription.objects.exclude(state=SubscriptionState.OFF).order_by("pk")
    ways = {
        "its time was over": stands.filter(until__lte=now),
        "its client was ended": stands.filter(client__ended_at__isnull=False),
        "nobody took it up for a week": stands.filter(
            state=SubscriptionState.ERROR, last_sent__lte=now - KEEPS_FOR
        ),
        "its address never answered": stands.filter(
            state=SubscriptionState.ERROR, last_sent=None, asked_at__lte=now - KEEPS_FOR
        ),
    }
    ended = 0
    for how, found in ways.items():
        for subscription in found[:100]:
            end(subscription=subscription, by=by, now=now, how=how)
            ended += 1
    return ended


def _take_over(subscription: Subscription, asked: Asked) -> list[str]:
    """Write what is asked into the row; answers which fields are different."""
    changed = []
    for field in fields(asked):
        value = getattr(asked, field.name)
        value = list(value) if field.name in ("filters", "headers") else value
        if getattr(subscription, field.name) != value:
            setattr(subscription, field.name, value)
            changed.append(field.name)
    return changed


def _begin_again(subscription: Subscription, now: datetime) -> None:
    """What was given up waits again, in its old order; a stopped subscription begins with the handshake."""
    untold = subscription.notices.filter(state__in=[NoticeState.WAITING, NoticeState.DEAD])
    untold.update(state=NoticeState.WAITING, tries=0, next_try=now, settled=None)
    subscription.state = SubscriptionState.REQUESTED
    subscription.trouble = ""


def _give_up_rest(subscription: Subscription, now: datetime) -> int:
    waiting = Notice.objects.filter(subscription=subscription, state=NoticeState.WAITING)
    untold = waiting.count()
    waiting.filter(number=None).delete()
    waiting.update(state=NoticeState.DEAD, settled=now, next_try=None, answer="The subscription was ended.")
    return untold


def _check_stands(subscription: Subscription) -> None:
    if subscription.state == SubscriptionState.OFF:
        raise Over("This subscription was ended. Ask for another one.")


def _check_may(by: User, client: Client) -> None:
    """Its client itself, or a person who connects systems. Raises NotAllowed."""
    own = by.pk == client.user_id
    by.check_may(Permission.SEE_CALENDAR if own else Permission.CONNECT_SYSTEMS)
