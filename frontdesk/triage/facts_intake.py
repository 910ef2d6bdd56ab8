"""What comes in from other channels than a ringing telephone, and calls that are cut off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from frontdesk.triage.facts import RequestFact


@dataclass(frozen=True, kw_only=True)
class MessageReceived(RequestFact):
    """A message from outside, with who it says it is from. `topic` is the label that decided its queue."""

    channel: str
    site: str
    contact_at: datetime
    from_name: str
    from_phone: str
    from_email: str
    topic: str
    outside_id: str


@dataclass(frozen=True, kw_only=True)
class RequestTaken(RequestFact):
    """Somebody took a request that waited for anybody."""

    waited_seconds: int


@dataclass(frozen=True, kw_only=True)
class RequestDropped(RequestFact):
    """The line was lost; somebody calls back."""

    callback: str
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class RequestMerged(RequestFact):
    """A request ended as the duplicate of another, which has its words from now on."""

    into: int

    def subjects(self) -> Iterator[tuple[str, int]]:
        yield from super().subjects()
        yield "request", self.into
