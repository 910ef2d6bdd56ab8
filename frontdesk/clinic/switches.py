"""The automatic actions that a clinic may switch off, by key. Until somebody does, each is on."""

from __future__ import annotations

from enum import StrEnum


class Switch(StrEnum):
    """What is switched. Off, a person does it: messages become tasks, and nobody is asked by the machine."""

    MESSAGES = "messages"
    AUDITS = "audits"
    OVERDUE = "overdue"
