"""What the machine may do by itself: the last word about each switch, as the daybook has it."""

from __future__ import annotations

from functools import lru_cache

from frontdesk.clinic.facts_machine import MachineSwitched
from frontdesk.clinic.queries.changes import Marks, marks
from frontdesk.clinic.switches import Switch
from frontdesk.daybook.models import Entry


def last_word(key: Switch) -> Entry | None:
    """The entry with which it was last switched off or on; None where nobody ever has."""
    said = Entry.objects.filter(kind=MachineSwitched.kind(), facts__key=key.value)
    return said.order_by("-at", "-pk").first()


def is_on(key: Switch) -> bool:
    """May the machine do this by itself now?"""
    return _is_on(marks(), key)


@lru_cache(maxsize=16)
def _is_on(_marks: Marks, key: Switch) -> bool:
    """Remembered: whoever turns a switch leaves a mark (ADR 010)."""
    said = last_word(key)
    return said is None or bool(said.facts["on"])
