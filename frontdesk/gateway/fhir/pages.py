"""The link to the next page: the search and the place it has reached, closed to everybody but us.

What was searched by may name a patient, and addresses end up in logs, so it is encrypted and not merely signed.
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import orjson
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from frontdesk.gateway.fhir.outcome import Problem

LONGEST = 6000


@lru_cache(maxsize=2)
def _box(secret: str) -> Fernet:
    key = hashlib.sha256(b"frontdesk fhir pages" + secret.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def close(content: dict[str, Any]) -> str:
    """The content as text for an address."""
    return _box(settings.SECRET_KEY).encrypt(zlib.compress(orjson.dumps(content))).decode().rstrip("=")


def reopen(text: str, *, client: int, kind: str) -> dict[str, Any]:
    """What was closed for this client and type. Raises Problem (400) for anything else."""
    try:
        padded = text[:LONGEST].encode() + b"=" * (-len(text[:LONGEST]) % 4)
        # Whoever has not the key cannot make one that opens, so what is inside is our own.
        found: dict[str, Any] = orjson.loads(zlib.decompress(_box(settings.SECRET_KEY).decrypt(padded)))
    except (InvalidToken, ValueError, zlib.error):
        raise _bad() from None
    if found.get("client") != client or found.get("kind") != kind:
        raise _bad()
    return found


def _bad() -> Problem:
    sentence = "This is no link to a page that was given to you: start the search again."
    return Problem(HTTPStatus.BAD_REQUEST, "value", sentence)
