"""What is taken as a client's public key."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from frontdesk.kit.errors import BadValue
from frontdesk.partners.engine.keys import key_set, read_keys, shown, usable
from tests.factories import partners

EC = partners.key().public
RSA = partners.key("rsa-1", "RS384").public


def _ec(curve: ec.EllipticCurve) -> dict[str, Any]:
    return {**json.loads(ECAlgorithm.to_jwk(ec.generate_private_key(curve).public_key())), "kid": "k"}


def _private() -> dict[str, Any]:
    return {**json.loads(ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP384R1()))), "kid": "k"}


def _short() -> dict[str, Any]:
    small = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505  to be refused
    return {**json.loads(RSAAlgorithm.to_jwk(small.public_key())), "kid": "k"}


def without(one: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in one.items() if key != name}


def test_both_kinds_are_taken_and_nothing_but_their_public_parts_is_kept() -> None:
    kept = read_keys(json.dumps({"keys": [{**EC, "x5c": ["…"], "note": "hello"}, without(RSA, "alg")]}))
    assert [sorted(one) for one in kept["keys"]] == [
        ["alg", "crv", "kid", "kty", "use", "x", "y"],
        ["alg", "e", "kid", "kty", "n", "use"],
    ]
    assert [one.algorithm for one in shown(kept)] == ["ES384", "RS384"]


def test_a_single_key_is_a_set_of_one() -> None:
    assert key_set(EC) == key_set({"keys": [EC]})


def test_the_fingerprint_is_the_thumbprint_of_rfc_7638() -> None:
    """The example of the RFC itself."""
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknj"
        "hMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQ"
        "vRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzK"
        "nqDKgw"
    )
    one = {"kty": "RSA", "n": modulus, "e": "AQAB", "alg": "RS384", "kid": "2011-04-29"}
    assert shown({"keys": [one]})[0].print == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ([], "no key in it"),
        ([{**EC, "d": "AAAA"}], "holds a private key"),
        ([_private()], "holds a private key"),
        ([{"kty": "oct", "k": "c2VjcmV0", "kid": "k"}], "Only RSA and EC"),
        ([{"kty": ["RSA"], "kid": "k"}], "Only RSA and EC"),
        (["RSA"], "Only RSA and EC"),
        ([_ec(ec.SECP256R1())], "curve P-384"),
        ([_short()], "at least 2048 bits"),
        ([without(EC, "kid")], "needs a “kid”"),
        ([{**EC, "kid": ""}], "needs a “kid”"),
        ([{**EC, "kid": "a\x00b"}], "needs a “kid”"),
        ([{**EC, "kid": 7}], "needs a “kid”"),
        ([{**EC, "alg": "HS256"}], "RS384 and ES384"),
        ([{**RSA, "alg": "RS256"}], "RS384 and ES384"),
        ([{**EC, "use": "enc"}], "not for signing"),
        ([{**EC, "key_ops": 5}], "not for signing"),
        ([{**EC, "x": "?!"}], "damaged"),
        ([{**EC, "x": 5}], "damaged"),
        ([{**EC, "x": EC["y"]}], "damaged"),
        ([EC, EC], "same “kid”"),
        ([{**EC, "kid": str(number)} for number in range(11)], "At most 10"),
    ],
)
def test_what_is_not_taken(keys: list[object], words: str) -> None:
    with pytest.raises(BadValue, match=words) as caught:
        key_set({"keys": keys})
    assert caught.value.field == "jwks"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("-----BEGIN EC PRIVATE KEY-----", "private key"),
        ("-----BEGIN PUBLIC KEY-----", "PEM"),
        ("{", "no JSON"),
        ("[" * 5000, "no JSON"),
        ("[]", "no key in it"),
        ("null", "no key in it"),
        ('{"keys": "x"}', "no key in it"),
        ("x" * 20_001, "too long"),
    ],
)
def test_what_cannot_be_read(text: str, words: str) -> None:
    with pytest.raises(BadValue, match=words):
        read_keys(text)


def test_of_a_published_set_only_what_may_sign_is_used() -> None:
    found = usable({"keys": [{**EC, "use": "enc", "kid": "a"}, "x", RSA, _ec(ec.SECP256R1())]})
    assert [one["kid"] for one in found["keys"]] == ["rsa-1"]
    assert usable(["x"]) == usable({"keys": 5}) == usable(None) == {"keys": []}
