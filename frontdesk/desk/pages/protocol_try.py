"""A sentence tried: which rules it meets in a version, and in what holds now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from frontdesk.desk.pages.protocol_part_forms import ConceptForm
from frontdesk.triage.engine.change import put_part
from frontdesk.triage.engine.protocol import ProtocolError, read_protocol
from frontdesk.triage.engine.screen import Context, Match, Screening, screen
from frontdesk.triage.engine.shapes import Protocol

TRY = "_tried"


@dataclass(frozen=True)
class Side:
    """What one protocol makes of a sentence. `steps` are the words of its rules, the worst first."""

    title: str
    lane: str
    matches: Sequence[Match]
    by_kind: bool

    @property
    def quotes(self) -> list[str]:
        """The caller's own words that met the rules, each once."""
        return list(dict.fromkeys(one.words for match in self.matches for one in match.reasons if one.words))


def side(title: str, found: Screening) -> Side:
    """`by_kind`: the kind of request set the lane, no rule did."""
    first = found.matches[0].lane.value if found.matches else ""
    return Side(title, found.lane.value, found.matches, found.lane.value not in (first, "routine"))


def tried(text: str, context: Context, sides: Sequence[tuple[str, Protocol | None]]) -> list[Side]:
    """The sentence by each protocol that is there."""
    return [
        side(title, screen(text, protocol=one, context=context)) for title, one in sides if one is not None
    ]


@dataclass(frozen=True)
class TriedConcept:
    """Whether the phrases of a concept met a sentence, and by which words."""

    met: bool
    words: str = ""
    wrong: str = ""


def tried_concept(content: dict[str, Any], key: str, form: ConceptForm) -> TriedConcept:
    """The phrases as they are typed, held against the sentence. Nothing is saved."""
    sentence = form.cleaned_data["sentence"]
    if not sentence:
        return TriedConcept(False, wrong="Type a sentence to try.")
    made, own = put_part({**content, "kinds": {}}, "concepts", key, form.part())
    rule = {
        "code": TRY, "title": TRY, "lane": "emergency", "when": [own], "script": TRY, "target": TRY, "clock_minutes": 1,
    }  # fmt: skip
    step = {"key": "s", "kind": "say", "say_en": "s", "say_es": "s"}
    alone = {**made, "rules": [rule], "scripts": {TRY: {"title": TRY, "steps": [step]}}, "trees": {}}
    alone["concepts"] = {own: made["concepts"][own]}
    try:
        found = screen(sentence, protocol=read_protocol(alone))
    except ProtocolError as bad:
        return TriedConcept(False, wrong=str(bad))
    return TriedConcept(bool(found.matches), found.matches[0].words if found.matches else "")
