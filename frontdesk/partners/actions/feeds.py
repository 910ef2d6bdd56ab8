"""Making a calendar address and taking it back. The secret is told once; only its SHA-256 is kept."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from frontdesk.accounts.models import User
from frontdesk.book.models import Appointment
from frontdesk.clinic.models import Provider
from frontdesk.daybook.record import Actor, record
from frontdesk.kit.errors import Refused
from frontdesk.partners.facts_feeds import FeedMade, FeedRevoked
from frontdesk.partners.models import Feed, FeedKind
from frontdesk.partners.queries.feeds import digest_of, feeds_of_provider, feeds_of_visit
from frontdesk.partners.rules_feeds import check_can_change, check_room

READ_AGAIN = timedelta(minutes=10)  # a reading is not written down more often


class FeedGone(Refused):
    """Somebody has taken it back before."""

    code = "FEED_GONE"


@dataclass(frozen=True)
class Shared:
    """A new address: its row, and the secret in it, which nobody can read again."""

    feed: Feed
    secret: str


@transaction.atomic
def share_provider(*, provider: Provider, by: User, now: datetime) -> Shared:
    """Make an address of a provider's calendar. Raises NotAllowed, and TooManyFeeds where five stand."""
    Provider.objects.select_for_update(of=("self",)).get(pk=provider.pk)
    feed = Feed(kind=FeedKind.PROVIDER, provider=provider, made_at=now, made_by=by)
    return _share(feed, feeds_of_provider(provider).count(), by, now)


@transaction.atomic
def share_visit(*, visit: Appointment, by: User, now: datetime) -> Shared:
    """Make an address of one visit, for its patient. Raises NotAllowed, and TooManyFeeds where five stand."""
    Appointment.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    feed = Feed(kind=FeedKind.VISIT, appointment=visit, made_at=now, made_by=by)
    return _share(feed, feeds_of_visit(visit).count(), by, now)


@transaction.atomic
def revoke(*, feed: Feed, by: User, now: datetime) -> Feed:
    """Take an address back: from now on it leads nowhere. Raises NotAllowed, and FeedGone where it does already."""
    check_can_change(feed, by=by)
    changed = Feed.objects.filter(pk=feed.pk, revoked_at=None).update(revoked_at=now, revoked_by=by)
    if not changed:
        raise FeedGone("This address was taken back already.")
    feed.refresh_from_db()
    record(FeedRevoked(feed_id=feed.pk, **_about(feed)), by=by, now=now)
    return feed


def note_read(*, feed: Feed, by: Actor, now: datetime) -> None:  # noqa: ARG001
    """A calendar program has read it. No fact by itself: it shows whether an address is used."""
    if feed.last_read is None or now - feed.last_read > READ_AGAIN:
        Feed.objects.filter(pk=feed.pk).update(last_read=now)


def _share(feed: Feed, standing: int, by: User, now: datetime) -> Shared:
    check_can_change(feed, by=by)
    check_room(standing)
    secret = secrets.token_urlsafe(32)
    feed.digest = digest_of(secret)
    feed.save()
    record(FeedMade(feed_id=feed.pk, **_about(feed)), by=by, now=now)
    return Shared(feed, secret)


def _about(feed: Feed) -> dict[str, int | None]:
    visit = feed.appointment
    return {
        "provider_id": feed.provider_id,
        "appointment_id": feed.appointment_id,
        "patient_id": visit.patient_id if visit else None,
    }
