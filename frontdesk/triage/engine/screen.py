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
from frontdesk.triage.engine.reader import Model, Reading, model, read
from frontdesk.triage.engine.shapes import Context, Protocol, Rule
from frontdesk.triage.engine.words import Token, tokens

__all__ = ["Context", "Match", "Reason", "Screening", "screen"]

BY_PHRASE = 0.95  # the confidence of a lane that a phrase of the protocol set


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
    """A rule that was met. `words` are the caller's own, exactly as said: `text[start:end] == words`.

    `protocol` names whose rule it is where several are read beside one another.
    """

    rule: str
    title: str
    lane: Lane
    words: str
    start: int
    end: int
    scenario: str
    reasons: tuple[Reason, ...] = ()
    by_reader: bool = False
    protocol: str = ""


@dataclass(frozen=True, slots=True)
class Screening:
    """The lane of a text and every rule that was met, the worst first."""

    lane: Lane
    matches: tuple[Match, ...]
    reading: Reading | None = None

    @property
    def confidence(self) -> float:
        """How sure the lane is, from 0 to 1: by the caller's words where a phrase was met, else by the second reader."""
        if self.reading is None:
            return 1.0 if self.matches else 0.5
        if self.lane is Lane.ROUTINE:
            return 1 - self.reading.clinician
        share = {Lane.EMERGENCY: self.reading.emergency, Lane.URGENT: self.reading.clinician}
        return max(share.get(self.lane, self.reading.operational), BY_PHRASE if self._by_phrase else 0.0)

    @property
    def _by_phrase(self) -> bool:
        return any(not one.by_reader for one in self.matches if one.lane is self.lane)

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


def screen(
    text: str,
    *,
    protocol: Protocol,
    context: Context = Context(),  # noqa: B008 - a frozen value
    second_reader: Model | None = None,
) -> Screening:
    """Screen a text in English, Spanish or both; any text at all is allowed.

    `second_reader` takes the place of the one that is shipped; a protocol that asks it nothing does without.
    """
    compiled = compile_protocol(protocol)
    said = tokens(text, compiled.spelling)
    mentions = _mentions(said, compiled)
    reading, read_by = _second(text, protocol, context, second_reader)
    mentions |= read_by
    found = (_match(rule, protocol, mentions, context, text) for rule in protocol.rules)
    matches = sorted((m for m in found if m), key=lambda m: (-RANK[m.lane], m.by_reader, m.start))
    kind = protocol.kinds.get(context.kind)
    least = kind.lane if kind else Lane.ROUTINE
    return Screening(
        lane=highest(least, *(match.lane for match in matches)), matches=tuple(matches), reading=reading
    )


def _second(
    text: str, protocol: Protocol, context: Context, by: Model | None
) -> tuple[Reading | None, dict[str, _Mention]]:
    """What the second reader says, and the concepts that it meets; nothing where the protocol has none of it."""
    asked = [concept for concept in protocol.concepts.values() if concept.reads]
    said = tokens(text) if asked else []
    if not said:
        return None, {}
    reading = read(said, context, by or model())
    place = _Mention(said[reading.start].start, said[reading.end - 1].end, over=False)
    return reading, {one.key: place for one in asked if getattr(reading, one.reads) >= one.at_least}


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
            own = {at for slot in form.slots for at in places[slot] if start <= at < end}
            if not unmeant.isdisjoint((start, end - 1, rarest)) or reader.is_absent(start, end, own):
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
            said = [key for key in line if key in counted]
            by_phrase = [key for key in said if not protocol.concepts[key].reads]
            # What is on record, and a message of few words, are not yet something that was said.
            if not by_phrase and not all(protocol.concepts[key].reads for key in line):
                continue
            reasons = tuple(_reason(protocol, key, counted[key], text) for key in by_phrase or said)
            if reasons:
                first, by_reader = reasons[0], not by_phrase
                place = (first.words, first.start, first.end)
                return Match(rule.code, rule.title, rule.lane, *place, rule.scenario, reasons, by_reader)
    return None


def _reason(protocol: Protocol, key: str, mention: _Mention, text: str) -> Reason:
    words = text[mention.start : mention.end]
    return Reason(key, protocol.concepts[key].title, words, mention.start, mention.end)
