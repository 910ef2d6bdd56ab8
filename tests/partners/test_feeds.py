"""Calendar addresses: who makes them, what is kept, and that one taken back leads nowhere."""

from __future__ import annotations

from datetime import timedelta

import pytest

from frontdesk.accounts.models import User
from frontdesk.daybook.facts import System
from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import NotAllowed
from frontdesk.partners.actions import feeds
from frontdesk.partners.models import Feed, FeedKind
from frontdesk.partners.queries.feeds import digest_of, feed_at
from frontdesk.partners.rules_feeds import MOST, TooManyFeeds
from tests.universe import NOW, Universe, at

pytestmark = pytest.mark.django_db
READER = System("calendar reader")


@pytest.mark.parametrize("who", ["carol", "dan", "erin"])
def test_a_providers_address(universe: Universe, who: str) -> None:
    """The provider, a manager, an administrator."""
    by: User = getattr(universe, who)
    shared = feeds.share_provider(provider=universe.dr_carol, by=by, now=NOW)
    assert feed_at(shared.secret) == shared.feed
    assert (shared.feed.kind, shared.feed.made_by, shared.feed.made_at) == (FeedKind.PROVIDER, by, NOW)
    entry = Entry.objects.get(kind="FeedMade")
    assert entry.actor == by
    assert set(entry.subjects.values_list("kind", "ref")) == {
        ("feed", shared.feed.pk), ("provider", universe.dr_carol.pk),
    }  # fmt: skip


@pytest.mark.parametrize("who", ["alice", "bob", "charlie", "pat"])
def test_nobody_else_makes_it_or_takes_it_back(universe: Universe, who: str) -> None:
    by: User = getattr(universe, who)
    with pytest.raises(NotAllowed):
        feeds.share_provider(provider=universe.dr_carol, by=by, now=NOW)
    shared = feeds.share_provider(provider=universe.dr_carol, by=universe.carol, now=NOW)
    with pytest.raises(NotAllowed):
        feeds.revoke(feed=shared.feed, by=by, now=NOW)
    assert feed_at(shared.secret) is not None


def test_another_provider_does_not(universe: Universe) -> None:
    with pytest.raises(NotAllowed):
        feeds.share_provider(provider=universe.dr_yusuf, by=universe.carol, now=NOW)


def test_only_the_digest_is_kept(universe: Universe) -> None:
    shared = feeds.share_provider(provider=universe.dr_carol, by=universe.carol, now=NOW)
    assert shared.feed.digest == digest_of(shared.secret)
    assert len(shared.secret) >= 43  # 256 bits
    said = [str(one.facts) for one in Entry.objects.all()]
    assert not any(shared.secret in one or shared.feed.digest in one for one in said)


@pytest.mark.parametrize(
    ("who", "may"), [("alice", True), ("bob", True), ("dan", True), ("carol", False), ("erin", False)]
)
def test_a_visits_link_is_made_by_who_books(universe: Universe, who: str, may: bool) -> None:
    visit, by = universe.book(at(11)), getattr(universe, who)
    if not may:
        with pytest.raises(NotAllowed):
            feeds.share_visit(visit=visit, by=by, now=NOW)
        return
    shared = feeds.share_visit(visit=visit, by=by, now=NOW)
    assert (shared.feed.appointment, shared.feed.provider) == (visit, None)
    about = set(Entry.objects.get(kind="FeedMade").subjects.values_list("kind", flat=True))
    assert about == {"feed", "appointment", "patient"}


def test_taken_back_it_leads_nowhere_and_is_taken_back_once(universe: Universe) -> None:
    shared = feeds.share_visit(visit=universe.book(at(11)), by=universe.alice, now=NOW)
    feeds.revoke(feed=shared.feed, by=universe.bob, now=NOW + timedelta(hours=1))
    assert feed_at(shared.secret) is None
    assert (shared.feed.revoked_by, shared.feed.revoked_at) == (universe.bob, NOW + timedelta(hours=1))
    with pytest.raises(feeds.FeedGone):
        feeds.revoke(feed=shared.feed, by=universe.alice, now=NOW)
    assert Entry.objects.filter(kind="FeedRevoked").count() == 1


def test_one_taken_back_leaves_the_others(universe: Universe) -> None:
    visit = universe.book(at(11))
    one, other = (feeds.share_visit(visit=visit, by=universe.alice, now=NOW) for _ in range(2))
    feeds.revoke(feed=one.feed, by=universe.alice, now=NOW)
    assert feed_at(other.secret) == other.feed
    assert one.secret != other.secret


def test_so_many_and_no_more(universe: Universe) -> None:
    for _ in range(MOST):
        last = feeds.share_provider(provider=universe.dr_carol, by=universe.carol, now=NOW)
    with pytest.raises(TooManyFeeds):
        feeds.share_provider(provider=universe.dr_carol, by=universe.carol, now=NOW)
    feeds.revoke(feed=last.feed, by=universe.carol, now=NOW)
    feeds.share_provider(provider=universe.dr_carol, by=universe.carol, now=NOW)


def test_a_provider_who_has_left_has_no_calendar(universe: Universe) -> None:
    shared = feeds.share_provider(provider=universe.dr_carol, by=universe.carol, now=NOW)
    universe.dr_carol.active = False
    universe.dr_carol.save()
    assert feed_at(shared.secret) is None


def test_a_reading_is_noted_now_and_then(universe: Universe) -> None:
    feed = feeds.share_provider(provider=universe.dr_carol, by=universe.carol, now=NOW).feed
    for minutes, noted in ((0, 0), (9, 0), (11, 11)):
        feed = Feed.objects.get(pk=feed.pk)
        feeds.note_read(feed=feed, by=READER, now=NOW + timedelta(minutes=minutes))
        assert Feed.objects.get(pk=feed.pk).last_read == NOW + timedelta(minutes=noted)


@pytest.mark.parametrize("secret", ["", "x", "a" * 5000, "\ud800", "é"])
def test_nothing_is_found_under_anything_else(universe: Universe, secret: str) -> None:
    feeds.share_provider(provider=universe.dr_carol, by=universe.carol, now=NOW)
    assert feed_at(secret) is None
