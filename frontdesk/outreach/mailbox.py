"""Reading the demo's local mailbox: the messages as a mail server received them."""

from __future__ import annotations

import email
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from django.conf import settings

NAME = re.compile(r"[-\w]+", re.ASCII)  # what an address of ours can name


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
    files = [(_mtime(file), file) for file in place.glob("new/*.eml") if NAME.fullmatch(file.stem)]
    read = (_read(file) for _, file in sorted(files, reverse=True)[:limit])
    return [one for one in read if one is not None]


def letter(name: str) -> Letter | None:
    """One letter by its name, or None. The name is compared, never used as a path."""
    return next((one for one in letters(limit=2000) if one.name == name), None)


def _mtime(file: Path) -> float:
    """When the letter came; the mail server may have dropped it since it was listed."""
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _read(file: Path) -> Letter | None:
    """The letter, however damaged; None where the mail server has dropped it meanwhile."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return None
    parsed = email.message_from_bytes(content, policy=default)
    assert isinstance(parsed, EmailMessage)  # noqa: S101  the default policy makes this class
    return Letter(
        name=file.stem,
        to=str(parsed["To"]),
        subject=str(parsed["Subject"]),
        received=datetime.fromtimestamp(_mtime(file), UTC),
        body=_words(parsed),
        language=str(parsed["Content-Language"] or "en"),
    )


def _words(letter: EmailMessage) -> str:
    """The plain text of a letter; in a character set that nobody knows, whatever of it is UTF-8."""
    body = letter.get_body(preferencelist=("plain",))
    if not isinstance(body, EmailMessage):
        return ""
    try:
        return str(body.get_content())
    except LookupError:
        raw = body.get_payload(decode=True)
        return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""
