"""Public keys as clients give them: a JSON Web Key set (RFC 7517). Only keys that may sign here are taken."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from jwt import PyJWK, PyJWTError

from frontdesk.kit.errors import BadValue

MOST_KEYS = 10
LARGEST = 20_000
"""Characters of a key set."""
_LEAST_BITS = 2048
_MOST_BITS = 8192
_PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "k", "oth"}
_KEPT = {"RSA": ("kty", "kid", "alg", "use", "n", "e"), "EC": ("kty", "kid", "alg", "use", "crv", "x", "y")}
_ALGORITHM = {"RSA": "RS384", "EC": "ES384"}


@dataclass(frozen=True)
class Key:
    """One public key: what a person sees of it. `print` is its thumbprint (RFC 7638, SHA-256, base64url)."""

    kid: str
    algorithm: str
    print: str


class PrivateKey(BadValue):
    """What was pasted is a secret: whoever shows the form again must not show it."""

    def __init__(self) -> None:
        sentence = "This holds a private key. It must stay with its owner: make a new pair, and paste the public half."
        super().__init__(sentence, field="jwks")


def read_keys(text: str) -> dict[str, Any]:
    """The key set that was pasted, with nothing but its public parts. Raises BadValue with one sentence."""
    if len(text) > LARGEST:
        raise _bad("This is too long for a key set.")
    if "PRIVATE KEY" in text:
        raise PrivateKey
    if "-----BEGIN" in text:
        raise _bad("This is a PEM file. Paste the key as a JSON Web Key set; the page on machines shows how.")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise _bad("This is no JSON. A key set looks like {“keys”: [ … ]}.") from None
    return key_set(data)


def key_set(data: object) -> dict[str, Any]:
    """As `read_keys`, of what is parsed already; a single key is a set of one."""
    if isinstance(data, dict) and "kty" in data:
        data = {"keys": [data]}
    keys = data.get("keys") if isinstance(data, dict) else None
    if not isinstance(keys, list) or not keys:
        raise _bad("There is no key in it. A key set looks like {“keys”: [ … ]}.")
    if len(keys) > MOST_KEYS:
        raise _bad(f"At most {MOST_KEYS} keys.")
    kept = [_key(one) for one in keys]
    if len({one["kid"] for one in kept}) < len(kept):
        raise _bad("Two keys have the same “kid”: each needs its own.")
    return {"keys": kept}


def usable(data: object) -> dict[str, Any]:
    """Of a set that somebody else publishes, the keys that may sign here; the others are passed over."""
    keys = data.get("keys") if isinstance(data, dict) else None
    found: list[dict[str, str]] = []
    for one in keys[:50] if isinstance(keys, list) else ():
        try:
            found.append(_key(one))
        except BadValue:
            continue
    return {"keys": found}


def pick(keys: dict[str, Any] | None, *, kid: str, algorithm: str) -> dict[str, str] | None:
    """The key of that id that signs with that algorithm."""
    for one in (keys or {}).get("keys", ()):
        if one["kid"] == kid and one["alg"] == algorithm:
            return dict(one)
    return None


def shown(keys: dict[str, Any] | None) -> list[Key]:
    """The keys of a set as a person may compare them with the owner's."""
    return [Key(one["kid"], one["alg"], _thumbprint(one)) for one in (keys or {}).get("keys", ())]


def _key(one: object) -> dict[str, str]:
    if not isinstance(one, dict) or one.get("kty") not in tuple(_KEPT):
        raise _bad("Only RSA and EC keys are taken.")
    if _PRIVATE & set(one):
        raise PrivateKey
    kty = one["kty"]
    uses = one.get("key_ops", ["verify"])
    if one.get("use", "sig") != "sig" or not isinstance(uses, list) or "verify" not in uses:
        raise _bad("This key is not for signing.")
    if one.get("alg", _ALGORITHM[kty]) != _ALGORITHM[kty]:
        raise _bad("Only keys for RS384 and ES384 are taken.")
    kid = one.get("kid")
    if not isinstance(kid, str) or not 1 <= len(kid) <= 200 or not kid.isprintable():
        raise _bad("Each key needs a “kid”, by which the client says which one it used.")
    _check_numbers(one)
    kept = {**{name: one[name] for name in _KEPT[kty] if name in one}, "alg": _ALGORITHM[kty]}
    try:
        PyJWK.from_dict(kept)
    except (PyJWTError, ValueError):
        raise _bad("This key is damaged: its numbers are not those of a key.") from None
    return kept


def _check_numbers(one: dict[str, Any]) -> None:
    if one["kty"] == "EC":
        if one.get("crv") != "P-384" or len(_number(one, "x")) != 48 or len(_number(one, "y")) != 48:
            raise _bad("An EC key must be on the curve P-384.")
        return
    bits = int.from_bytes(_number(one, "n")).bit_length()
    if not _LEAST_BITS <= bits <= _MOST_BITS or not 3 <= int.from_bytes(_number(one, "e")[:9]) < 2**64:
        raise _bad(f"An RSA key must have at least {_LEAST_BITS} bits.")


def _number(one: dict[str, Any], name: str) -> bytes:
    text = one.get(name)
    try:
        if not isinstance(text, str):
            raise ValueError
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise _bad("This key is damaged: one of its numbers cannot be read.") from None


def _thumbprint(one: dict[str, str]) -> str:
    names = ("e", "kty", "n") if one["kty"] == "RSA" else ("crv", "kty", "x", "y")
    canonical = json.dumps({name: one[name] for name in names}, separators=(",", ":"), sort_keys=True)
    digest = hashlib.sha256(canonical.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _bad(sentence: str) -> BadValue:
    return BadValue(sentence, field="jwks")
