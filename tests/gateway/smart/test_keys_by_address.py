"""Keys that stand at an address: read there, kept for as long as their owner allows, changed at any time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.test import Client as Browser
from django.test import override_settings

from frontdesk.kit.neighbours import neighbours
from tests.factories import partners
from tests.factories.other_side import OtherSide, other_side
from tests.factories.partners import Key, Registered, ask, assertion
from tests.universe import NOW, Universe

pytestmark = pytest.mark.django_db

OLD, NEW = partners.key("old"), partners.key("rsa-1", "RS384")


@pytest.fixture
def side() -> Iterator[OtherSide]:
    with override_settings(OUTSIDE_ALLOW=neighbours("http://127.0.0.0/8")), other_side() as one:
        publish(one, OLD)
        yield one


@pytest.fixture
def one(universe: Universe, side: OtherSide) -> Registered:
    return partners.register(universe, jwks=None, jwks_url=f"{side.url}/keys.json")


class Clock:
    """What the door takes for the present."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.moment: datetime = NOW
        patch.setattr("frontdesk.kit.clock.timezone", SimpleNamespace(now=lambda: self.moment))

    def later(self, **by: float) -> None:
        self.moment += timedelta(**by)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def publish(side: OtherSide, *keys: Key, control: str = "") -> None:
    body = json.dumps({"keys": [{"kty": "oct", "k": "AAAA"}, *(one.public for one in keys)]}).encode()
    side.answers(200, body, {"Cache-Control": control} if control else {})


def knock(one: Registered, key: Key, clock: Clock) -> int:
    """The status with which a proof that is signed with this key is answered."""
    status: int = ask(Browser(), assertion(one, now=clock.moment, key=key)).status_code
    return status


def test_it_is_read_once_for_many_tokens(one: Registered, side: OtherSide, clock: Clock) -> None:
    assert [knock(one, OLD, clock) for _ in range(3)] == [200, 200, 200]
    assert [heard.path for heard in side.heard] == ["/keys.json"]
    clock.later(minutes=5)
    assert (knock(one, OLD, clock), len(side.heard)) == (200, 2)


def test_a_new_key_is_found_when_it_is_first_used(one: Registered, side: OtherSide, clock: Clock) -> None:
    assert knock(one, OLD, clock) == 200
    publish(side, OLD, NEW)
    clock.later(seconds=20)
    assert (knock(one, NEW, clock), knock(one, OLD, clock)) == (200, 200)
    assert len(side.heard) == 2


def test_a_key_that_was_taken_away_is_soon_no_good(one: Registered, side: OtherSide, clock: Clock) -> None:
    assert knock(one, OLD, clock) == 200
    publish(side, NEW)
    clock.later(minutes=5)
    assert (knock(one, OLD, clock), knock(one, NEW, clock)) == (401, 200)
    publish(side)
    clock.later(minutes=5)
    assert knock(one, NEW, clock) == 401


@pytest.mark.parametrize(
    ("control", "minutes", "asked_again"),
    [
        ("max-age=3600", 59, False),
        ("public, Max-Age = 7200", 60, True),
        ("max-age=60", 1, True),
        ("no-store", 1, True),
        ("max-age=99999999999999999999", 5, False),
    ],
)
def test_how_long_it_is_kept(
    control: str, minutes: int, asked_again: bool, one: Registered, side: OtherSide, clock: Clock
) -> None:
    publish(side, OLD, control=control)
    knock(one, OLD, clock)
    clock.later(minutes=minutes, seconds=-1)
    knock(one, OLD, clock)
    if "store" not in control:
        assert len(side.heard) == 1
    clock.later(seconds=1)
    before = len(side.heard)
    assert knock(one, OLD, clock) == 200
    assert (len(side.heard) > before) == (asked_again and "store" not in control)


def test_nobody_can_use_us_to_hammer_the_address(one: Registered, side: OtherSide, clock: Clock) -> None:
    assert [knock(one, partners.key(f"guess-{number}"), clock) for number in range(5)] == [401] * 5
    assert len(side.heard) == 1
    clock.later(seconds=15)
    knock(one, partners.key("guess-9"), clock)
    assert len(side.heard) == 2


def test_an_address_that_fails_for_a_while_does_not_shut_the_client_out(
    one: Registered, side: OtherSide, clock: Clock
) -> None:
    publish(side, OLD, control="max-age=600")
    assert knock(one, OLD, clock) == 200
    side.answers(500)
    clock.later(minutes=1)
    assert (knock(one, NEW, clock), knock(one, OLD, clock)) == (401, 200)
    clock.later(minutes=10)
    assert knock(one, OLD, clock) == 401
    publish(side, OLD)
    clock.later(seconds=15)
    assert knock(one, OLD, clock) == 200


def test_what_is_no_key_set(one: Registered, side: OtherSide, clock: Clock) -> None:
    for body in (b"", b"{", b"[" * 10_000, b"\xff\xfe", b"null", b'{"keys": 5}', b'"x"', b"x" * 200_000):
        side.answers(200, body)
        assert knock(one, OLD, clock) == 401, body[:20]
        clock.later(minutes=1)
    assert len(side.heard) == 8


def test_an_address_that_sends_elsewhere_is_not_followed(
    one: Registered, side: OtherSide, clock: Clock
) -> None:
    side.answers(302, b"", {"Location": f"{side.url}/other"})
    assert knock(one, OLD, clock) == 401
    assert len(side.heard) == 1


def test_an_address_inside_the_network_is_not_called(
    universe: Universe, side: OtherSide, clock: Clock
) -> None:
    one = partners.register(universe, jwks=None, jwks_url=f"{side.url}/keys.json")
    with override_settings(OUTSIDE_ALLOW=()):
        assert knock(one, OLD, clock) == 401
    assert not side.heard
