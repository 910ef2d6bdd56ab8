"""Rules for extra visits, drafted by the manager and signed by their provider."""

from __future__ import annotations

from datetime import time
from typing import Any

from frontdesk.book.actions import overbooking
from frontdesk.book.actions.overbooking import RuleDraft
from frontdesk.book.models import OverbookRule
from tests.universe import LAST_OPEN, NOW, TODAY, Universe


def wish(clinic: Universe, **more: Any) -> RuleDraft:
    """Two extra visits a day with Dr. Carol, from nine to noon."""
    said: dict[str, Any] = {
        "provider": clinic.dr_carol,
        "starts": time(9),
        "ends": time(12),
        "cap": 2,
        "valid_from": TODAY,
        "valid_until": LAST_OPEN,
        "because": "Flu season",
    }
    return RuleDraft(**{**said, **more})


def drafted(clinic: Universe, **more: Any) -> OverbookRule:
    return overbooking.draft(rule=wish(clinic, **more), by=clinic.dan, now=NOW)


def signed(clinic: Universe, **more: Any) -> OverbookRule:
    return overbooking.sign(rule=drafted(clinic, **more), by=clinic.carol, now=NOW)
