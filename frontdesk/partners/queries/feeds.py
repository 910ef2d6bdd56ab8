"""Calendar addresses: which stand, and what is read at one."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db.models import QuerySet

from frontdesk.book.models import Appointment
from frontdesk.clinic.models import Provider
from frontdesk.outreach.queries.calendar_events import provider_calendar, visit_calendar
from frontdesk.partners.models import Feed


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def feed_at(secret: str) -> Feed | None:
    """The feed whose address this is. One that was taken back is found no more than one that never was.

    A provider who is no longer active has no calendar.
    """
    found = Feed.objects.filter(digest=digest_of(secret), revoked_at=None).exclude(provider__active=False)
    return found.select_related(
        "provider__site", "appointment__visit_type", "appointment__site", "appointment__patient"
    ).first()


def calendar_of(feed: Feed, *, now: datetime) -> bytes:
    """What a calendar program reads there."""
    if feed.appointment is not None:
        return visit_calendar(feed.appointment)
    assert feed.provider is not None  # noqa: S101  the database sees to it: a feed is of one of the two
    return provider_calendar(feed.provider, now=now)


def feeds_of_provider(provider: Provider) -> QuerySet[Feed]:
    """Those that stand, the newest first."""
    return Feed.objects.filter(provider=provider, revoked_at=None).select_related("made_by").order_by("-pk")


def feeds_of_visit(visit: Appointment) -> QuerySet[Feed]:
    """Those that stand, the newest first."""
    return Feed.objects.filter(appointment=visit, revoked_at=None).select_related("made_by").order_by("-pk")
