"""The keys of a client: those that were registered, or those that stand now at its address."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from frontdesk.partners.engine.keys import LARGEST, pick, usable
from frontdesk.partners.models import Client
from frontdesk.partners.outside import NotReached, Reply, fetch

LONGEST = timedelta(hours=1)
USUAL = timedelta(minutes=5)
AGAIN = timedelta(seconds=15)
"""How soon after one look the address is asked again for a key that was not there."""
PATIENCE = 5.0
_MOST = 1_000
_MAX_AGE = re.compile(r"max-age\s*=\s*(\d{1,9})")


@dataclass(frozen=True)
class _Seen:
    keys: dict[str, Any]
    at: datetime
    until: datetime


_seen: dict[str, _Seen] = {}
_asking: defaultdict[str, Lock] = defaultdict(Lock)


def key_of(client: Client, *, kid: str, algorithm: str, now: datetime) -> dict[str, str] | None:
    """The public key that the client says it used, as a JWK with its `alg`; None where it has no such key.

    A set at an address is kept for as long as its owner allows (`max-age`; five minutes where nothing is said, never
    more than an hour) and asked again when a key is not in it, so that a client may change keys at any time.
    """
    if not client.jwks_url:
        return pick(client.jwks, kid=kid, algorithm=algorithm)
    return _known(client.jwks_url, kid, algorithm, now) or _asked(client.jwks_url, kid, algorithm, now)


def _known(url: str, kid: str, algorithm: str, now: datetime) -> dict[str, str] | None:
    seen = _seen.get(url)
    fresh = seen is not None and seen.at <= now < seen.until
    return pick(seen.keys, kid=kid, algorithm=algorithm) if seen and fresh else None


def _asked(url: str, kid: str, algorithm: str, now: datetime) -> dict[str, str] | None:
    """Ask the address, one thread at a time and not again at once: nobody may use us to hammer it."""
    with _asking[url]:
        seen = _seen.get(url)
        if seen is None or not seen.at <= now < seen.at + AGAIN:
            if len(_seen) > _MOST:
                _seen.clear()
            _seen[url] = _look(url, seen, now)
    return _known(url, kid, algorithm, now)


def _look(url: str, before: _Seen | None, now: datetime) -> _Seen:
    """One that does not answer keeps the keys it had for as long as they were good for."""
    try:
        reply = fetch(
            "GET", url, headers={"Accept": "application/json"}, patience=PATIENCE, largest=LARGEST * 5
        )
        keys = usable(json.loads(reply.body)) if reply.status == 200 else None
    except (NotReached, ValueError, RecursionError):
        keys = None
    if keys is None:
        return replace(before, at=now) if before else _Seen({"keys": []}, now, now)
    return _Seen(keys, now, now + max(_keep(reply), AGAIN))


def _keep(reply: Reply) -> timedelta:
    said = reply.headers.get("cache-control", "").lower()
    if "no-store" in said or "no-cache" in said:
        return timedelta()
    age = _MAX_AGE.search(said)
    return min(timedelta(seconds=int(age[1])), LONGEST) if age else USUAL
