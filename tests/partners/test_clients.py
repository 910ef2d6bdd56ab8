"""Registering, changing and ending a client."""

from __future__ import annotations

from typing import Any

import pytest

from frontdesk.accounts.permissions import Permission, Role
from frontdesk.clinic.models import Site
from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import BadValue, NotAllowed
from frontdesk.partners.actions import clients, tokens
from frontdesk.partners.actions.clients import AlreadyEnded
from frontdesk.partners.models import Client, Token
from tests.factories import partners
from tests.factories.partners import wanted
from tests.universe import NOW, Universe

pytestmark = pytest.mark.django_db


def test_it_acts_as_a_user_that_cannot_log_in(universe: Universe) -> None:
    one = partners.register(universe, name="Northside EHR")
    user = one.user
    assert (user.role, user.name, user.has_usable_password()) == (Role.MACHINE, "Northside EHR", False)
    assert not user.may(Permission.USE_DESK)
    assert list(Site.objects.of(user)) == [universe.main]
    assert one.client.client_id.startswith("northside-ehr-") and len(one.client.client_id) < 64


def test_what_is_registered_is_in_the_daybook_without_its_keys(universe: Universe) -> None:
    one = partners.register(universe, name="Northside EHR", scopes=["system/Slot.read"])
    entry = Entry.objects.about("client", one.client.pk).get()
    assert (entry.kind, entry.actor) == ("ClientRegistered", universe.dan)
    assert entry.facts["holds"]["scopes"] == ["system/Slot.rs"]
    assert one.key.public["x"] not in str(entry.facts)


@pytest.mark.parametrize("who", ["alice", "bob", "carol", "charlie", "pat"])
def test_who_may_not(who: str, universe: Universe) -> None:
    one = partners.register(universe)
    by = getattr(universe, who)
    with pytest.raises(NotAllowed):
        clients.register(wanted=wanted(universe), by=by, now=NOW)
    with pytest.raises(NotAllowed):
        clients.change(client=one.client, wanted=wanted(universe), by=by, now=NOW)
    with pytest.raises(NotAllowed):
        clients.end(client=one.client, by=by, now=NOW)
    assert Client.objects.count() == 1


def test_an_administrator_may(universe: Universe) -> None:
    made = clients.register(wanted=wanted(universe), by=universe.erin, now=NOW)
    assert made.registered_by == universe.erin


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"about": "x" * 301}, "about"),
        ({"sites": []}, "sites"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["system/Observation.rs"]}, "scopes"),
        ({"per_minute": 0}, "per_minute"),
        ({"per_minute": 1_000_001}, "per_minute"),
        ({"jwks": None}, "jwks"),
        ({"jwks": {"keys": []}}, "jwks"),
        ({"jwks_url": "https://keys.example/set.json"}, "jwks"),
        ({"jwks": None, "jwks_url": "http://keys.example/set.json"}, "jwks_url"),
        ({"jwks": None, "jwks_url": "https://10.1.2.3/set.json"}, "jwks_url"),
        ({"jwks": None, "jwks_url": "https://keys.example/" + "x" * 300}, "jwks_url"),
    ],
)
def test_what_is_refused(wrong: dict[str, Any], field: str, universe: Universe) -> None:
    with pytest.raises(BadValue) as caught:
        clients.register(wanted=wanted(universe, **wrong), by=universe.dan, now=NOW)
    assert caught.value.field == field
    assert not Client.objects.exists()


def test_two_have_not_one_name_unless_the_first_was_ended(universe: Universe) -> None:
    one = partners.register(universe, name="Northside EHR")
    with pytest.raises(BadValue, match="under this name"):
        partners.register(universe, name="northside EHR")
    clients.end(client=one.client, by=universe.dan, now=NOW)
    assert partners.register(universe, name="Northside EHR").client.client_id != one.client.client_id


def test_a_change_holds_for_tokens_that_are_out(universe: Universe) -> None:
    one = partners.register(universe)
    raw = partners.token(one)
    assert "system/Patient.cruds" in tokens.check(raw, NOW).scopes
    less = wanted(universe, name="Renamed", scopes=["system/Slot.rs"], sites=[universe.harbor])
    clients.change(client=one.client, wanted=less, by=universe.dan, now=NOW)
    client, scopes = tokens.check(raw, NOW)
    assert (client.name, client.user.name, [*scopes]) == ("Renamed", "Renamed", ["system/Slot.rs"])
    assert list(client.sites.all()) == list(Site.objects.of(client.user)) == [universe.harbor]
    entry = Entry.objects.get(kind="ClientChanged")
    assert (entry.facts["was"]["sites"], entry.facts["holds"]["sites"]) == (["Main Street"], ["Harbor"])


def test_the_same_again_writes_nothing_down(universe: Universe) -> None:
    one = partners.register(universe, name="Same", per_minute=60)
    clients.change(
        client=one.client, wanted=wanted(universe, name="Same", per_minute=60), by=universe.dan, now=NOW
    )
    assert not Entry.objects.filter(kind="ClientChanged").exists()


def test_one_that_is_ended_is_refused_at_once(universe: Universe) -> None:
    one = partners.register(universe)
    raw = partners.token(one)
    user = tokens.check(raw, NOW).client.user
    clients.end(client=one.client, by=universe.dan, now=NOW)
    with pytest.raises(NotAllowed):
        tokens.check(raw, NOW)
    user.refresh_from_db()
    assert not user.may(Permission.BOOK)
    assert not Token.objects.exists()
    assert Entry.objects.filter(kind="ClientEnded").count() == 1


def test_one_that_is_ended_stays_so(universe: Universe) -> None:
    one = partners.register(universe)
    clients.end(client=one.client, by=universe.dan, now=NOW)
    with pytest.raises(AlreadyEnded):
        clients.end(client=one.client, by=universe.dan, now=NOW)
    with pytest.raises(AlreadyEnded):
        clients.change(client=one.client, wanted=wanted(universe), by=universe.dan, now=NOW)
