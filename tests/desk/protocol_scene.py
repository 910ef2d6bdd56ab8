"""One of each protocol that an address can name, and the forms that change drafts, as a browser sends them."""

from __future__ import annotations

from dataclasses import dataclass

from frontdesk.daybook.facts import System
from frontdesk.triage.actions import backtests, protocols
from frontdesk.triage.models import Backtest, Protocol
from frontdesk.triage.models.scope import Scope, draft_mark
from tests.factories import protocols as made
from tests.universe import NOW, TODAY, Universe

OLD = Scope(age_from=120)  # fits nobody here, so that nothing else changes


@dataclass(frozen=True)
class ProtocolScene:
    """Dan writes the next version of the general protocol and a scoped one; another of his waits; one is in force."""

    writing: Protocol
    scoped_writing: Protocol
    waiting: Protocol
    scoped: Protocol
    backtest: Backtest


def protocol_scene(cast: Universe) -> ProtocolScene:
    scoped = made.scoped(cast, OLD, name="Very old", code="V1")
    waiting = made.scoped_draft(cast, OLD, name="Rashes at night", code="N1")
    waiting = protocols.hand_in(draft=waiting, because="Rashes at night", by=cast.dan, now=NOW)
    scoped_writing = made.scoped_draft(cast, OLD, name="Being written", code="W1")
    writing = made.in_writing(cast)
    asked = backtests.ask(protocol=writing, first=TODAY, last=TODAY, by=cast.dan, now=NOW)
    found = backtests.run(backtest=asked, by=System("backtest"), now=NOW)
    return ProtocolScene(writing, scoped_writing, waiting, scoped, found)


def _mark(draft: Protocol) -> str:
    draft.refresh_from_db()
    return draft_mark(draft)


def rule_form(draft: Protocol, **changes: str) -> dict[str, str]:
    """A new rule: a fever with a rash is urgent."""
    return {
        "mark": _mark(draft), "code": "S2", "title": "Fever with a rash", "lane": "urgent", "scenario": "",
        "line-0-with-0": "fever", "line-0-with-1": "rash", "target": "nurse", "clock_minutes": "20",
        "script": "urgent", "documentation": "onset", **changes,
    }  # fmt: skip


def concept_form(draft: Protocol, **changes: str) -> dict[str, str]:
    return {
        "mark": _mark(draft), "title": "Itch", "en": "itch*\nscratching all night", "es": "comezon", "do": "save",
        "sentence": "it itches", **changes,
    }  # fmt: skip


def script_form(draft: Protocol, **changes: str) -> dict[str, str]:
    return {
        "mark": _mark(draft), "title": "Rash", "step-0-kind": "ask", "step-0-say_en": "Where is the rash?",
        "step-0-say_es": "¿Dónde está?", "step-0-asks_for": "onset", **changes,
    }  # fmt: skip


def tree_form(draft: Protocol, **changes: str) -> dict[str, str]:
    return {
        "mark": _mark(draft), "title": "Nurse", "queue": "nurse", "last_resort": "urgent", "step-0-duty": "nurse",
        "step-0-minutes": "5", "step-0-rank": "1", "closed-0-duty": "on_call", "closed-0-minutes": "9", **changes,
    }  # fmt: skip


def kinds_form(draft: Protocol, **changes: str) -> dict[str, str]:
    return {"mark": _mark(draft), "symptom-lane": "routine", "symptom-script": "urgent", **changes}


def words_form(draft: Protocol, **changes: str) -> dict[str, str]:
    return {"mark": _mark(draft), "name": "skin", "entries": "skin\narms", **changes}


def scope_form(draft: Protocol, **changes: str) -> dict[str, str]:
    return {"mark": _mark(draft), "site": "main", "age_from": "110", "hours": "closed", **changes}


def removal(draft: Protocol, **changes: str) -> dict[str, str]:
    return {"mark": _mark(draft), "what": "rule:S1", **changes}


def taking(draft: Protocol, **changes: str) -> dict[str, str]:
    return {"mark": _mark(draft), "concept": "fever", **changes}


def new_form(**changes: str) -> dict[str, str]:
    return {"name": "Children at night", "age_under": "18", "hours": "closed", **changes}


def try_form(**changes: str) -> dict[str, str]:
    return {"text": "She has a rash", "age": "9", "kind": "symptom", "flags": "anticoagulant", **changes}
