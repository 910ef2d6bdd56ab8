"""What nobody types on purpose."""

from __future__ import annotations

import os
from urllib.parse import quote_from_bytes
from zlib import crc32

# Bytes are what no text can be: they are sent as they stand.
ABSURD: dict[str, str | bytes] = {
    "nothing": "",
    "10,000 characters": "x" * 10_000,
    "a NUL": "\x00",
    "a NUL inside": "a\x00b",
    "control characters": "".join(map(chr, range(1, 32))) + "\x7f\x85\u2028\u2029\ufeff",
    "emoji": "🩺👩‍👩‍👧‍👦🏳️‍🌈",
    "right to left": "\u202eמרים כהן\u202c \u2067مريم\u2069",
    "many accents": "a" + "\u0301" * 400,
    "a lone surrogate": b"\xed\xa0\x80\xff\xfe\xc3",
    "year 1": "0001-01-01",
    "year 9999": "9999-12-31",
    "31 February": "2026-02-31",
    "31 February as spoken": "02/31/1979",
    "year 10000": "10000-01-01",
    "negative": "-1",
    "one more than a row's number": str(2**63),
    "400 digits": "9" * 400,
    "NaN": "NaN",
    "digits of another script": "١٢٣",
    "a superscript": "²",
    "SQL": "'; DROP TABLE people_patient; --",
    "markup": "<script>alert(1)</script>",
    "a template": "{{ 7|add:1 }}{% debug %}%s%n",
    "JSON": '{"a": [1, null]}',
}


def absurd_for(place: str) -> dict[str, str | bytes]:
    """An eighth of what nobody types, another eighth for the next place; all of it in the full proofs."""
    if os.environ.get("FRONTDESK_FULL_PROOFS"):
        return ABSURD
    turn = crc32(place.encode()) % 8
    return {name: value for at, (name, value) in enumerate(ABSURD.items()) if at % 8 == turn}


def encoded(fields: dict[str, str | bytes]) -> bytes:
    """The body of a form, with bytes in it as they stand."""
    pairs = (
        f"{name}={quote_from_bytes(value if isinstance(value, bytes) else value.encode('utf-8'))}"
        for name, value in fields.items()
    )
    return "&".join(pairs).encode()
