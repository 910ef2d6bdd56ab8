"""The small protocol with escalation trees, and people on duty."""

from __future__ import annotations

from datetime import datetime, timedelta

from frontdesk.accounts.models import User
from frontdesk.clinic.models import Duty, Site
from frontdesk.triage.models import Protocol
from tests.factories.protocol import SMALL, protocol

NURSE_STEPS = [
    {"duty": "nurse", "rank": 1, "minutes": 10},
    {"duty": "nurse", "rank": 2, "minutes": 5},
    {"duty": "provider", "minutes": 7},
    {"duty": "manager", "minutes": 3},
]
AFTER_HOURS = [{"duty": "on_call", "minutes": 20}, {"duty": "provider", "minutes": 4}]
_STEP = {
    "key": "honest",
    "kind": "say",
    "say_en": "Nobody has it yet. I keep asking.",
    "say_es": "Nadie aún.",
}
_RING = {"key": "ring", "kind": "ask", "say_en": "Ring everybody on duty.", "say_es": "Llame a todos."}


def _tree(title: str, queue: str, steps: list[dict[str, object]], last: str) -> dict[str, object]:
    return {"title": title, "queue": queue, "steps": steps, "after_hours": AFTER_HOURS, "last_resort": last}


TREES: dict[str, object] = {
    "nurse": {
        **_tree("Triage nurse", "nurse", NURSE_STEPS, "last_nurse"),
        "after_hours_last_resort": "last_closed",
    },
    "crisis_clinician": _tree(
        "Crisis",
        "crisis",
        [{"duty": "crisis", "minutes": 2}, {"duty": "manager", "minutes": 2}],
        "last_crisis",
    ),
    "provider_team": _tree(
        "Provider’s team", "provider", [{"duty": "provider", "minutes": 30}], "last_nurse"
    ),
}
SCRIPTS: dict[str, object] = {
    "last_nurse": {"title": "Nobody has accepted", "steps": [_STEP, _RING]},
    "last_closed": {"title": "Nobody has accepted, closed", "steps": [_STEP]},
    "last_crisis": {"title": "Nobody has accepted, crisis", "steps": [_STEP]},
}
WITH_TREES: dict[str, object] = {
    **SMALL,
    "trees": TREES,
    "scripts": {**SMALL["scripts"], **SCRIPTS},  # type: ignore[dict-item]
}


def use_trees(*, approved_by: User, at: datetime) -> Protocol:
    """Put the small protocol with its trees in force, in the place of the one without."""
    return protocol(WITH_TREES, approved_by=approved_by, at=at, version=2)


def on_duty(user: User, target: str, *, at: Site, now: datetime, rank: int = 1, hours: float = 12) -> Duty:
    """Put somebody on duty from an hour ago on, for so many hours."""
    starts = now - timedelta(hours=1)
    return Duty.objects.create(
        site=at, target=target, user=user, rank=rank, starts=starts, ends=starts + timedelta(hours=hours)
    )
