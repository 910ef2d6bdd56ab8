"""Text as people type it: folded for search, cleaned for storage."""

from __future__ import annotations

import re
import unicodedata

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
_SPACES = re.compile(r"\s+")


def fold(text: str) -> str:
    """Lower case, no accents, single spaces: how names are compared."""
    plain = unicodedata.normalize("NFKD", text)
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _SPACES.sub(" ", kept.casefold()).strip()


def clean(text: str, *, limit: int) -> str:
    """Without control characters and lone surrogates, at most `limit` characters, trimmed."""
    safe = _CONTROL.sub("", text).encode("utf-8", "ignore").decode()
    return unicodedata.normalize("NFC", safe).strip()[:limit]


def one_line(text: str, *, limit: int) -> str:
    """As `clean`, on one line."""
    return _SPACES.sub(" ", clean(text, limit=limit * 2)).strip()[:limit]
