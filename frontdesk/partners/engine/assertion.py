"""The proof by which a client says who it is: a JWT that it has signed (RFC 7523, SMART Backend Services)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import jwt

if TYPE_CHECKING:
    from jwt.types import Options

ALGORITHMS = ("RS384", "ES384")
LONGEST = timedelta(minutes=5)
"""How far ahead a proof may end."""
_CLOCKS_APART = timedelta(seconds=60)
"""How much later than ours a client's clock may go, for “not before”."""
_LARGEST = 8_000
"""Characters of a proof."""
_OURSELVES: Options = {
    "verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False, "verify_iss": False,
    "verify_sub": False, "verify_jti": False,
}  # fmt: skip
"""What is checked here and not by the library: by `now`, and alike for every claim."""


class Unproved(Exception):
    """The proof does not prove it. The text says why, for our own tests; nobody else is told."""


@dataclass(frozen=True)
class Claimed:
    """What a proof says of itself before anything is checked."""

    client_id: str
    kid: str
    algorithm: str


@dataclass(frozen=True)
class Proof:
    """A proof that holds. `jti` may be used once until `ends`."""

    jti: str
    ends: datetime


def claimed(assertion: str) -> Claimed:
    """Who says so, and with which key. Raises Unproved where it cannot be read."""
    if len(assertion) > _LARGEST:
        raise Unproved("too long")
    try:
        header = jwt.get_unverified_header(assertion)
        claims = jwt.decode(assertion, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise Unproved("cannot be read") from error
    found = (claims.get("iss"), header.get("kid"), header.get("alg"))
    client_id, kid, algorithm = (one if isinstance(one, str) else "" for one in found)
    if algorithm not in ALGORITHMS:
        raise Unproved("algorithm")
    if not kid or not client_id or not client_id.isascii() or not client_id.isprintable():
        raise Unproved("no kid or no issuer")
    return Claimed(client_id, kid, algorithm)


def proved(assertion: str, key: dict[str, str], *, client_id: str, audience: str, now: datetime) -> Proof:
    """Check signature, issuer, subject, audience, end and jti. `key` is a public JWK with its `alg`.

    Raises Unproved. Times are compared with `now`, never with the machine's clock.
    """
    try:
        loaded = jwt.PyJWK.from_dict(key)
        claims = jwt.decode(assertion, loaded.key, algorithms=[key["alg"]], options=_OURSELVES)
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise Unproved("signature") from error
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        raise Unproved("issuer or subject")
    meant = claims.get("aud")
    if meant != audience and not (isinstance(meant, list) and audience in meant):
        raise Unproved("audience")
    return Proof(_jti(claims), _end(claims, now))


def _jti(claims: dict[str, Any]) -> str:
    jti = claims.get("jti")
    if not isinstance(jti, str) or not jti:
        raise Unproved("no jti")
    return jti


def _end(claims: dict[str, Any], now: datetime) -> datetime:
    ends, begins = _moment(claims.get("exp")), claims.get("nbf")
    if begins is not None and _moment(begins) > now + _CLOCKS_APART:
        raise Unproved("not yet")
    if not now < ends <= now + LONGEST:
        raise Unproved("ended, or ends too late")
    return ends


def _moment(value: object) -> datetime:
    """Seconds since 1970, with or without a fraction."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unproved("no time")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Unproved("no time") from error
