"""What partners needs of the rooms above: somebody who writes notices as the wire wants them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from frontdesk.partners.models import Notice, Subscription
from frontdesk.partners.ports import Kind


class Writer(Protocol):
    """Writes what is sent. settings.NOTICE_WRITER names it by import path."""

    def __call__(
        self, *, subscription: Subscription, kind: Kind, notices: Sequence[Notice], now: datetime
    ) -> bytes:
        """The body of one request, in JSON. What the client may not see (any more) is left out of it."""
        ...
