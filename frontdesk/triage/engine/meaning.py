"""Is a thing that was said meant as present, or is it denied, long ago, somebody else's, only named, or over?

The words around it tell, in the same sentence. Where they leave a doubt the thing counts as present: a false
alarm costs minutes, a missed one may cost a life.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from frontdesk.triage.engine import asides, cues
from frontdesk.triage.engine.denial import Denials
from frontdesk.triage.engine.words import Token

REACH = 9  # words between "years ago" and what was years ago
ASKED_REACH = 25  # words between "the form asks" and the last thing it asks
OVER_REACH = 4
TOPIC_REACH = 4  # words between a thing and its class, group or form
_YEAR = re.compile(r"(?:19[3-9]|20[0-4])\d|0\d|[7-9]\d")
_AGE = re.compile(r"1[3-9]|[2-6]\d")
_PARTS: dict[str, Callable[[str], bool]] = {
    "*": bool,
    "#": lambda word: word in asides.FEW or word.isdigit(),
    "##": asides.AGES.__contains__,
    "###": lambda word: bool(_AGE.fullmatch(word)),
    "####": lambda word: bool(_YEAR.fullmatch(word)),
    "@": asides.KIN.__contains__,
    "&": asides.ASKERS.__contains__,
    "%": asides.MONTHS.__contains__,
}


def _by_first(table: tuple[asides.Cue, ...]) -> dict[str, list[asides.Cue]]:
    """Arrange cues by the word they begin with; those that begin with a sign stand under each of its words."""
    found: dict[str, list[asides.Cue]] = {}
    for cue in table:
        words = {"@": asides.KIN, "&": asides.ASKERS}.get(cue[0], frozenset({cue[0]}))
        for word in words:
            found.setdefault(word, []).append(cue)
    return found


_PAST = _by_first(asides.LONG_AGO + asides.FAMILY + asides.NAMED)
_IMAGINED = _by_first(asides.IMAGINED)
_ASKED = _by_first(asides.ASKED + asides.ANSWERED_NO)
_OVER = _by_first(asides.OVER)


@dataclass(slots=True)
class Reader:
    """Reads around one message. Positions are places in the list of tokens; an end is one past the last."""

    tokens: Sequence[Token]
    _denials: Denials = field(init=False)
    _past: list[int] | None = None
    _imagined: list[int] | None = None
    _asked: list[int] | None = None
    _over: list[int] | None = None

    def __post_init__(self) -> None:
        self._denials = Denials(self.tokens)

    def is_absent(self, start: int, end: int, own: Collection[int] = ()) -> bool:
        """Say whether what stands at [start, end) is denied, past, somebody else's or only named.

        `own` holds the places of the thing's own words, where other words stand between them.
        """
        return (
            self._denials.denied(start, end, own)
            or self._is_aside(start, end)
            or self._is_asked(start, end)
            or self._is_topic(start, end)
        )

    def is_over(self, start: int, end: int) -> bool:
        """Say whether what stands at [start, end) is told as having passed, or as it always was."""
        if self._over is None:
            self._over = self._cue_places(_OVER)
        near = self._near(self._over, start, end, OVER_REACH)
        return any(not self._turns(at, start, end) for at in near)

    # ---- long ago, in the family, imagined

    def _is_aside(self, start: int, end: int) -> bool:
        if self._past is None:
            self._past = sorted({*self._cue_places(_PAST), *self._spanish_years()})
        if self._imagined is None:
            self._imagined = self._cue_places(_IMAGINED)
        near = self._near(self._past, start, end, REACH)
        near += [at for at in self._near(self._imagined, start, end, REACH) if at < start]
        return any(not self._turns(at, start, end) and not self._happens_now(at, start, end) for at in near)

    def _happens_now(self, at: int, start: int, end: int) -> bool:
        """Say whether the clause that holds both the cue and the thing also says that it is so now."""
        low, high = min(at, start), max(at, end - 1)
        first, last = max(0, low - REACH), min(len(self.tokens) - 1, high + REACH)
        while low > first and self._same_clause(low - 1, low):
            low -= 1
        while high < last and self._same_clause(high, high + 1):
            high += 1
        return any(self.tokens[i].word in cues.NOW for i in range(low, high + 1))

    def _same_clause(self, left: int, right: int) -> bool:
        a, b = self.tokens[left], self.tokens[right]
        if a.sentence != b.sentence or b.comma or b.word in cues.BUT:
            return False
        return b.word not in cues.AND or self._word_after(right) not in cues.CLAUSE_STARTS

    def _word_after(self, at: int) -> str:
        return self.tokens[at + 1].word if at + 1 < len(self.tokens) else ""

    def _spanish_years(self) -> list[int]:
        """Places of "hace 3 años" where a verb of the past stands in the same sentence."""
        words = [token.word for token in self.tokens]
        found = []
        for at in range(len(words) - 2):
            if words[at] == "hace" and words[at + 2] in {"anos", "ano", "meses"} and words[at - 1] != "desde":
                sentence = self.tokens[at].sentence
                around = range(max(0, at - REACH), min(len(words), at + REACH))
                if any(
                    words[i] in asides.PAST_SPANISH and self.tokens[i].sentence == sentence for i in around
                ):
                    found.append(at)
        return found

    # ---- asked about by a form or a nurse, and answered with no

    def _is_asked(self, start: int, end: int) -> bool:
        if self._asked is None:
            self._asked = self._cue_places(_ASKED)
        near = self._near(self._asked, start, end, ASKED_REACH)
        return any(not self._turns(at, start, end) and not self._says_yes(at) for at in near)

    def _says_yes(self, at: int) -> bool:
        """Say whether the sentence answers yes somewhere: then what was asked about is so."""
        low = high = at
        while low and self._same_sentence(low - 1, at):
            low -= 1
        while high < len(self.tokens) and self._same_sentence(high, at):
            high += 1
        return any(token.word in cues.YES for token in self.tokens[low:high])

    def _same_sentence(self, one: int, other: int) -> bool:
        return self.tokens[one].sentence == self.tokens[other].sentence

    # ---- the name of a class, a group, a form

    def _is_topic(self, start: int, end: int) -> bool:
        return self._names_programme(end) or self._after_programme(start) or self._is_former(start)

    def _is_former(self, start: int) -> bool:
        before = start - 1
        return (
            before >= 0 and self.tokens[before].word in asides.FORMER and self._same_sentence(before, start)
        )

    def _names_programme(self, end: int) -> bool:
        """Say whether a programme follows that is named after the thing: "choking first-aid class"."""
        for at in range(end, min(len(self.tokens), end + TOPIC_REACH)):
            token = self.tokens[at]
            if token.comma or not self._same_sentence(at, end - 1):
                return False
            if token.word in asides.PROGRAMMES:
                return True
            if token.word not in asides.PROGRAMME_WORDS:
                return False
        return False

    def _after_programme(self, start: int) -> bool:
        """Say whether a programme about the thing stands before it: "a class on choking"."""
        for at in range(start - 1, max(0, start - 1 - TOPIC_REACH), -1):
            token, before = self.tokens[at], self.tokens[at - 1]
            if self.tokens[at + 1].comma or token.comma or not self._same_sentence(at - 1, start):
                return False
            if token.word in asides.OWN or self.tokens[at + 1].word in asides.OWN:
                return False
            if token.word in asides.ABOUT and before.word in asides.PROGRAMMES_FIRST:
                return True
        return False

    # ---- shared

    def _near(self, places: list[int], start: int, end: int, reach: int) -> list[int]:
        """Return those of the places, in order, that lie in the same sentence and within reach of the thing."""
        found = places[bisect_left(places, start - reach) : bisect_left(places, end + reach)]
        return [at for at in found if self._same_sentence(at, start)]

    def _turns(self, at: int, start: int, end: int) -> bool:
        """Say whether a "but", or an "and I ...", lies between the cue and the thing."""
        between = range(at, start) if at < start else range(end, at)
        return any(self._turns_at(i) for i in between)

    def _turns_at(self, at: int) -> bool:
        word = self.tokens[at].word
        if word in cues.AND:
            return self._word_after(at) in cues.CLAUSE_STARTS | cues.NOW
        return word in cues.BUT

    def _cue_places(self, table: dict[str, list[asides.Cue]]) -> list[int]:
        return [
            at
            for at, token in enumerate(self.tokens)
            if any(self._stands(cue, at) for cue in table.get(token.word, ()))
        ]

    def _stands(self, cue: asides.Cue, at: int) -> bool:
        if at + len(cue) > len(self.tokens) or not self._same_sentence(at + len(cue) - 1, at):
            return False
        if cue[0] == "last" and at and self.tokens[at - 1].word in cues.UNTIL:
            return False
        return all(_fits(part, self.tokens[at + i].word) for i, part in enumerate(cue))


def _fits(part: str, word: str) -> bool:
    return _PARTS[part](word) if part in _PARTS else part == word
