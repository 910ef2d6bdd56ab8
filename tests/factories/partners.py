"""Other programs that use the book: registered by the actions, with a key of their own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.test import Client as Browser
from jwt import api_jws as jws
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from frontdesk.accounts.models import User
from frontdesk.clinic.models import Site
from frontdesk.partners.actions import clients, tokens
from frontdesk.partners.actions.clients import Wanted
from frontdesk.partners.models import Client
from tests.universe import NOW, Universe

EVERYTHING = tuple(f"system/{name}.cruds" for name in (
    "Appointment", "Communication", "HealthcareService", "Location", "Patient", "Practitioner", "PractitionerRole",
    "Schedule", "Slot", "Subscription", "Task",
))  # fmt: skip
TOKEN_PATH = "/fhir/token"
TOKEN_URL = f"http://testserver{TOKEN_PATH}"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
_numbers = count(1)


@dataclass(frozen=True)
class Key:
    """A key pair of a client: `kid` names it, `algorithm` is ES384 or RS384."""

    kid: str
    algorithm: str
    private: PrivateKey

    @property
    def public(self) -> dict[str, Any]:
        """The public half as a JSON Web Key."""
        public: Any = self.private.public_key()
        maker: Any = RSAAlgorithm if self.algorithm == "RS384" else ECAlgorithm
        jwk: dict[str, Any] = json.loads(maker.to_jwk(public))
        return {**jwk, "kid": self.kid, "alg": self.algorithm, "use": "sig"}


@dataclass(frozen=True)
class Registered:
    """A client and the key that it signs with."""

    client: Client
    key: Key

    @property
    def user(self) -> User:
        return self.client.user


def key(kid: str = "key-1", algorithm: str = "ES384") -> Key:
    """The key pair of that name; made once in a run."""
    return _made(kid, algorithm)


@cache
def _made(kid: str, algorithm: str) -> Key:
    if algorithm == "RS384":
        return Key(kid, algorithm, rsa.generate_private_key(public_exponent=65537, key_size=2048))
    return Key(kid, algorithm, ec.generate_private_key(ec.SECP384R1()))


def wanted(cast: Universe, **more: Any) -> Wanted:
    """What the registration form would say: everything, at Main Street, with the key "key-1"."""
    values: dict[str, Any] = {
        "name": f"Northside EHR {next(_numbers)}", "scopes": EVERYTHING, "sites": [cast.main],
        "jwks": {"keys": [key().public]}, "per_minute": 100_000, **more,
    }  # fmt: skip
    return Wanted(**values)


def register(
    cast: Universe,
    *,
    scopes: Iterable[str] = EVERYTHING,
    sites: Sequence[Site] | None = None,
    algorithm: str = "ES384",
    now: datetime = NOW,
    **more: Any,
) -> Registered:
    """A client registered by Dan, with a key of its own; everything at Main Street unless told otherwise."""
    own = key("rsa-1", algorithm) if algorithm == "RS384" else key()
    asked = wanted(
        cast,
        **{"scopes": tuple(scopes), "sites": sites or [cast.main], "jwks": {"keys": [own.public]}, **more},
    )
    return Registered(clients.register(wanted=asked, by=cast.dan, now=now), own)


def token(one: Registered, scopes: Iterable[str] | None = None, *, now: datetime = NOW) -> str:
    """A token the short way, without the door: for every scope of the client unless told otherwise."""
    asked = one.client.scopes if scopes is None else scopes
    return tokens.issue(client=one.client, scopes=asked, by=one.client.user, now=now)


def bearer(raw: str) -> dict[str, str]:
    """The header that carries a token: `browser.get(url, headers=bearer(raw))`."""
    return {"Authorization": f"Bearer {raw}"}


def assertion(
    one: Registered, *, now: datetime = NOW, audience: str = TOKEN_URL, key: Key | None = None, **claims: Any
) -> str:
    """The signed proof that the token door wants. `claims` replace ours; one that is None is left out."""
    signer = key or one.key
    ours: dict[str, Any] = {
        "iss": one.client.client_id, "sub": one.client.client_id, "aud": audience,
        "exp": int((now + timedelta(minutes=4)).timestamp()), "jti": f"proof-{next(_numbers)}", **claims,
    }  # fmt: skip
    kept = {name: value for name, value in ours.items() if value is not None}
    body = json.dumps(kept).encode()  # as they are: some are what no library would sign
    return jws.encode(body, signer.private, algorithm=signer.algorithm, headers={"kid": signer.kid})


def ask(browser: Browser, proof: str, scope: str = "system/Appointment.rs", **more: str) -> Any:
    """What the token door answers to a proof."""
    form = {
        "grant_type": "client_credentials", "client_assertion_type": JWT_BEARER, "client_assertion": proof,
        "scope": scope, **more,
    }  # fmt: skip
    return browser.post(TOKEN_PATH, urlencode(form), content_type="application/x-www-form-urlencoded")


def token_by_door(
    one: Registered, scope: str = "system/*.cruds", *, browser: Browser | None = None, now: datetime = NOW
) -> str:
    """A token as a client gets it, through the real door. The door's clock must stand at `now`."""
    answer = ask(browser or Browser(), assertion(one, now=now), scope)
    assert answer.status_code == 200, answer.content
    raw: str = answer.json()["access_token"]
    return raw
