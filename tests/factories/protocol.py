"""A protocol small enough to know by heart, so that tests of actions do not hang on the wording of the starter."""

from __future__ import annotations

from datetime import datetime

from frontdesk.accounts.models import User
from frontdesk.triage.models import Protocol

CHEST_PAIN = "He has chest pain since breakfast"  # rule E1: emergency, to the nurse
SELF_HARM = "I want to kill myself"  # rule E2: emergency, to the crisis line, restricted
FEVER = "I have a fever of 102 since last night"  # rule U1: urgent, asks for onset and temperature
VOMITING = "She is vomiting all day"  # rule U2: urgent, asks for nothing
CHECK_UP = "I would like my yearly check-up"  # no rule: routine

_STEPS = [
    {"key": "stay", "kind": "say", "say_en": "Stay on the line with me.", "say_es": "Quédese en la línea."},
    {"key": "call_911", "kind": "do", "say_en": "Call 911 now.", "say_es": "Llame al 911 ahora."},
]

SMALL: dict[str, object] = {
    "name": "Small protocol",
    "concepts": {
        "chest": {"title": "Chest pain", "en": ["chest pain"], "es": ["dolor de pecho"]},
        "self_harm": {"title": "Thoughts of suicide", "en": ["kill myself"]},
        "fever": {"title": "Fever", "en": ["fever"], "es": ["fiebre"]},
        "vomiting": {"title": "Vomiting", "en": ["vomiting"]},
    },
    "rules": [
        {"code": "E1", "title": "Chest pain", "lane": "emergency", "when": ["chest"], "script": "emergency",
         "target": "nurse", "clock_minutes": 2},
        {"code": "E2", "title": "Suicidal thoughts", "lane": "emergency", "when": ["self_harm"],
         "script": "emergency", "target": "crisis_clinician", "clock_minutes": 2},
        {"code": "U1", "title": "Fever", "lane": "urgent", "when": ["fever"], "script": "urgent",
         "target": "nurse", "clock_minutes": 15, "documentation": ["onset", "temperature"]},
        {"code": "U2", "title": "Vomiting", "lane": "urgent", "when": ["vomiting"], "script": "urgent",
         "target": "provider_team", "clock_minutes": 30},
    ],
    "scripts": {
        "emergency": {"title": "Emergency", "steps": _STEPS},
        "urgent": {"title": "Urgent", "steps": _STEPS[:1]},
    },
    "kinds": {
        "symptom": {"lane": "routine"},
        "routine": {"lane": "routine"},
        "operational_failure": {"lane": "operational"},
    },
}  # fmt: skip


def protocol(
    content: dict[str, object], *, approved_by: User | None, at: datetime, name: str = "", version: int = 1
) -> Protocol:
    """A version of a protocol; in force from `at` where somebody approved it."""
    return Protocol.objects.create(
        name=name or str(content["name"]),
        version=version,
        content=content,
        drafted_at=at,
        drafted_by=approved_by,
        approved_at=at if approved_by else None,
        approved_by=approved_by,
        in_force_from=at if approved_by else None,
    )


def no_protocol_holds() -> None:
    """As where no clinician has approved any: what was approved has ended."""
    for one in Protocol.objects.exclude(approved_at=None):
        Protocol.objects.filter(pk=one.pk).update(ended_at=one.in_force_from, ended_by=one.approved_by)
