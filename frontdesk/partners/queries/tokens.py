"""Whose token is it? Asked at every request of a client, so it must be cheap."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import NamedTuple

from frontdesk.kit.errors import NotAllowed
from frontdesk.partners.models import Client, Token

KEPT = timedelta(seconds=3)
"""How long a process remembers what it has read of a token."""
TOKEN_LENGTH = 43
"""Characters of a token: 256 bits, base64url."""
_MOST = 5_000
_UNKNOWN = "This token is not known here, or it has run out: ask for a new one."


class Bearer(NamedTuple):
    """Who asks, and what the token allows: scopes in version 2's letters. `client.user` and its sites are read."""

    client: Client
    scopes: frozenset[str]


@dataclass(frozen=True)
class _Known:
    bearer: Bearer
    ends: datetime
    read: datetime


class _Memory:
    """What this process has read of tokens in the last few seconds.

    A client that was ended or changed is forgotten here at once, and by the other processes within KEPT. `age` counts
    the forgetting: who began to read before it does not write back what was true then.
    """

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}
        self._lock, self.age = Lock(), 0

    def get(self, digest: str, now: datetime) -> Bearer | None:
        known = self._known.get(digest)
        fresh = known is not None and now < known.ends and timedelta() <= now - known.read < KEPT
        return known.bearer if known and fresh else None

    def put(self, digest: str, known: _Known, *, age: int) -> None:
        with self._lock:
            if len(self._known) >= _MOST:
                self._known.clear()
            if age == self.age:
                self._known[digest] = known

    def forget(self) -> None:
        with self._lock:
            self.age += 1
            self._known.clear()


_memory = _Memory()


def digest_of(raw: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(raw.encode("utf-8", "surrogatepass")).hexdigest()


def check(raw: str, now: datetime) -> Bearer:
    """Who holds this token. Raises NotAllowed where it is unknown, has run out, or its client was ended.

    One read for a token that was not seen in the last three seconds, none for one that was.
    """
    if len(raw) != TOKEN_LENGTH:
        raise NotAllowed(_UNKNOWN)
    digest = digest_of(raw)
    if known := _memory.get(digest, now):
        return known
    age = _memory.age
    tokens = Token.objects.select_related("client__user").prefetch_related("client__sites")
    token = tokens.filter(digest=digest, expires_at__gt=now, client__ended_at=None).first()
    if token is None or not token.client.user.is_active:
        raise NotAllowed(_UNKNOWN)
    bearer = Bearer(token.client, frozenset(token.scopes))
    _memory.put(digest, _Known(bearer, token.expires_at, now), age=age)
    return bearer


def forget() -> None:
    """Read every token anew: called when a client changes or is ended."""
    _memory.forget()
