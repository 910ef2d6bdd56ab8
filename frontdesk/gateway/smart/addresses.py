"""The addresses of the token door."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse


def token_address(request: HttpRequest) -> str:
    """Where tokens are asked for, as the caller reaches it: the audience of every proof."""
    return request.build_absolute_uri(reverse("gateway:token"))
