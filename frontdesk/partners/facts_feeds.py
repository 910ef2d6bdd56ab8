"""What happens to calendar addresses. The address itself stands nowhere."""

from __future__ import annotations

from dataclasses import dataclass

from frontdesk.daybook.facts import Fact


@dataclass(frozen=True, kw_only=True)
class FeedMade(Fact):
    """Somebody made a secret address at which a calendar program reads a provider's visits, or one visit."""

    feed_id: int
    provider_id: int | None
    appointment_id: int | None
    patient_id: int | None


@dataclass(frozen=True, kw_only=True)
class FeedRevoked(Fact):
    """The address was taken back: whoever knows it reads nothing any more."""

    feed_id: int
    provider_id: int | None
    appointment_id: int | None
    patient_id: int | None
