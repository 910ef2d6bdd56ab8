"""How often one address may send the form of a published time."""

from __future__ import annotations

from datetime import datetime

from frontdesk.partners.limiter import within_the_hour

MOST = 10  # in an hour, over all processes


def let_through(sender: str, moment: datetime) -> bool:
    """Count one more form from this address: may it be taken in?"""
    return within_the_hour(f"open {sender}", MOST, moment)
