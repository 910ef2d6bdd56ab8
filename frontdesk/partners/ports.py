"""What partners tells its clients, in kinds. Who writes it as the wire wants it is named by settings.NOTICE_WRITER."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What is sent: the notification types of the R5 backport."""

    HANDSHAKE = "handshake"
    HEARTBEAT = "heartbeat"
    EVENTS = "event-notification"


class What(StrEnum):
    """What a notice tells of. `GONE`: the client saw the visit, and does not see it any more."""

    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    RESTORED = "restored"
    MISSED = "missed"
    GONE = "gone"
    FREED = "freed"
