"""Reading what an address asks for. Nothing that stands there can fail: what makes no sense asks for nothing."""

from __future__ import annotations

from django.http import QueryDict

from frontdesk.kit.text import one_line

LARGEST_ID = 2**63 - 1


def asked_text(query: QueryDict, name: str, *, limit: int = 100) -> str:
    """The text of one parameter on one line, without control characters; "" where there is none."""
    return one_line(query.get(name, ""), limit=limit)


def asked_id(query: QueryDict, name: str) -> int | None:
    """A row's number, or None for anything that cannot be one."""
    text = asked_text(query, name, limit=20)
    number = int(text) if text.isascii() and text.isdigit() else 0
    return number if 0 < number <= LARGEST_ID else None
