"""Registering another program as a client, changing what it may, and ending it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission, Role
from frontdesk.clinic.models import Site, Staff
from frontdesk.daybook.record import record
from frontdesk.kit.errors import BadValue, Refused
from frontdesk.kit.text import clean, one_line
from frontdesk.partners.engine import scopes as smart
from frontdesk.partners.engine.keys import key_set, shown
from frontdesk.partners.facts import ClientChanged, ClientEnded, ClientRegistered
from frontdesk.partners.models import Client, Token
from frontdesk.partners.outside import check_address
from frontdesk.partners.queries import tokens

LEAST_A_MINUTE, MOST_A_MINUTE = 1, 1_000_000


class AlreadyEnded(Refused):
    """The client was ended before."""

    code = "CLIENT_ENDED"


@dataclass(frozen=True)
class Wanted:
    """What a client is to be, whole. `jwks`: its public keys as parsed JSON, or None where `jwks_url` has them."""

    name: str
    scopes: Sequence[str]
    sites: Sequence[Site]
    about: str = ""
    jwks: object = None
    jwks_url: str = ""
    per_minute: int = 600
    sees_sensitive: bool = False


@transaction.atomic
def register(*, wanted: Wanted, by: User, now: datetime) -> Client:
    """Register a client and the user as whom it acts. Raises NotAllowed, and BadValue with its field."""
    by.check_may(Permission.CONNECT_SYSTEMS)
    values = _checked(wanted, by, besides=None)
    client_id = f"{slugify(wanted.name)[:40].strip('-') or 'client'}-{secrets.token_hex(6)}"
    user = User(username=client_id, first_name=values["name"], role=Role.MACHINE)
    user.set_unusable_password()
    user.save()
    client = Client.objects.create(
        user=user, client_id=client_id, registered_at=now, registered_by=by, **values
    )
    _set_sites(client, wanted.sites)
    record(
        ClientRegistered(client_id=client.pk, name=client.name, holds=_as_it_stands(client)), by=by, now=now
    )
    return client


@transaction.atomic
def change(*, client: Client, wanted: Wanted, by: User, now: datetime) -> Client:
    """Change what a client is and may; it holds for tokens that are out already. Raises BadValue, AlreadyEnded."""
    by.check_may(Permission.CONNECT_SYSTEMS)
    row = _locked(client)
    values, was = _checked(wanted, by, besides=row), _as_it_stands(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    User.objects.filter(pk=row.user_id).update(first_name=row.name)
    _set_sites(row, wanted.sites)
    holds = _as_it_stands(row)
    if holds != was:
        _narrow(row)
        record(ClientChanged(client_id=row.pk, name=row.name, was=was, holds=holds), by=by, now=now)
        _at_once(tokens.forget)
    return row


@transaction.atomic
def end(*, client: Client, by: User, now: datetime) -> Client:
    """End a client: its tokens are gone, its user may do nothing any more. Raises AlreadyEnded."""
    by.check_may(Permission.CONNECT_SYSTEMS)
    row = _locked(client)
    row.ended_at, row.ended_by = now, by
    row.save(update_fields=["ended_at", "ended_by"])
    User.objects.filter(pk=row.user_id).update(is_active=False)
    row.tokens.all().delete()
    record(ClientEnded(client_id=row.pk, name=row.name), by=by, now=now)
    _at_once(tokens.forget)
    return row


def _locked(client: Client) -> Client:
    row = Client.objects.select_for_update(no_key=True).get(pk=client.pk)
    if row.ended_at is not None:
        raise AlreadyEnded("This system was ended before. Register it anew.")
    return row


def _at_once(forget: Callable[[], None]) -> None:
    """Now, for whoever reads in this transaction; and when it commits, for whoever read what was true until then."""
    forget()
    transaction.on_commit(forget)


def _narrow(client: Client) -> None:
    """Tokens that are out hold no more than the client may now."""
    for token in Token.objects.filter(client=client):
        token.scopes = list(smart.meet(" ".join(token.scopes), client.scopes))
        token.save(update_fields=["scopes"])


def _set_sites(client: Client, sites: Sequence[Site]) -> None:
    """Its user works there, for the book's own rules of who may see what."""
    client.sites.set(sites)
    staff, _ = Staff.objects.get_or_create(user_id=client.user_id)
    staff.sites.set(sites)


def _checked(wanted: Wanted, by: User, *, besides: Client | None) -> dict[str, Any]:
    name = _name(wanted.name, besides)
    if len(clean(wanted.about, limit=301)) > 300:
        raise BadValue("At most 300 characters.", field="about")
    if not wanted.sites:
        raise BadValue("Choose at least one site.", field="sites")
    if len(Site.objects.of(by).filter(pk__in=[site.pk for site in wanted.sites])) < len(set(wanted.sites)):
        raise BadValue("You do not work at one of these sites.", field="sites")
    scopes = smart.written(smart.held(wanted.scopes))
    if not scopes:
        raise BadValue("Choose at least one thing that it may do.", field="scopes")
    if not LEAST_A_MINUTE <= wanted.per_minute <= MOST_A_MINUTE:
        raise BadValue(f"From {LEAST_A_MINUTE} to {MOST_A_MINUTE:,}.", field="per_minute")
    return {
        "name": name, "about": clean(wanted.about, limit=300), "scopes": list(scopes), **_keys(wanted),
        "per_minute": wanted.per_minute, "sees_sensitive": wanted.sees_sensitive,
    }  # fmt: skip


def _name(text: str, besides: Client | None) -> str:
    name = one_line(text, limit=81)
    if not any(letter.isalnum() for letter in name):
        raise BadValue("Type a name.", field="name")
    if len(name) > 80:
        raise BadValue("At most 80 characters.", field="name")
    others = Client.objects.registered().filter(name__iexact=name)
    if others.exclude(pk=besides.pk if besides else 0).exists():
        raise BadValue("Another system is registered under this name.", field="name")
    return name


def _keys(wanted: Wanted) -> dict[str, Any]:
    """One of the two, never both: nobody should have to guess which one counts."""
    if wanted.jwks_url and wanted.jwks is not None:
        raise BadValue("Give the keys themselves or their address, not both.", field="jwks")
    if wanted.jwks_url:
        if len(wanted.jwks_url) > 300:
            raise BadValue("At most 300 characters.", field="jwks_url")
        check_address(wanted.jwks_url, field="jwks_url")
        return {"jwks": None, "jwks_url": wanted.jwks_url}
    if wanted.jwks is None:
        raise BadValue("Paste its public keys, or give their address.", field="jwks")
    return {"jwks": key_set(wanted.jwks), "jwks_url": ""}


def _as_it_stands(client: Client) -> dict[str, object]:
    """What the daybook keeps: what it may and where, and of its keys the fingerprints."""
    return {
        "name": client.name, "about": client.about, "scopes": sorted(client.scopes),
        "sites": sorted(site.name for site in client.sites.all()),
        "keys": [key.print for key in shown(client.jwks)], "keys_at": client.jwks_url,
        "per_minute": client.per_minute, "sees_sensitive": client.sees_sensitive,
    }  # fmt: skip
