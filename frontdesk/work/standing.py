"""How each queue is kept until the clinic says otherwise: who works in it and by when its work is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from frontdesk.accounts.permissions import Role
from frontdesk.work.models import Queue


@dataclass(frozen=True)
class Due:
    """By when work is due, in minutes from when it came in; counted while the site is open if `business_hours`."""

    minutes: int
    business_hours: bool = True


@dataclass(frozen=True)
class Standing:
    """One queue: the roles that work it, its due time, those of its categories, and when a breach is heard of."""

    roles: tuple[str, ...]
    due: Due
    escalate_minutes: int = 30
    due_times: Mapping[str, Due] = field(default_factory=dict)


DESK = (Role.SCHEDULER.value, Role.NURSE.value, Role.MANAGER.value)
CLINICAL = (Role.NURSE.value, Role.PROVIDER.value)

# The categories of work that have a due time of their own, in the words of the settings page.
CATEGORIES: Mapping[str, str] = {
    "dropped": "A call that was cut off",
    "voicemail": "Voicemail",
    "email": "E-mail",
    "sms": "Text message",
    "portal": "Portal message",
    "message": "A message somebody took down",
    "unscreened": "A message that no protocol could screen",
    "result": "A question about a result",
    "medicine": "A question about a medicine",
}

STANDING: Mapping[Queue, Standing] = {
    Queue.NURSE: Standing(CLINICAL, Due(15, False), 15, {"unscreened": Due(30, False), "medicine": Due(120)}),
    Queue.PROVIDER: Standing(CLINICAL, Due(30, False), 15),
    Queue.CRISIS: Standing(CLINICAL, Due(5, False), 5),
    Queue.OBSTETRICS: Standing(CLINICAL, Due(10, False), 10),
    Queue.RESULTS: Standing(CLINICAL, Due(240), 60, {"result": Due(240)}),
    Queue.CALLBACK: Standing(DESK, Due(60), 30, {"dropped": Due(10, False)}),
    Queue.CONTACT: Standing(DESK, Due(240), 60),
    Queue.MESSAGES: Standing(
        DESK,
        Due(240),
        60,
        {"voicemail": Due(120), "email": Due(240), "sms": Due(120), "portal": Due(240), "message": Due(120)},
    ),
    Queue.REFERRALS: Standing(DESK, Due(480), 120),
    Queue.AUTHORIZATIONS: Standing(DESK, Due(480), 120),
    Queue.LANGUAGE: Standing(DESK, Due(120), 60),
    Queue.DESK: Standing(DESK, Due(240), 60),
}
