"""What carries messages out of the house. gateway/ holds one folder for each carrier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Attachment:
    """A calendar entry that goes with a message. `name` is a file name."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Outgoing:
    """A rendered message. `ref` is the same at every try, so that a carrier can drop a double."""

    ref: str
    to: str
    subject: str
    body: str
    language: str
    attachment: Attachment | None = None


class Carrier(Protocol):
    """Takes a message over. Answers a receipt in words."""

    def send(self, message: Outgoing) -> str:
        """Raises Refuses when it will never go, NotNow when it may go later."""
        ...


class Refuses(Exception):
    """The carrier will not take this message, now or later."""


class NotNow(Exception):
    """The carrier cannot be reached or asks to wait."""
