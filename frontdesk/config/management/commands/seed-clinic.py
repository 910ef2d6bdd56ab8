# ruff: noqa: N999  the command is named so
"""`frontdesk seed-clinic`: what a small clinic begins with, as drafts that its own people sign."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from frontdesk.config.problems import database_in_words
from frontdesk.daybook.facts import System
from frontdesk.kit.clock import now
from frontdesk.outreach.actions.library import draft_library
from frontdesk.triage.actions.protocols import begin_starter
from frontdesk.triage.models import Protocol
from frontdesk.triage.starter import read_starter

SET_UP = System("set-up")


class Command(BaseCommand):
    help = (
        "Makes drafts of what Frontdesk ships: the triage protocol with its scripts, who is asked and what must be "
        "written down, and the messages to patients. Nothing holds until the clinic's own people have signed it."
    )

    def handle(self, **_: Any) -> None:
        with database_in_words():
            self.stdout.write(seed_protocol())
            self.stdout.write(seed_messages())


def seed_protocol() -> str:
    """The protocol as a draft, where there is none of its name. Answers what was done, as a sentence."""
    name = str(read_starter()["name"])
    if Protocol.objects.filter(name=name, withdrawn_at=None).exists():
        return f"There is a protocol “{name}” already; nothing was changed."
    made = begin_starter(by=SET_UP, now=now())
    return f"A draft was made: {made}. Somebody hands it in and a clinician approves it, under Settings, Protocols."


def seed_messages() -> str:
    """The messages as drafts. Answers what was done, as a sentence."""
    made = draft_library(by=SET_UP, now=now())
    if not made:
        return "The messages to patients are here already; nothing was changed."
    return f"{made} messages to patients were taken in as drafts; none is sent before it is approved."
