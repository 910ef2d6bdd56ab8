"""Telling clients, step by step. A job sends between two of these steps; no transaction is open while it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from frontdesk.clinic.models import Site
from frontdesk.daybook.facts import System
from frontdesk.daybook.record import record
from frontdesk.partners.facts_subscriptions import HandshakeAnswered, NoticeGivenUp
from frontdesk.partners.models import Notice, NoticeState, Subscription, SubscriptionState
from frontdesk.partners.ports import Kind, What
from frontdesk.partners.queries.freed import bookable
from frontdesk.partners.queries.listening import Listener
from frontdesk.partners.queries.subscriptions import locked
from frontdesk.work.actions.tasks import open_task
from frontdesk.work.models import Queue, Task

# After each try that failed: together a little less than a day.
PAUSES = [timedelta(minutes=one) for one in (1, 2, 5, 10, 20, 40, 80, 160, 240, 360, 480)]
TRIES = len(PAUSES) + 1
KEPT_FOR = timedelta(days=30)
ABOUT = "subscription"
"""What its task is about, in the table of tasks."""


@dataclass(frozen=True)
class Parcel:
    """What is sent in one request. `version` is that of the subscription when it was packed."""

    subscription: Subscription
    kind: Kind
    notices: Sequence[Notice] = ()


@dataclass(frozen=True)
class Heard:
    """What came back: did the other side take it, and what did it say, in words without addresses?"""

    taken: bool
    words: str


@transaction.atomic
def next_parcel(*, subscription_id: int, by: System, now: datetime) -> Parcel | None:
    """What is to be sent to a subscription now: the handshake, notices in their order, or a heartbeat; None for nothing."""
    subscription = locked(subscription_id)
    if subscription.state == SubscriptionState.OFF or subscription.client.ended_at is not None:
        return None
    number(subscription=subscription, by=by, now=now)
    if subscription.state == SubscriptionState.REQUESTED:
        return Parcel(subscription, Kind.HANDSHAKE)
    if subscription.state == SubscriptionState.ACTIVE:
        return _of_active(subscription, now)
    return None


def number(*, subscription: Subscription, by: System, now: datetime) -> int:  # noqa: ARG001
    """Give notices that have none the next numbers, in the order in which they were written. Answers how many.

    The subscription is locked by the caller. What its client may not see any more, and freed time that is taken again,
    is dropped before it has a number: the numbers have no gaps.
    """
    fresh = subscription.notices.filter(number=None).select_related("appointment__visit_type", "site")
    told = []
    for notice in fresh.order_by("pk"):
        if _stands(notice, subscription, now):
            told.append(notice)
        else:
            notice.delete()
    for count, notice in enumerate(told, subscription.events + 1):
        notice.number = count
    Notice.objects.bulk_update(told, ["number"])
    if told:
        subscription.events += len(told)
        subscription.save(update_fields=["events"])
    return len(told)


@transaction.atomic
def settle(*, parcel: Parcel, heard: Heard, by: System, now: datetime) -> bool:
    """Keep what came of a parcel. True where there may be more to send at once.

    Sent means that the other side has said so. If the worker dies before this is kept, the same notices are sent
    again, with the same numbers.
    """
    subscription = locked(parcel.subscription.pk)
    if _came_too_late(parcel, subscription, heard):
        return subscription.state == SubscriptionState.REQUESTED
    if parcel.kind is Kind.HANDSHAKE:
        _shake_hands(subscription, heard, by, now)
    elif parcel.kind is Kind.EVENTS:
        _settle_notices(subscription, parcel.notices, heard, by, now)
    subscription.trouble = "" if heard.taken else heard.words[:300]
    if heard.taken:
        subscription.last_sent = now
    if subscription.seconds_between:
        subscription.next_beat = now + timedelta(seconds=subscription.seconds_between)
    subscription.save()
    return heard.taken


@transaction.atomic
def tidy(*, by: System, now: datetime) -> int:  # noqa: ARG001
    """Delete notices that were settled a month ago. Answers how many."""
    gone, _ = Notice.objects.filter(settled__lt=now - KEPT_FOR).delete()
    return gone


def _of_active(subscription: Subscription, now: datetime) -> Parcel | None:
    """Notices from the first that waits, unless that one is to be tried later: nothing overtakes it."""
    waiting = subscription.notices.filter(state=NoticeState.WAITING).order_by("number")
    first = list(waiting.select_related("appointment", "site")[: subscription.most_in_one])
    if first and first[0].next_try is not None and first[0].next_try > now:
        return None
    if first:
        return Parcel(subscription, Kind.EVENTS, first)
    if subscription.next_beat is not None and subscription.next_beat <= now:
        return Parcel(subscription, Kind.HEARTBEAT)
    return None


def _came_too_late(parcel: Parcel, subscription: Subscription, heard: Heard) -> bool:
    """Was it ended, or asked for anew, while the parcel was on its way? Notices that were taken are sent all the same."""
    if subscription.state == SubscriptionState.OFF:
        return True
    if parcel.kind is Kind.HANDSHAKE:
        anew = subscription.version != parcel.subscription.version
        return anew or subscription.state != SubscriptionState.REQUESTED
    return subscription.state != SubscriptionState.ACTIVE and not (parcel.kind is Kind.EVENTS and heard.taken)


def _shake_hands(subscription: Subscription, heard: Heard, by: System, now: datetime) -> None:
    subscription.state = SubscriptionState.ACTIVE if heard.taken else SubscriptionState.ERROR
    fact = HandshakeAnswered(
        subscription_id=subscription.pk,
        client_id=subscription.client_id,
        client=subscription.client.name,
        works=heard.taken,
        sentence=heard.words,
    )
    record(fact, by=by, now=now)


def _settle_notices(
    subscription: Subscription, notices: Sequence[Notice], heard: Heard, by: System, now: datetime
) -> None:
    tries = notices[0].tries + 1
    sent = subscription.notices.filter(pk__in=[one.pk for one in notices], state=NoticeState.WAITING)
    said = {"tries": tries, "answer": heard.words[:200]}
    if heard.taken:
        sent.update(state=NoticeState.SENT, settled=now, next_try=None, **said)
    elif tries < TRIES:
        sent.update(next_try=now + PAUSES[tries - 1], **said)
    else:
        sent.update(state=NoticeState.DEAD, settled=now, next_try=None, **said)
        _give_up(subscription, notices[0], tries, heard, by, now)


def _give_up(
    subscription: Subscription, notice: Notice, tries: int, heard: Heard, by: System, now: datetime
) -> None:
    """Stop it, and ask a person to see to it. What waits behind it goes on waiting, in order."""
    subscription.state = SubscriptionState.ERROR
    client = subscription.client
    fact = NoticeGivenUp(
        subscription_id=subscription.pk,
        client_id=client.pk,
        client=client.name,
        number=notice.number or 0,
        tries=tries,
        sentence=heard.words,
        waiting=subscription.notices.filter(state=NoticeState.WAITING).count(),
    )
    record(fact, by=by, now=now)
    if Task.objects.open().filter(about_kind=ABOUT, about_ref=subscription.pk).exists():
        return
    open_task(
        queue=Queue.DESK,
        site=client.sites.first() or Site.objects.earliest("pk"),
        about=(ABOUT, subscription.pk),
        title=f"{client.name} does not answer: it is no longer told of changes in the book",
        next_step="Call whoever runs it. When it answers again, a manager presses “Try again” in its settings.",
        by=by,
        now=now,
    )


def _stands(notice: Notice, subscription: Subscription, now: datetime) -> bool:
    """Is there still something to tell, and may the client know of it?"""
    listener = _listener(subscription)
    if not listener.may_hear:
        return False
    if notice.what == What.FREED:
        return bool(bookable(notice, subscription, now=now))
    visit = notice.appointment
    if notice.what == What.GONE or visit is None:
        return visit is not None
    return listener.sees(visit.site_id, sensitive=visit.visit_type.sensitive)


def _listener(subscription: Subscription) -> Listener:
    client = subscription.client
    return Listener(
        subscription.pk, subscription.topic, subscription.filters, frozenset(client.scopes), client.sees_sensitive,
        frozenset(site.pk for site in client.sites.all()),
    )  # fmt: skip
