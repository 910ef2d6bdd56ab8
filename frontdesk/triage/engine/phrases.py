"""How a phrase of a protocol is written, and what it becomes.

    chest hurts            these words in this order; small words between ("really", "my", "está") do not matter
    chest ... hurts        up to six words may stand between
    chest ~ {pain}         near each other in either order; {pain} is a list of words in the protocol
    (cant|can hardly) see  any of these
    swell*                 any word that begins so
    my? arm                a word that may be missing
    #38.5-42               a number in this range ("#" alone is any number)

A phrase never reaches over the end of a sentence. Case, accents and apostrophes do not matter.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import permutations, product

from frontdesk.triage.engine.shapes import ProtocolError
from frontdesk.triage.engine.words import fold

ADJACENT = -1  # only small words may stand between
GAP = 6
NEAR = 6
MOST_FORMS = 4000
_PIECE = re.compile(r"\([^)]*\)\??|\{[^}]*\}\??|\.\.\.|\S+")
_NUMBER = re.compile(r"#(?:(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?))?")
_WORD = re.compile(r"[^\W_]+\*?|#.*|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Atom:
    """The least part of a phrase: a word, the beginning of a word, or a number between two bounds."""

    word: str = ""
    is_prefix: bool = False
    low: float | None = None
    high: float = 0.0


@dataclass(frozen=True, slots=True)
class Link:
    """One place in a chain: what may stand there, and how many words may lie before it."""

    atoms: frozenset[Atom]
    gap: int


Chain = tuple[Link, ...]
# One place of a phrase while it is read: the ways to fill it, each a run of atom sets; () if it may be missing.
_Ways = list[tuple[frozenset[Atom], ...]]


def read_words(lists: Mapping[str, tuple[str, ...]]) -> dict[str, _Ways]:
    """Turn the protocol's word lists into ways; a list may use others as {name}, in whatever order they stand."""
    ready: dict[str, _Ways] = {}
    waiting = dict(lists)
    while waiting:
        name = next((one for one, entries in waiting.items() if not _uses(entries) & waiting.keys()), None)
        if name is None:
            raise ProtocolError(f"The word list “{min(waiting)}” uses itself, by way of others or directly.")
        ready[name] = _merged([way for entry in waiting.pop(name) for way in _entry(entry, ready)])
    return ready


def _uses(entries: tuple[str, ...]) -> set[str]:
    """The word lists that a list names."""
    return {
        entry.strip().removesuffix("?").strip("{} ") for entry in entries if entry.strip().startswith("{")
    }


def read_phrase(phrase: str, words: Mapping[str, _Ways]) -> list[Chain]:
    """Return every chain that a phrase stands for; raises ProtocolError when it cannot be read."""
    parts = [part.split() and _PIECE.findall(part) for part in phrase.split("~")]
    if not all(parts):
        raise ProtocolError(f"The phrase “{phrase}” has nothing on one side of “~”.")
    forms = [_forms(list(part), words, phrase) for part in parts]
    chains = [
        _chained(side)
        for order in permutations(range(len(forms)))
        for side in product(*(forms[i] for i in order))
    ]
    if len(chains) > MOST_FORMS:
        raise ProtocolError(
            f"The phrase “{phrase}” stands for more than {MOST_FORMS} forms; write it as several."
        )
    return chains


def _chained(sides: tuple[Chain, ...]) -> Chain:
    """Put the sides of “~” one after the other."""
    chain = list(sides[0])
    for side in sides[1:]:
        chain += [Link(side[0].atoms, NEAR), *side[1:]]
    return tuple(chain)


def _forms(pieces: list[str], words: Mapping[str, _Ways], phrase: str) -> list[Chain]:
    forms: list[Chain] = [()]
    gap = ADJACENT
    for piece in pieces:
        if piece == "...":
            gap = GAP
            continue
        ways = _ways(piece, words, phrase)
        forms = [_extended(form, way, gap) for form in forms for way in ways]
        gap = ADJACENT
    if gap == GAP or pieces[0] == "..." or not all(forms):
        raise ProtocolError(
            f"The phrase “{phrase}” needs words on both sides of “...”, not only words that may be missing."
        )
    return forms


def _extended(form: Chain, way: tuple[frozenset[Atom], ...], gap: int) -> Chain:
    return form + tuple(Link(atoms, gap if number == 0 else ADJACENT) for number, atoms in enumerate(way))


def _ways(piece: str, words: Mapping[str, _Ways], phrase: str) -> _Ways:
    may_miss, piece = piece.endswith("?"), piece.removesuffix("?")
    if piece.startswith("{"):
        name = piece.strip("{}").strip()
        if name not in words:
            raise ProtocolError(
                f"The phrase “{phrase}” uses the word list “{name}”, which the protocol does not have."
            )
        ways = list(words[name])
    else:
        ways = _merged([way for entry in piece.strip("()").split("|") for way in _entry(entry, words)])
    return [*ways, ()] if may_miss else ways


def _entry(entry: str, words: Mapping[str, _Ways]) -> _Ways:
    """Read one entry of a list: one or several words, or another list."""
    if not entry.strip():
        raise ProtocolError("A list of words in the protocol has an empty entry; remove it.")
    if entry.strip().startswith("{"):
        return _ways(entry.strip(), words, entry)
    return [tuple(frozenset({_atom(word, entry)}) for word in entry.split())]


def _merged(ways: _Ways) -> _Ways:
    """Make one place of all entries of one word; entries of several words stay apart."""
    single: frozenset[Atom] = frozenset().union(*(way[0] for way in ways if len(way) == 1))
    longer = list(dict.fromkeys(way for way in ways if len(way) > 1))
    return [(single,), *longer] if single else longer


def _atom(word: str, phrase: str) -> Atom:
    plain = fold(word)
    if number := _NUMBER.fullmatch(plain):
        low, high = number.groups()
        return Atom(low=float(low or 0), high=float(high or "inf"))
    if not _WORD.fullmatch(plain) or plain in {"#", "*", "?", "(", ")", "{", "}"} or plain.startswith("#"):
        raise ProtocolError(
            f"The phrase “{phrase}” has “{word}” in it, which is not a word that could be matched."
        )
    return Atom(word=plain.removesuffix("*"), is_prefix=plain.endswith("*"))
