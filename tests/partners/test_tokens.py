"""Whose token it is: remembered for seconds only, and never after its end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from frontdesk.accounts.models import User
from frontdesk.daybook.facts import System
from frontdesk.kit.errors import NotAllowed
from frontdesk.partners import limiter
from frontdesk.partners.actions import tokens
from frontdesk.partners.jobs_tokens import sweep_tokens
from frontdesk.partners.models import Assertion, Client, Token
from frontdesk.partners.queries.clients import last_token
from frontdesk.partners.queries.tokens import KEPT, digest_of
from tests.factories import partners
from tests.universe import NOW, Universe

pytestmark = pytest.mark.django_db
SWEEPER = System("token sweeper")


def test_only_its_digest_is_kept(universe: Universe) -> None:
    raw = partners.token(partners.register(universe))
    assert len(raw) == 43  # 32 bytes
    assert Token.objects.get().digest == digest_of(raw)
    assert raw not in str(Token.objects.values())


def test_it_holds_five_minutes(universe: Universe) -> None:
    one = partners.register(universe)
    raw = partners.token(one)
    last = NOW + timedelta(seconds=299)
    assert tokens.check(raw, last).client == one.client
    for moment in (NOW + timedelta(seconds=300), NOW + timedelta(days=1)):
        with pytest.raises(NotAllowed):
            tokens.check(raw, moment)


def test_a_token_seen_a_moment_ago_costs_no_statement(
    universe: Universe, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    raw = partners.token(partners.register(universe))
    with django_assert_num_queries(2):  # the token with its client; its sites
        tokens.check(raw, NOW)
    with django_assert_num_queries(0):
        bearer = tokens.check(raw, NOW + timedelta(seconds=2))
        assert [site.name for site in bearer.client.sites.all()] == ["Main Street"]


def test_what_another_process_did_is_seen_within_seconds(universe: Universe) -> None:
    """Another process cannot make this one forget: it reads anew by itself."""
    raw = partners.token(partners.register(universe))
    tokens.check(raw, NOW)
    Client.objects.update(ended_at=NOW, ended_by=universe.dan)
    with pytest.raises(NotAllowed):
        tokens.check(raw, NOW + KEPT)
    assert timedelta(seconds=5) >= KEPT


def test_a_user_that_was_shut_out_has_no_token(universe: Universe) -> None:
    one = partners.register(universe)
    raw = partners.token(one)
    User.objects.filter(pk=one.user.pk).update(is_active=False)
    with pytest.raises(NotAllowed):
        tokens.check(raw, NOW)


@pytest.mark.parametrize("raw", ["", "x", "x" * 43, "\x00" * 43, "\ud800" * 43, "é" * 43, "x" * 100_000])
def test_what_is_no_token(raw: str, universe: Universe) -> None:
    partners.token(partners.register(universe))
    with pytest.raises(NotAllowed):
        tokens.check(raw, NOW)


def test_each_client_has_its_own(universe: Universe) -> None:
    one, other = partners.register(universe), partners.register(universe, scopes=["system/Slot.rs"])
    assert tokens.check(partners.token(one), NOW).client == one.client
    known = tokens.check(partners.token(other), NOW)
    assert (known.client, [*known.scopes]) == (other.client, ["system/Slot.rs"])


def test_what_has_run_out_is_swept_but_the_last_of_each(universe: Universe) -> None:
    one, other = partners.register(universe), partners.register(universe)
    for minutes in (0, 10, 20):
        partners.token(one, now=NOW + timedelta(minutes=minutes))
    partners.token(other)
    Assertion.objects.create(client=one.client, digest="a", expires_at=NOW)
    Assertion.objects.create(client=one.client, digest="b", expires_at=NOW + timedelta(hours=2))
    hour = NOW + timedelta(hours=1)
    assert tokens.sweep(by=SWEEPER, now=hour) == 3
    assert Token.objects.count() == 2 and Assertion.objects.count() == 1
    assert last_token(one.client) == NOW + timedelta(minutes=20)
    assert tokens.sweep(by=SWEEPER, now=hour) == 0


def test_the_job_sweeps_counts_of_minutes_too(universe: Universe) -> None:
    past = timezone.now() - timedelta(hours=3)
    limiter.note_failure("x", past)
    sweep_tokens(timestamp=int(timezone.now().timestamp()))
    assert limiter.sweep(timezone.now()) == 0
