"""From which network address a request came."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def sender_of(request: HttpRequest) -> str:
    """The address that sent it. Behind a proxy (FRONTDESK_HTTPS) it is the one that the proxy itself has added."""
    near = str(request.META.get("REMOTE_ADDR", ""))
    if settings.HTTPS:
        near = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or near
    return near[:45]
