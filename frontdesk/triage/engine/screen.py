"""Hold a protocol against a caller's words: which rules do they meet, and which lane follows.

The screening only ever raises. No match does not mean that nothing is wrong; it means that the ordinary
questions still have to be asked. It never says what is wrong with anyone. It knows nothing of schedules, so how
full a day is cannot change a lane.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from frontdesk.triage.engine.compiled import NOT_MEANT, Compiled, compile_protocol, spans
from frontdesk.triage.engine.lanes import RANK, Lane, highest
from frontdesk.triage.engine.meaning import Reader
from frontdesk.triage.engine.shapes import Context, Protocol, Rule
from frontdesk.triage.engine.words import Token, tokens

__all__ = ["Context", "Match", "Reason", "Screening", "screen"]


@dataclass(frozen=True, slots=True)
class Reason:
    """A concept that was met, and by which words; `text[start:end] == words`."""

    concept: str
    title: str
    words: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that was met. `words` are the caller's own, exactly as said: `text[start:end] == words`."""

    rule: str
    title: str
    lane: Lane
    words: str
    start: int
    end: int
    scenario: str
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Screening:
    """The lane of a text and every rule that was met, the worst first."""

    lane: Lane
    matches: tuple[Match, ...]

    @property
    def rule(self) -> Match | None:
        """The match that set the lane, or None when no rule was met."""
        return self.matches[0] if self.matches else None


@dataclass(frozen=True, slots=True)
class _Mention:
    """A concept as it stands in the text; `over` when it is told as having passed."""

    start: int
    end: int
    over: bool


def screen(text: str, *, protocol: Protocol, context: Context = Context()) -> Screening:  # noqa: B008 - a frozen value
    """Screen a text in English, Spanish or both; any text at all is allowed."""
    compiled = compile_protocol(protocol)
    said = tokens(text, compiled.spelling)
    mentions = _mentions(said, compiled)
    found = (_match(rule, protocol, mentions, context, text) for rule in protocol.rules)
    matches = sorted((m for m in found if m), key=lambda m: (-RANK[m.lane], m.start))
    kind = protocol.kinds.get(context.kind)
    least = kind.lane if kind else Lane.ROUTINE
    return Screening(lane=highest(least, *(match.lane for match in matches)), matches=tuple(matches))


def _mentions(said: list[Token], compiled: Compiled) -> dict[str, _Mention]:
    """Return, for each concept that is meant as present, its clearest and earliest mention."""
    places = compiled.positions(said)
    here = [
        form
        for slot in places
        for form in compiled.forms.get(slot, ())
        if all(s in places for s in form.slots)
    ]
    reader = Reader(said)
    unmeant = {
        place
        for form in here
        if form.concept == NOT_MEANT
        for start, end, _ in spans(form, said, places)
        for place in range(start, end)
    }
    best: dict[str, _Mention] = {}
    for form in here:
        if form.concept == NOT_MEANT:
            continue
        for start, end, rarest in spans(form, said, places):
            if rarest in unmeant or reader.is_absent(start, end):
                continue
            mention = _Mention(start, end, reader.is_over(start, end))
            best[form.concept] = _better(best.get(form.concept), mention)
            if not mention.over:
                break
    return {key: _placed(mention, said) for key, mention in best.items()}


def _better(old: _Mention | None, new: _Mention) -> _Mention:
    if old is None:
        return new
    return min(old, new, key=lambda m: (m.over, m.start, m.start - m.end))


def _placed(mention: _Mention, said: list[Token]) -> _Mention:
    """Turn places among the words into places in the text."""
    return _Mention(said[mention.start].start, said[mention.end - 1].end, mention.over)


def _match(
    rule: Rule, protocol: Protocol, mentions: Mapping[str, _Mention], context: Context, text: str
) -> Match | None:
    if not rule.conditions.allow(context):
        return None
    # What has passed still counts where a life may hang on it: a stroke that went away is an emergency.
    counted = {key: m for key, m in mentions.items() if rule.lane is Lane.EMERGENCY or not m.over}
    for line in rule.when:
        if all(key in counted or protocol.concepts[key].context.met_by(context) for key in line):
            reasons = tuple(_reason(protocol, key, counted[key], text) for key in line if key in counted)
            if reasons:
                first = reasons[0]
                place = (first.words, first.start, first.end)
                return Match(rule.code, rule.title, rule.lane, *place, rule.scenario, reasons)
    return None


def _reason(protocol: Protocol, key: str, mention: _Mention, text: str) -> Reason:
    words = text[mention.start : mention.end]
    return Reason(key, protocol.concepts[key].title, words, mention.start, mention.end)
