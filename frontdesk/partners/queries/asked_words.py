"""What the clinic's protocol says to words that nobody has taken in yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from frontdesk.triage.engine.lanes import Lane
from frontdesk.triage.engine.screen import Context
from frontdesk.triage.engine.shapes import Script
from frontdesk.triage.models import Request
from frontdesk.triage.models.in_force import in_force
from frontdesk.triage.rules import CLINICAL, script_of


@dataclass(frozen=True)
class Heard:
    """A clinical lane, and the script that goes with it, where the protocol has one."""

    lane: Lane
    script: Script | None


def heard_in(words: str, *, now: datetime) -> Heard | None:
    """By the general protocol in force; nothing is stored. None where the words meet no clinical rule."""
    protocol = in_force(now=now) if words else None
    if protocol is None:
        return None
    found = protocol.screen(words, Context())
    if found.lane not in CLINICAL:
        return None
    rule = protocol.rule(found.rule.rule) if found.rule else None
    return Heard(found.lane, protocol.script(rule.script, rule.code) if rule else None)


def heard_of(request: Request, *, now: datetime) -> Heard | None:
    """What the screening has made of a request that was taken in. None where its lane is not clinical."""
    if request.current_lane not in CLINICAL:
        return None
    return Heard(request.current_lane, script_of(request, in_force(now=now, request=request)))
