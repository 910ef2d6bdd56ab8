"""Whose calendar address somebody may make and take back. Rules come in pairs: check_ and can_."""

from __future__ import annotations

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.models import Provider
from frontdesk.kit.errors import NotAllowed, Refused
from frontdesk.partners.models import Feed, FeedKind

MOST = 5  # addresses of one calendar at a time: a telephone, a computer, and some more


class TooManyFeeds(Refused):
    code = "TOO_MANY_FEEDS"


def can_share_provider(provider: Provider, *, by: User) -> bool:
    """A provider's own address; a manager or an administrator anybody's."""
    return provider.user_id == by.pk or by.may(Permission.CONNECT_SYSTEMS)


def check_can_share_provider(provider: Provider, *, by: User) -> None:
    if not can_share_provider(provider, by=by):
        raise NotAllowed("A calendar address is made by the provider, a manager or an administrator.")


def check_can_change(feed: Feed, *, by: User) -> None:
    """May the person make or take back an address of this kind? Raises NotAllowed."""
    if feed.kind == FeedKind.VISIT:
        by.check_may(Permission.BOOK)
    elif feed.provider is not None:
        check_can_share_provider(feed.provider, by=by)


def check_room(standing: int) -> None:
    """Raises TooManyFeeds where so many addresses stand already."""
    if standing >= MOST:
        raise TooManyFeeds(f"There are {MOST} addresses for this calendar already: take one back first.")
