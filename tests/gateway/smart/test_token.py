"""The token door: who is let in, who is not, and that an error helps nobody."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from itertools import count
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from django.test import Client as Browser
from django.test import override_settings

from frontdesk.partners.actions import clients, tokens
from frontdesk.partners.limiter import FAILURES
from frontdesk.partners.models import Assertion, Token
from tests.factories import partners
from tests.factories.partners import EVERYTHING, JWT_BEARER, TOKEN_PATH, TOKEN_URL, Registered, ask, assertion
from tests.universe import NOW, Universe

pytestmark = pytest.mark.django_db

NOT_PROVED = {"error": "invalid_client", "error_description": "The client could not be authenticated."}


def at(**ahead: float) -> int:
    return int((NOW + timedelta(**ahead)).timestamp())


@pytest.fixture
def one(universe: Universe) -> Registered:
    return partners.register(universe)


@pytest.mark.parametrize("algorithm", ["ES384", "RS384"])
def test_a_proof_is_exchanged_for_a_token(algorithm: str, universe: Universe, client: Browser) -> None:
    registered = partners.register(universe, algorithm=algorithm)
    answer = ask(client, assertion(registered), "system/Appointment.rs system/Slot.read")
    said = answer.json()
    raw = said.pop("access_token")
    assert said == {
        "token_type": "bearer",
        "expires_in": 300,
        "scope": "system/Appointment.rs system/Slot.read",
    }
    assert (answer.status_code, answer["Cache-Control"], answer["Pragma"]) == (200, "no-store", "no-cache")
    known = tokens.check(raw, NOW)
    assert known.client == registered.client
    assert sorted(known.scopes) == ["system/Appointment.rs", "system/Slot.rs"]
    assert len(base64.urlsafe_b64decode(raw + "=")) == 32


def test_a_token_opens_the_machines_door(one: Registered, client: Browser) -> None:
    raw = partners.token_by_door(one, browser=client)
    assert client.get("/fhir/Slot", headers=partners.bearer(raw)).status_code != 401
    assert client.get("/fhir/Slot").status_code == 401
    assert client.get("/fhir/Slot", headers=partners.bearer("x" * 43)).status_code == 401


def test_no_session_is_made_and_none_is_needed(one: Registered) -> None:
    answer = ask(Browser(enforce_csrf_checks=True), assertion(one))
    assert answer.status_code == 200
    assert not answer.cookies


PROVES_NOTHING: list[dict[str, Any]] = [
    {"aud": "https://elsewhere.example/token"},
    {"aud": "http://testserver/fhir"},
    {"aud": TOKEN_URL + "/"},
    {"aud": ["https://elsewhere.example/token"]},
    {"aud": {"url": TOKEN_URL}},
    {"aud": None},
    {"exp": at(minutes=5, seconds=1)},
    {"exp": at(days=1)},
    {"exp": at(seconds=0)},
    {"exp": at(minutes=-1)},
    {"exp": None},
    {"exp": str(at(minutes=1))},
    {"exp": True},
    {"exp": 10**30},
    {"exp": float(10**300)},
    {"nbf": at(minutes=2)},
    {"nbf": "soon"},
    {"sub": "somebody-else"},
    {"sub": None},
    {"iss": "somebody-else"},
    {"iss": None},
    {"iss": 7},
    {"iss": "a\x00b"},
    {"iss": "\ud800"},
    {"jti": None},
    {"jti": ""},
    {"jti": 5},
]
PROVES: list[dict[str, Any]] = [
    {"aud": [TOKEN_URL, "https://other.example"]},
    {"exp": at(minutes=5)},
    {"exp": at(seconds=1)},
    {"exp": at(minutes=1) + 0.5},
    {"nbf": at(seconds=59), "iat": at(seconds=59)},
    {"jti": "\ud800"},
    {"jti": "x" * 3000},
    {"extra": {"a": [1, 2, 3]}},
]


def test_a_proof_that_does_not_prove(one: Registered) -> None:
    assert [claims for claims in PROVES_NOTHING if not _refused(assertion(one, **claims))] == []
    assert not Assertion.objects.exists()


def test_a_proof_that_does(one: Registered) -> None:
    taken = [ask(Browser(), assertion(one, **claims)).status_code for claims in PROVES]
    assert taken == [200] * len(PROVES)


_places = count(1)


def _refused(proof: str) -> bool:
    """Is it refused as everything is that does not prove? Each is sent from a place of its own: none has failed before."""
    answer = ask(Browser(REMOTE_ADDR=f"198.51.100.{next(_places) % 250}"), proof)
    return (answer.status_code, answer.json()) == (401, NOT_PROVED) and not Token.objects.exists()


def test_another_key_under_the_same_name(one: Registered) -> None:
    thief = partners.Key(one.key.kid, "ES384", partners.key("thief").private)
    assert _refused(assertion(one, key=thief))


def test_a_key_of_the_other_kind_under_the_same_name(one: Registered) -> None:
    assert _refused(
        assertion(one, key=partners.Key(one.key.kid, "RS384", partners.key("rsa-1", "RS384").private))
    )


def test_a_key_that_nobody_registered(one: Registered) -> None:
    assert _refused(assertion(one, key=partners.key("unknown")))


def test_the_key_of_another_client(one: Registered, universe: Universe) -> None:
    other = partners.key("other")
    theirs = partners.register(universe, jwks={"keys": [other.public]})
    assert _refused(assertion(one, key=other))
    assert _refused(assertion(theirs, key=one.key))


def _signed(one: Registered, header: dict[str, Any], secret: bytes = b"") -> str:
    """A proof with this header; with a secret, signed by HMAC as for HS256 or HS384."""

    def part(value: object) -> bytes:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    claims = {
        "iss": one.client.client_id, "sub": one.client.client_id, "aud": TOKEN_URL, "exp": at(minutes=4), "jti": "x",
    }  # fmt: skip
    body = part({"typ": "JWT", **header}) + b"." + part(claims)
    kind = hashlib.sha384 if header.get("alg") == "HS384" else hashlib.sha256
    mark = base64.urlsafe_b64encode(hmac.new(secret, body, kind).digest()).rstrip(b"=") if secret else b""
    return (body + b"." + mark).decode()


def test_a_proof_that_is_not_signed(one: Registered) -> None:
    for algorithm in ("none", "None", "NONE", "", None, 5, ["ES384"]):
        assert _refused(_signed(one, {"alg": algorithm, "kid": one.key.kid})), algorithm


def test_the_public_key_is_no_secret_to_sign_with(one: Registered) -> None:
    public: Any = one.key.private.public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    for algorithm in ("HS256", "HS384"):
        for secret in (pem, pem.strip(), json.dumps(one.key.public).encode()):
            assert _refused(_signed(one, {"alg": algorithm, "kid": one.key.kid}, secret))


def test_a_proof_that_names_no_key(one: Registered) -> None:
    for kid in (None, "", 5, ["key-1"], {"a": 1}):
        assert _refused(_signed(one, {"alg": "ES384", "kid": kid})), kid


def test_a_key_that_the_proof_brings_with_it_is_not_looked_at(one: Registered) -> None:
    mine = partners.key("mine")
    claims = jwt.decode(assertion(one), options={"verify_signature": False})
    for header in (
        {"jwk": mine.public},
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/"},
    ):
        proof = jwt.encode(claims, mine.private, "ES384", headers={"kid": one.key.kid, **header})
        assert _refused(proof)


def test_what_is_no_proof(one: Registered) -> None:
    for proof in (
        "x", "..", "a.b.c", "e30.e30.", "\x00", "é.é.é", "x" * 20_000, "." * 8000, "W" * 7000 + ".W.W",
    ):  # fmt: skip
        assert _refused(proof), proof[:20]


def test_a_header_that_is_nested_without_end(one: Registered) -> None:
    deep = base64.urlsafe_b64encode(b"[" * 5000).rstrip(b"=").decode()
    assert _refused(f"{deep}.e30.x")
    assert _refused(f"eyJhbGciOiJFUzM4NCIsImtpZCI6ImtleS0xIn0.{deep}.x")


def test_the_same_proof_twice(one: Registered, client: Browser) -> None:
    proof = assertion(one)
    assert ask(client, proof).status_code == 200
    answer = ask(client, proof)
    assert (answer.status_code, answer.json()) == (401, NOT_PROVED)
    assert ask(client, assertion(one, jti="again", exp=at(minutes=1))).status_code == 200
    assert ask(client, assertion(one, jti="again", exp=at(minutes=2))).status_code == 401
    assert Token.objects.count() == 2


def test_two_clients_may_use_the_same_jti(one: Registered, universe: Universe, client: Browser) -> None:
    assert ask(client, assertion(one, jti="1")).status_code == 200
    assert ask(client, assertion(partners.register(universe), jti="1")).status_code == 200


def test_a_proof_that_asked_for_nothing_it_may_is_not_used_up(universe: Universe, client: Browser) -> None:
    slots = partners.register(universe, scopes=["system/Slot.rs"])
    proof = assertion(slots)
    answer = ask(client, proof, "system/Patient.rs system/Slot.c")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")
    answer = ask(client, proof, "system/Patient.rs system/Slot.cruds")
    assert (answer.status_code, answer.json()["scope"]) == (200, "system/Slot.rs")


def test_an_ended_client(one: Registered, universe: Universe, client: Browser) -> None:
    raw = partners.token_by_door(one, browser=client)
    clients.end(client=one.client, by=universe.dan, now=NOW)
    answer = ask(client, assertion(one))
    assert (answer.status_code, answer.json()) == (401, NOT_PROVED)
    assert client.get("/fhir/Slot", headers=partners.bearer(raw)).status_code == 401


FORM = {"grant_type": "client_credentials", "client_assertion_type": JWT_BEARER, "scope": "system/Slot.rs"}


BAD_FORMS: list[tuple[dict[str, Any], str]] = [
    ({"grant_type": ""}, "invalid_request"),
    ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
    ({"grant_type": "password", "username": "dan", "password": "x"}, "unsupported_grant_type"),
    ({"client_assertion_type": ""}, "invalid_request"),
    ({"client_assertion_type": "urn:ietf:params:oauth:grant-type:jwt-bearer"}, "invalid_request"),
    ({"client_assertion": ""}, "invalid_request"),
    ({"scope": ""}, "invalid_scope"),
    ({"scope": "  "}, "invalid_scope"),
    ({"scope": ["system/Slot.rs", "system/Slot.rs"]}, "invalid_request"),
    ({"grant_type": ["client_credentials", "client_credentials"]}, "invalid_request"),
]


def test_a_form_that_is_not_as_it_should_be(one: Registered, client: Browser) -> None:
    for changed, error in BAD_FORMS:
        form = {**FORM, "client_assertion": assertion(one), **changed}
        body = urlencode(form, doseq=True)
        answer = client.post(TOKEN_PATH, body, content_type="application/x-www-form-urlencoded")
        assert (answer.status_code, answer.json()["error"]) == (400, error), changed
    assert not Token.objects.exists()


def test_a_body_that_is_no_form(one: Registered, client: Browser) -> None:
    whole = {**FORM, "client_assertion": assertion(one)}
    bodies = [
        (json.dumps(whole), "application/json"),
        ("{", "application/json"),
        ("--x\r\n", "multipart/form-data; boundary=x"),
        ("a=1&" * 5000, "application/x-www-form-urlencoded"),
        ("x" * 1_100_000, "application/x-www-form-urlencoded"),
        ("%ff%fe=%00", "application/x-www-form-urlencoded"),
        ("", "application/x-www-form-urlencoded"),
    ]
    for body, kind in bodies:
        answer = client.post(TOKEN_PATH, body, content_type=kind)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request"), (body[:20], kind)


def test_only_by_post(client: Browser) -> None:
    for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS"):
        answer = client.generic(method, TOKEN_PATH)
        assert (answer.status_code, answer["Allow"]) == (405, "POST"), method


def test_who_fails_often_waits(one: Registered, universe: Universe, client: Browser) -> None:
    thief = partners.Key(one.key.kid, "ES384", partners.key("thief").private)
    answers = [ask(client, assertion(one, key=thief)).status_code for _ in range(FAILURES + 1)]
    assert answers == [401] * FAILURES + [429]
    turned_away = ask(client, assertion(one))
    assert (turned_away.status_code, turned_away["Retry-After"]) == (429, "60")
    assert ask(client, assertion(partners.register(universe))).status_code == 200
    elsewhere = Browser(REMOTE_ADDR="192.0.2.7")
    assert ask(elsewhere, assertion(one)).status_code == 200


def test_behind_a_proxy_a_thief_does_not_keep_the_client_out(one: Registered) -> None:
    thief = partners.Key(one.key.kid, "ES384", partners.key("thief").private)
    theirs, ours = (Browser(headers={"X-Forwarded-For": f"made.up, 192.0.2.{number}"}) for number in (7, 8))
    with override_settings(HTTPS=True, SECURE_SSL_REDIRECT=False):
        tries = [ask(theirs, assertion(one, key=thief)).status_code for _ in range(FAILURES + 1)]
        assert tries[-1] == 429
        assert ask(ours, assertion(one)).status_code == 200


def test_the_description_of_the_door(client: Browser) -> None:
    for path in ("/.well-known/smart-configuration", "/fhir/.well-known/smart-configuration"):
        answer = client.get(path)
        said = answer.json()
        assert (answer.status_code, said["token_endpoint"]) == (200, TOKEN_URL)
        assert said["token_endpoint_auth_signing_alg_values_supported"] == ["RS384", "ES384"]
        assert said["grant_types_supported"] == ["client_credentials"]
        assert {"client-confidential-asymmetric", "permission-v2"} <= set(said["capabilities"])
        assert {"system/Patient.rs", "system/Appointment.cruds"} <= set(said["scopes_supported"])
        assert client.post(path).status_code == 405


def test_everything_that_is_described_can_be_granted(universe: Universe, client: Browser) -> None:
    scopes = client.get("/.well-known/smart-configuration").json()["scopes_supported"]
    answer = ask(client, assertion(partners.register(universe, scopes=EVERYTHING)), " ".join(scopes))
    assert answer.json()["scope"].split() == scopes


def test_so_many_requests_a_minute_and_no_more(universe: Universe, client: Browser) -> None:
    one = partners.register(universe, per_minute=3)
    other = partners.bearer(partners.token(partners.register(universe)))
    headers = partners.bearer(partners.token(one))
    assert [client.get("/fhir/Slot?_count=1", headers=headers).status_code for _ in range(4)] == [200] * 3 + [
        429
    ]
    assert client.get("/fhir/Slot?_count=1", headers=headers)["Retry-After"] == "60"
    assert client.get("/fhir/Slot?_count=1", headers=other).status_code == 200
