from __future__ import annotations

from dataclasses import dataclass

from frontdesk.daybook.facts import Fact


@dataclass(frozen=True, kw_only=True)
class MessageQueued(Fact):
    """A message is to leave. The words stand in the message itself."""

    message_id: int
    patient_id: int
    request_id: int | None
    channel: str
    to: str
    subject: str
    body: str
    template: str


@dataclass(frozen=True, kw_only=True)
class MessageSettled(Fact):
    """It was taken by the carrier, or given up."""

    message_id: int
    patient_id: int
    request_id: int | None
    state: str
    receipt: str


@dataclass(frozen=True, kw_only=True)
class LibraryDrafted(Fact):
    """So many messages that Frontdesk ships were taken in as drafts."""

    messages: int
