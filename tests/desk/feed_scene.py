"""Two calendar addresses that stand: Dr. Calden's own, and that of a visit."""

from __future__ import annotations

from dataclasses import dataclass

from frontdesk.book.models import Appointment
from frontdesk.partners.actions import feeds
from frontdesk.partners.models import Feed
from tests.universe import NOW, Universe


@dataclass(frozen=True)
class FeedScene:
    """`own` is a provider's address, `link` a visit's."""

    own: Feed
    link: Feed


def feed_scene(cast: Universe, visit: Appointment) -> FeedScene:
    own = feeds.share_provider(provider=cast.dr_carol, by=cast.carol, now=NOW)
    link = feeds.share_visit(visit=visit, by=cast.alice, now=NOW)
    return FeedScene(own.feed, link.feed)
