"""The signature of what is sent: the receiver sees that it came from here, unchanged, and when."""

from __future__ import annotations

import hashlib
import hmac

HEADER = "Frontdesk-Signature"


def signature(secret: str, body: bytes, *, at: int) -> str:
    """The value of the header: the time `at` (seconds since 1970) and an HMAC-SHA256 over "<time>.<body>"."""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"
