"""Connected systems, as the settings show them: what each may do in words, its keys, and when it was last here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from frontdesk.clinic.models import Site
from frontdesk.partners.engine.keys import Key, shown
from frontdesk.partners.engine.scopes import KINDS, held
from frontdesk.partners.models import Client
from frontdesk.partners.queries.clients import known, last_token, last_tokens, reads


@dataclass(frozen=True)
class Line:
    """One system in the list. `may`: what it may do, in words; `last`: when it last asked for a token."""

    client: Client
    may: str
    sites: str
    last: datetime | None


@dataclass(frozen=True)
class SystemList:
    """`ended`: those that were ended are shown, instead of those that are connected."""

    lines: Sequence[Line]
    ended: bool
    connected_count: int
    ended_count: int


@dataclass(frozen=True)
class SystemPage:
    """One system. `reads`: of patients, in 30 days."""

    client: Client
    may: Sequence[tuple[str, str]]
    sites: Sequence[Site]
    keys: Sequence[Key]
    last: datetime | None
    reads: int


def system_list(*, ended: bool) -> SystemList:
    """Every system, by name."""
    clients = list(known())
    last = last_tokens()
    lines = [
        Line(one, may_words(one.scopes), ", ".join(site.name for site in one.sites.all()), last.get(one.pk))
        for one in clients
        if (one.ended_at is not None) == ended
    ]
    gone = sum(one.ended_at is not None for one in clients)
    return SystemList(lines, ended, len(clients) - gone, gone)


def system_page(client: Client, *, now: datetime) -> SystemPage:
    """What is known of one system."""
    return SystemPage(
        client=client,
        may=[(name, words) for name, words in _may(client.scopes)],
        sites=list(client.sites.all()),
        keys=shown(client.jwks),
        last=last_token(client),
        reads=reads(client, now=now),
    )


def may_words(scopes: Iterable[str]) -> str:
    """What the scopes allow, in the words of the registration form: "See visits; hold, book, move and cancel visits"."""
    words = [words for _, words in _may(scopes)]
    return "; ".join([*words[:1], *(one[:1].lower() + one[1:] for one in words[1:])])


def _may(scopes: Iterable[str]) -> Iterable[tuple[str, str]]:
    rights = held(scopes)
    for kind in KINDS:
        has = rights.get(kind.name, frozenset())
        if has & set("rs"):
            yield kind.name, kind.reading
        if has & set("cud") and kind.writing:
            yield kind.name, kind.writing
