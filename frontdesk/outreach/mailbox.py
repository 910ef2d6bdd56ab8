"""Reading the demo's local mailbox: the messages as a mail server received them."""

from __future__ import annotations

import email
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True)
class Letter:
    """One message in the local mailbox. `name` is its file's stem."""

    name: str
    to: str
    subject: str
    received: datetime
    body: str
    language: str


def folder() -> Path | None:
    """Where the local mailbox keeps its messages; None where mail goes to a real server."""
    return Path(settings.MAILBOX_DIR) if settings.MAILBOX_DIR else None


def letters(limit: int = 100) -> list[Letter]:
    """The newest letters first."""
    place = folder()
    if place is None or not place.is_dir():
        return []
    files = sorted(place.rglob("*.eml"), key=lambda file: file.stat().st_mtime, reverse=True)
    return [_read(file) for file in files[:limit]]


def letter(name: str) -> Letter | None:
    """One letter by its name, or None. The name is compared, never used as a path."""
    return next((one for one in letters(limit=2000) if one.name == name), None)


def _read(file: Path) -> Letter:
    parsed = email.message_from_bytes(file.read_bytes(), policy=default)
    assert isinstance(parsed, EmailMessage)  # noqa: S101  the default policy makes this class
    body = parsed.get_body(preferencelist=("plain",))
    return Letter(
        name=file.stem,
        to=str(parsed["To"]),
        subject=str(parsed["Subject"]),
        received=datetime.fromtimestamp(file.stat().st_mtime, UTC),
        body=str(body.get_content()) if body is not None else "",
        language=str(parsed["Content-Language"] or "en"),
    )
