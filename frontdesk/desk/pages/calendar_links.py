"""Calendar addresses as the desk shows them: of one visit in its drawer, of providers in the settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, QuerySet

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.models import Appointment
from frontdesk.clinic.models import Provider, Site
from frontdesk.partners.models import Feed
from frontdesk.partners.queries.feeds import feeds_of_visit
from frontdesk.partners.rules_feeds import MOST


@dataclass(frozen=True)
class Link:
    """One address that stands: when it was made and by whom, and whether anything reads it."""

    pk: int
    made: str
    read: str


@dataclass(frozen=True)
class VisitLinks:
    """The calendar links of one visit. `address` is a new one, shown this once."""

    links: Sequence[Link]
    address: str = ""

    @property
    def may_make(self) -> bool:
        return len(self.links) < MOST


@dataclass(frozen=True)
class ProviderLinks:
    """A provider whose calendar addresses the person may make and take back."""

    provider: Provider
    links: Sequence[Link]

    @property
    def may_make(self) -> bool:
        return len(self.links) < MOST


def visit_links(visit: Appointment, *, user: User, address: str = "") -> VisitLinks | None:
    """None for somebody who may not make any."""
    if not user.may(Permission.BOOK):
        return None
    return VisitLinks([_link(one, visit.site.zone) for one in feeds_of_visit(visit)], address)


def shared_by(user: User) -> QuerySet[Provider]:
    """The providers whose addresses the person may make: one's own, or everybody's at one's sites."""
    found = Provider.objects.filter(active=True).select_related("site", "specialty").order_by("family", "pk")
    if user.may(Permission.CONNECT_SYSTEMS):
        return found.filter(site__in=Site.objects.of(user))
    return found.filter(user=user)


def provider_links(found: QuerySet[Provider], *, site: str) -> QuerySet[Provider]:
    """Those of one site, where its code is given, with their standing addresses."""
    standing = Feed.objects.filter(revoked_at=None).select_related("made_by").order_by("-pk")
    found = found.prefetch_related(Prefetch("feeds", standing))
    return found.filter(site__code=site) if site else found


def as_rows(providers: Sequence[Provider]) -> list[ProviderLinks]:
    return [ProviderLinks(one, [_link(feed, one.site.zone) for feed in one.feeds.all()]) for one in providers]


def _link(feed: Feed, zone: ZoneInfo) -> Link:
    made = feed.made_at.astimezone(zone)
    read = feed.last_read.astimezone(zone) if feed.last_read else None
    return Link(
        pk=feed.pk,
        made=f"{made.day} {made:%b %Y, %H:%M}, {feed.made_by.name}",
        read=f"Last read {read.day} {read:%b %Y, %H:%M}" if read else "Not read yet",
    )
