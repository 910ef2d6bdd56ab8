"""Is a thing denied? "no chest pain", "chest pain, no", "feet are fine, no longer numb" and their Spanish sisters.

Where the words leave a doubt nothing is denied.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from frontdesk.triage.engine import cues
from frontdesk.triage.engine.words import Token

REACH = 7  # words between a denial and what it denies
SHORT_REACH = 3  # the same after "no es", "no está"
_NEW_CLAUSE = cues.CLAUSE_STARTS - {"tengo", "tiene", "el", "la", "es"}
_PARTICIPLES = ("ado", "ido", "isto", "echo", "erto", "uesto", "uelto")


@dataclass(slots=True)
class Denials:
    """Reads the denials of one message. Positions are places in the list of tokens."""

    tokens: Sequence[Token]

    def denied(self, start: int, end: int, own: Collection[int] = ()) -> bool:
        """Say whether what stands at [start, end) is denied; `own` are the places of its own words."""
        return self._before(start) or self._after(end) or self._inside(start, end, own)

    def _before(self, start: int) -> bool:
        return self._denied_from(start, max(0, start - 1 - REACH))

    def _inside(self, start: int, end: int, own: Collection[int]) -> bool:
        """Say whether a "no" between its words denies the last of them: "feet are ok, no swelling"."""
        return end - start > 2 and self._denied_from(end - 1, start + 1, own)

    def _after(self, end: int) -> bool:
        """Say whether a bare "no" follows it: "chest pain no, fever: none"."""
        if end >= len(self.tokens) or not self._joined(end):
            return False
        token = self.tokens[end]
        if token.word not in (cues.AFTER_A_COMMA if token.comma else cues.AFTER):
            return False
        if token.word == "free" or end + 1 == len(self.tokens) or not self._joined(end + 1):
            return True
        after = self.tokens[end + 1]
        return after.comma or after.word in {"and", "y", *cues.BUT}

    def _joined(self, at: int) -> bool:
        return self.tokens[at].sentence == self.tokens[at - 1].sentence

    def _denied_from(self, start: int, floor: int, own: Collection[int] = ()) -> bool:
        """Walk back from `start` to `floor` and say whether a denial is met before a new thought."""
        sentence, passed_comma = self.tokens[start].sentence, False
        for at in range(start - 1, floor - 1, -1):
            token, after = self.tokens[at], self.tokens[at + 1]
            if token.sentence != sentence:
                return False
            if after.comma:
                if after.word in cues.CLAUSE_STARTS or after.word in cues.NOW:
                    return False
                passed_comma = True
            if at in own:
                return False
            if self._is_denial(at, start):
                return not passed_comma or (not after.comma and self._is_list(at, start))
            if token.word in cues.TURNS or token.word in cues.SUBJECTS:
                return False
        return False

    def _is_list(self, at: int, start: int) -> bool:
        """Say whether a denial reaches over commas: in "no fever, chills or pain", not in "no luck, pain"."""
        if self.tokens[at].word in cues.DENIES:
            return True
        around = self.tokens[at : start + REACH]
        return any(t.word in cues.OR and t.sentence == self.tokens[start].sentence for t in around)

    def _is_denial(self, at: int, start: int) -> bool:
        word, after = self.tokens[at].word, self.tokens[at + 1].word
        if word == "no":
            return self._no_denies(at, start)
        if word == "nada":
            return after in cues.AFTER_NADA or (
                after in cues.SPANISH_CLITICS and self._word(at + 2) in cues.AFTER_NADA
            )
        if word == "nothing":
            return after in cues.AFTER_NOTHING
        if word in cues.NOT:
            return after not in cues.NOT_BUT
        if word in cues.DO_NOT:
            return after in cues.DO_NOT_HAVE or at + 1 == start
        return word in cues.NEVER

    def _no_denies(self, at: int, start: int) -> bool:
        """Say whether the "no" at `at` denies what stands at `start`: in Spanish its verb decides."""
        verb = at + 1
        while verb < start and self.tokens[verb].word in cues.SPANISH_CLITICS:
            verb += 1
        if verb == start:
            return True
        word = self.tokens[verb].word
        if word in cues.HAVE_DONE and self._is_participle(verb + 1):
            return self._word(verb + 1) not in cues.NO_BUT_DONE
        if word in cues.TO_BE:
            return start - verb <= SHORT_REACH and self._word(verb + 1) not in cues.NO_BUT_BEING
        if verb > at + 1:
            return word in cues.AFTER_CLITIC
        return word not in cues.NO_BUT and word not in _NEW_CLAUSE

    def _is_participle(self, at: int) -> bool:
        return self._word(at).endswith(_PARTICIPLES)

    def _word(self, at: int) -> str:
        return self.tokens[at].word if at < len(self.tokens) else ""
