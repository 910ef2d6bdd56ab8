"""What somebody is asked to accept, in the bar of every page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import blake2b

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.triage.engine.lanes import Lane
from frontdesk.triage.queries.asked import Asking, asked_of


@dataclass(frozen=True)
class Alert:
    """Everything that `user` is asked, at `now`. Read once."""

    user: User
    now: datetime

    @cached_property
    def asked(self) -> Sequence[Asking]:
        return asked_of(self.user)

    @property
    def may_accept(self) -> bool:
        return self.user.may(Permission.ACCEPT_HANDOFFS)

    @property
    def first(self) -> Asking | None:
        return self.asked[0] if self.asked else None

    @property
    def is_grave(self) -> bool:
        """Is any of it to be heard at once: an emergency, or something that nobody has accepted?"""
        return any(one.lane is Lane.EMERGENCY or one.is_last_resort for one in self.asked)

    @property
    def spoken(self) -> str:
        """For somebody who hears the page: without the clock, which would be read out each second."""
        return " ".join(self._say(one) for one in self.asked)

    @property
    def title(self) -> str:
        """In front of the tab's own title."""
        if self.first is None:
            return ""
        what = "Nobody accepted" if self.first.is_last_resort else "You are asked"
        count = f"({len(self.asked)}) " if len(self.asked) > 1 else ""
        return f"{count}{what}: {self.first.lane.value}"

    @property
    def version(self) -> str:
        """Changes when the alert does, but for the clocks, which run by themselves."""
        said = repr([(one.handoff_id, one.lane, one.until, one.due_at, one.situation) for one in self.asked])
        return blake2b(said.encode(), digest_size=8).hexdigest() if self.asked else "none"

    def _say(self, one: Asking) -> str:
        if one.is_last_resort:
            minutes = int((self.now - one.since).total_seconds() // 60)
            since = f"for {minutes} minutes" if minutes > 1 else "yet"
            return f"Nobody has accepted {since}: {one.lane.value}, {one.situation}, {one.site}."
        return f"You are asked: {one.lane.value}, {one.situation}, {one.site}."
