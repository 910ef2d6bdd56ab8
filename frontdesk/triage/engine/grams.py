"""A message as the second reader sees it: pieces of words and neighbouring words, and what is known of the patient."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from frontdesk.triage.engine.cues import NEVER, NOT
from frontdesk.triage.engine.shapes import Context
from frontdesk.triage.engine.words import Token, word_set

PIECES = range(2, 6)  # letters
DENIED = 5  # words after a denial are marked, in the same sentence
_DENIALS = (
    NEVER
    | NOT
    | word_set("dont doesnt didnt hasnt havent hadnt cant cannot couldnt wont ninguno ninguna nadie nada")
)
_TURNS = word_set("but pero except aunque sino though")
CONTEXT = ("infant", "child", "old", "pregnant", "procedure", "flagged")
PIECE, WORDS = "p", "w"  # the two kinds of grams; each is weighed by itself

Grams = Mapping[str, Mapping[str, Sequence[int]]]


def grams(said: Sequence[Token]) -> Grams:
    """For each kind, each gram and the places of the words that it comes from, one for each time."""
    found: dict[str, dict[str, list[int]]] = {PIECE: defaultdict(list), WORDS: defaultdict(list)}
    for place, token in enumerate(said):
        for piece in _pieces(token.word):
            found[PIECE][piece].append(place)
    marked = list(_marked(said))
    for place, word in enumerate(marked):
        found[WORDS][word].append(place)
        if place:
            found[WORDS][f"{marked[place - 1]} {word}"].append(place)
    return found


def _pieces(word: str) -> Iterator[str]:
    whole = f" {word} "
    for length in PIECES:
        if length >= len(whole):
            yield whole
            return
        for at in range(len(whole) - length + 1):
            yield whole[at : at + length]


def _marked(said: Sequence[Token]) -> Iterator[str]:
    """The words, with "~" before those that follow a denial."""
    left, sentence = 0, -1
    for token in said:
        if token.sentence != sentence or token.word in _TURNS:
            left, sentence = 0, token.sentence
        yield f"~{token.word}" if left else token.word
        left = DENIED if token.word in _DENIALS else max(left - 1, 0)


def known(context: Context) -> tuple[float, ...]:
    """What is known of the patient, as 0 or 1 in the order of CONTEXT."""
    age = context.age
    days = context.days_since_procedure
    return tuple(
        float(one)
        for one in (
            age is not None and age < 1,
            age is not None and age < 18,
            age is not None and age >= 65,
            context.pregnant,
            days is not None and days <= 30,
            bool(context.flags),
        )
    )
