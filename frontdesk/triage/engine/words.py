"""A text cut into words that can be compared, each knowing where it stands in the text as it was said.

Case, accents, apostrophes, letters held down ("sooo"), usual text-speak and emoji are evened out here, so that
the phrases of a protocol are written once. Offsets always point into the original text, so the caller's own words
can be shown and kept.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text as a set, for tables that are easier to read as text."""
    return frozenset(text.split())


_APOSTROPHES = frozenset("'’‘`´ʼ＇")
_STOPS = frozenset(".!?;…¡¿。")
_HELD = re.compile(r"([a-z])\1\1+")
_NUMBER_AND_UNIT = re.compile(r"(\d+(?:\.\d+)?)([a-z]+)")
# A full stop after these ends no sentence.
_TITLES = word_set("dr dra mr mrs ms sr sra srta")
# "can not" and "can't" are one thing; only these verbs take the ending.
_TAKES_NT = word_set("can could do does did is are was were have has had will would should")


@dataclass(frozen=True, slots=True)
class Token:
    """One word: evened out, its place in the original text, its sentence, and whether a comma is before it."""

    word: str
    start: int
    end: int
    sentence: int
    comma: bool


@lru_cache(maxsize=4096)
def fold_char(char: str) -> str:
    """Return a character without case and accent; may be empty (a joining mark) or longer ("ß" is "ss")."""
    if unicodedata.category(char) in {"Cf", "Mn", "Me"}:
        return ""
    plain = unicodedata.normalize("NFKD", char.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold().replace("ı", "i")


def fold(text: str) -> str:
    """Return a text without case, accents and apostrophes, as phrases and tables are compared."""
    return "".join("" if char in _APOSTROPHES else fold_char(char) for char in text)


@dataclass(slots=True)
class _Scanner:
    """Walks a text once, left to right."""

    text: str
    sentence: int = 0
    comma: bool = False
    last: str = ""

    def pieces(self) -> Iterator[Token]:
        at, length = 0, len(self.text)
        while at < length:
            char = self.text[at]
            if self._is_letter(char):
                end, word = self._word(at)
                yield self._token(word, at, end)
                at = end
                continue
            if _is_picture(char) or char == "&":
                yield self._token("and" if char == "&" else char, at, at + 1)
            else:
                self._mark(at)
            at += 1

    def _token(self, word: str, start: int, end: int) -> Token:
        token = Token(word, start, end, self.sentence, self.comma)
        self.comma, self.last = False, word
        return token

    @staticmethod
    def _is_letter(char: str) -> bool:
        return char not in _APOSTROPHES and char.isalnum() and bool(fold_char(char))

    def _word(self, at: int) -> tuple[int, str]:
        """Read one word from `at`; returns where it ends and how it reads when evened out."""
        parts, end = [], at
        while end < len(self.text):
            char = self.text[end]
            if self._is_letter(char):
                parts.append(fold_char(char))
            elif char in ".," and self._between_digits(end):
                parts.append(".")
            elif not (char in _APOSTROPHES and self._letter_at(end + 1)) and not _joins(char):
                break
            end += 1
        return end, "".join(part for part in "".join(parts) if part.isalnum() or part == ".")

    def _letter_at(self, at: int) -> bool:
        return at < len(self.text) and self._is_letter(self.text[at])

    def _between_digits(self, at: int) -> bool:
        return self.text[at - 1].isdigit() and at + 1 < len(self.text) and self.text[at + 1].isdigit()

    def _mark(self, at: int) -> None:
        """Take note of a comma or of the end of a sentence at `at`."""
        char = self.text[at]
        if char == "." and self.last in _TITLES:
            return
        if char in _STOPS or (char == "\n" and self.text[at - 1 : at] == "\n"):
            self.sentence += 1
        elif char in ",:()\n、،–—" or (char == "-" and self.text[at - 1 : at] in ("", " ", "-")):
            self.comma = True


def _joins(char: str) -> bool:
    """Say whether a character is a mark inside a word that shows nothing (accent, variation selector)."""
    return ord(char) > 127 and unicodedata.category(char) in {"Cf", "Mn", "Me"}


def _is_picture(char: str) -> bool:
    return ord(char) > 127 and unicodedata.category(char) == "So"


def tokens(text: str, spelling: Mapping[str, str] | None = None) -> list[Token]:
    """Cut a text into words; `spelling` maps a usual spelling or emoji to the word that is meant."""
    spelling = spelling or {}
    found: list[Token] = []
    for piece in _Scanner(text).pieces():
        for token in _respelt(piece, spelling):
            if token.word == "not" and found and _takes_not(found[-1], token):
                found[-1] = _joined(found[-1], token)
            else:
                found.append(token)
    return found


def _takes_not(verb: Token, ending: Token) -> bool:
    return verb.word in _TAKES_NT and verb.sentence == ending.sentence and not ending.comma


def _joined(verb: Token, ending: Token) -> Token:
    word = verb.word + ("t" if verb.word == "can" else "nt")
    return Token(word, verb.start, ending.end, verb.sentence, verb.comma)


def _respelt(token: Token, spelling: Mapping[str, str]) -> list[Token]:
    word = spelling.get(token.word)
    if word is None and (measure := _NUMBER_AND_UNIT.fullmatch(token.word)):
        return [_at(token, part, number == 0, spelling) for number, part in enumerate(measure.groups())]
    if word is None:
        held = _HELD.sub(r"\1", token.word)
        word = spelling.get(held, held)
    return [_at(token, part, number == 0, {}) for number, part in enumerate(word.split())]


def _at(token: Token, word: str, first: bool, spelling: Mapping[str, str]) -> Token:
    """A word that stands where `token` stands; only the first of several keeps the comma before it."""
    return Token(spelling.get(word, word), token.start, token.end, token.sentence, token.comma and first)
