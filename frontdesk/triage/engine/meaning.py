"""Is a thing that was said meant as present, or is it denied, long ago, somebody else's, or over?

The words around it tell. Where they leave a doubt the thing counts as present: a false alarm costs minutes,
a missed one may cost a life.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from frontdesk.triage.engine import cues
from frontdesk.triage.engine.words import Token, word_set

DENIAL_REACH = 7  # words between a denial and what it denies
PAST_REACH = 9  # words between "years ago" and what was years ago
OVER_REACH = 4
_YEAR = re.compile(r"(?:19[3-9]|20[0-4])\d")
_FEW = word_set(
    """
    one two three four five six seven eight nine ten few couple several many some un uno dos tres cuatro cinco seis
    siete ocho nueve diez varios unos muchos
    """
)


@dataclass(slots=True)
class Reader:
    """Reads around one message. Positions are places in the list of tokens; an end is one past the last."""

    tokens: Sequence[Token]
    _past: list[int] | None = field(default=None)
    _over: list[int] | None = field(default=None)

    def is_absent(self, start: int, end: int) -> bool:
        """Say whether what stands at [start, end) is denied, or belongs to the past or to the family."""
        return self._denied(start) or self._long_ago(start, end)

    def is_over(self, start: int, end: int) -> bool:
        """Say whether what stands at [start, end) is told as having passed."""
        if self._over is None:
            self._over = self._cue_places(cues.OVER)
        near = self._near(self._over, start, end, OVER_REACH)
        return any(not self._turns(at, start, end) for at in near)

    # ---- denied

    def _denied(self, start: int) -> bool:
        sentence, passed_comma = self.tokens[start].sentence, False
        for at in range(start - 1, max(-1, start - 2 - DENIAL_REACH), -1):
            after = self.tokens[at + 1]
            if self.tokens[at].sentence != sentence:
                return False
            if after.comma:
                if after.word in cues.CLAUSE_STARTS or after.word in cues.NOW:
                    return False
                passed_comma = True
            if self._is_denial(at, start):
                return not passed_comma or (not after.comma and self._is_list(at, start))
            if self.tokens[at].word in cues.TURNS or self.tokens[at].word in cues.SUBJECTS:
                return False
        return False

    def _is_list(self, at: int, start: int) -> bool:
        """Say whether a denial reaches over commas: in "no fever, chills or pain", not in "no luck, pain"."""
        if self.tokens[at].word in cues.DENIES:
            return True
        around = self.tokens[at : start + DENIAL_REACH]
        return any(t.word in cues.OR and t.sentence == self.tokens[start].sentence for t in around)

    def _is_denial(self, at: int, start: int) -> bool:
        word, after = self.tokens[at].word, self.tokens[at + 1].word
        if word == "no":
            return self._no_denies(at, start)
        if word in cues.NOT:
            return after not in cues.NOT_BUT
        if word in cues.DO_NOT:
            return after in cues.DO_NOT_HAVE
        return word in cues.NEVER

    def _no_denies(self, at: int, start: int) -> bool:
        after = self.tokens[at + 1].word
        if after in cues.SPANISH_CLITICS:
            return at + 2 < len(self.tokens) and (
                at + 2 >= start or self.tokens[at + 2].word in cues.AFTER_CLITIC
            )
        if at + 1 < start and after in cues.NO_BUT:
            return False
        return at + 1 == start or after not in cues.CLAUSE_STARTS - {"tengo", "tiene", "el", "la", "es"}

    # ---- long ago, in the family

    def _long_ago(self, start: int, end: int) -> bool:
        if self._past is None:
            self._past = sorted({*self._cue_places(cues.LONG_AGO), *self._spanish_years()})
        near = self._near(self._past, start, end, PAST_REACH)
        return any(not self._turns(at, start, end) and not self._happens_now(at, start, end) for at in near)

    def _happens_now(self, at: int, start: int, end: int) -> bool:
        """Say whether the clause that holds both the cue and the thing also says that it is so now."""
        low, high = min(at, start), max(at, end - 1)
        first, last = max(0, low - PAST_REACH), min(len(self.tokens) - 1, high + PAST_REACH)
        while low > first and self._same_clause(low - 1, low):
            low -= 1
        while high < last and self._same_clause(high, high + 1):
            high += 1
        return any(self.tokens[i].word in cues.NOW for i in range(low, high + 1))

    def _same_clause(self, left: int, right: int) -> bool:
        a, b = self.tokens[left], self.tokens[right]
        return a.sentence == b.sentence and not b.comma and b.word not in {"but", "pero"}

    def _spanish_years(self) -> list[int]:
        """Places of "hace 3 años" where a verb of the past stands in the same sentence."""
        words = [token.word for token in self.tokens]
        found = []
        for at in range(len(words) - 2):
            if words[at] == "hace" and words[at + 2] in {"anos", "ano", "meses"} and words[at - 1] != "desde":
                sentence = self.tokens[at].sentence
                around = range(max(0, at - PAST_REACH), min(len(words), at + PAST_REACH))
                if any(words[i] in cues.PAST_SPANISH and self.tokens[i].sentence == sentence for i in around):
                    found.append(at)
        return found

    # ---- shared

    def _near(self, places: list[int], start: int, end: int, reach: int) -> list[int]:
        """Return those of the places, in order, that lie in the same sentence and within reach of the thing."""
        found = places[bisect_left(places, start - reach) : bisect_left(places, end + reach)]
        return [at for at in found if self.tokens[at].sentence == self.tokens[start].sentence]

    def _turns(self, at: int, start: int, end: int) -> bool:
        """Say whether a "but", or an "and I ...", lies between the cue and the thing."""
        between = range(at, start) if at < start else range(end, at)
        return any(self._turns_at(i) for i in between)

    def _turns_at(self, at: int) -> bool:
        word = self.tokens[at].word
        if word in {"and", "y", "e"}:
            return self.tokens[at + 1].word in cues.CLAUSE_STARTS | cues.NOW
        return word in {"but", "pero", "now", "ahora", "ahorita"}

    def _cue_places(self, table: tuple[cues.Cue, ...]) -> list[int]:
        first: dict[str, list[cues.Cue]] = {}
        for cue in table:
            first.setdefault(cue[0], []).append(cue)
        found = []
        for at, token in enumerate(self.tokens):
            candidates = first.get(token.word, [])
            if token.word in cues.KIN:
                candidates = [*candidates, *first.get("@", [])]
            if any(self._stands(cue, at) for cue in candidates):
                found.append(at)
        return found

    def _stands(self, cue: cues.Cue, at: int) -> bool:
        if (
            at + len(cue) > len(self.tokens)
            or self.tokens[at + len(cue) - 1].sentence != self.tokens[at].sentence
        ):
            return False
        return all(_fits(part, self.tokens[at + i].word) for i, part in enumerate(cue))


def _fits(part: str, word: str) -> bool:
    if part == "####":
        return bool(_YEAR.fullmatch(word))
    if part == "#":
        return word in _FEW or word.isdigit()
    if part == "@":
        return word in cues.KIN
    return part in ("*", word)
