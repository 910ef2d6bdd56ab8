"""A protocol made ready for quick screening: each phrase is found by its rarest word.

A phrase is tried only where all its words occur in the message, from its rarest word outwards. The work for
one message grows with its length, not with the number of phrases.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from frontdesk.triage.engine.phrases import ADJACENT, Atom, Chain, read_phrase, read_words
from frontdesk.triage.engine.shapes import Protocol
from frontdesk.triage.engine.words import Token, fold, word_set

NOT_MEANT = ""  # the key under which the phrases of `not_meant` stand
TYPO_LENGTH = 6  # shorter words must be spelt as written
SMALL_WORDS_MOST = 3
SMALL_WORDS = word_set(
    """
    a an the my his her their our your this that these those is are was be been am im its it he she i me
    him so very really super just like kinda kind of sort bit little pretty too such got has have having
    bad badly awful terrible severe real quite some feels feel feeling felt keeps sharp still all right
    left also even ok um uh well you know el la los las un una unos unas mi mis su sus le les se te lo
    muy tan mucho mucha bastante bien como que esta estan estoy es y de del en al todo toda tantito
    poquito poco algo medio fuerte tremendo
    """
)
_COUNTED = """
    zero cero, one uno, two dos, three tres, four cuatro, five cinco, six seis, seven siete, eight ocho, nine nueve,
    ten diez, eleven once, twelve doce, thirteen trece, fourteen catorce, fifteen quince
"""
NUMBER_WORDS = {word: float(n) for n, both in enumerate(_COUNTED.split(",")) for word in both.split()}


@dataclass(frozen=True, slots=True)
class Form:
    """One chain of a concept, as numbers of slots, with the place of its rarest slot."""

    concept: str
    slots: tuple[int, ...]
    gaps: tuple[int, ...]
    anchor: int


@dataclass(slots=True)
class Compiled:
    """The forms of a protocol and the tables that lead from a word to the slots it may fill."""

    spelling: Mapping[str, str]
    never_misspelt: frozenset[str]
    forms: dict[int, list[Form]] = field(default_factory=lambda: defaultdict(list))
    exact: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    prefixes: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    numbers: list[tuple[float, float, int]] = field(default_factory=list)
    near: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def slots_of(self, word: str) -> set[int]:
        """Return the numbers of the slots that a word may fill, a small misspelling forgiven."""
        value = number_of(word)
        if value is not None:
            found = {slot for low, high, slot in self.numbers if low <= value <= high}
            return found | self.exact.get(word, set())
        found = set(self.exact.get(word, ()))
        for length in range(2, len(word) + 1):
            found |= self.prefixes.get(word[:length], set())
        return found or self._misspelt(word)

    def _misspelt(self, word: str) -> set[int]:
        if not TYPO_LENGTH - 1 <= len(word) <= 24 or word in self.never_misspelt:
            return set()
        candidates = set().union(*(self.near.get(short, set()) for short in (word, *shortened(word))))
        return set().union(*(self.exact[meant] for meant in candidates if one_slip(word, meant)))

    def positions(self, tokens: Sequence[Token]) -> dict[int, list[int]]:
        """Return, for each slot, the places in the message that may fill it."""
        known: dict[str, set[int]] = {}
        places: dict[int, list[int]] = defaultdict(list)
        for at, token in enumerate(tokens):
            if token.word not in known:
                known[token.word] = self.slots_of(token.word)
            for slot in known[token.word]:
                places[slot].append(at)
        return places


def number_of(word: str) -> float | None:
    """Return the number that a word is, in figures or (up to fifteen) in letters."""
    if word in NUMBER_WORDS:
        return NUMBER_WORDS[word]
    try:
        return float(word) if word[:1].isdigit() and len(word) < 12 else None
    except ValueError:
        return None


def shortened(word: str) -> set[str]:
    """Return the word with any one letter left out."""
    return {word[:i] + word[i + 1 :] for i in range(len(word))}


def one_slip(word: str, meant: str) -> bool:
    """Say whether one letter too few, too many, wrong or swapped with the next parts two words."""
    if word[:1] != meant[:1] or abs(len(word) - len(meant)) > 1:
        return False
    start = next(
        (i for i, (a, b) in enumerate(zip(word, meant, strict=False)) if a != b), min(len(word), len(meant))
    )
    a, b = word[start:], meant[start:]
    swapped = len(a) > 1 and a[1::-1] + a[2:] == b
    return swapped or a[1:] == b or a == b[1:] or a[1:] == b[1:]


@lru_cache(maxsize=32)
def compile_protocol(protocol: Protocol) -> Compiled:
    """Make a protocol ready; the same protocol object is made ready once."""
    chains = list(_chains(protocol))
    used = Counter(link.atoms for _, chain in chains for link in chain)
    numbers: dict[frozenset[Atom], int] = {atoms: number for number, atoms in enumerate(used)}
    compiled = Compiled(protocol.spelling, protocol.never_misspelt)
    for concept, chain in chains:
        rarest = min(range(len(chain)), key=lambda at: (used[chain[at].atoms], len(chain[at].atoms)))
        slots = tuple(numbers[link.atoms] for link in chain)
        form = Form(concept, slots, tuple(link.gap for link in chain), rarest)
        compiled.forms[slots[rarest]].append(form)
    for atoms, number in numbers.items():
        for atom in atoms:
            _index(compiled, atom, number)
    return compiled


def _chains(protocol: Protocol) -> Iterator[tuple[str, Chain]]:
    words = read_words(protocol.words)
    for key, concept in protocol.concepts.items():
        for phrase in concept.en + concept.es:
            yield from ((key, chain) for chain in read_phrase(phrase, words))
    for phrase in protocol.not_meant:
        yield from ((NOT_MEANT, chain) for chain in read_phrase(phrase, words))


def _index(compiled: Compiled, atom: Atom, slot: int) -> None:
    if atom.low is not None:
        compiled.numbers.append((atom.low, atom.high, slot))
        return
    # Spelling is evened out in the message, so it must be in the phrases too.
    word = fold(compiled.spelling.get(atom.word, atom.word)) if not atom.is_prefix else atom.word
    if atom.is_prefix:
        compiled.prefixes[word].add(slot)
        return
    compiled.exact[word].add(slot)
    if len(word) >= TYPO_LENGTH:
        for short in (word, *shortened(word)):
            compiled.near[short].add(word)


def spans(
    form: Form, tokens: Sequence[Token], places: Mapping[int, list[int]]
) -> Iterator[tuple[int, int, int]]:
    """Yield start, end (one past the last) and the place of the rarest word, wherever a form stands."""
    filled = [frozenset(places[slot]) for slot in form.slots]
    for at in places[form.slots[form.anchor]]:
        lefts, rights = {at}, {at}
        for link in range(form.anchor, 0, -1):
            lefts = {p for q in lefts for p in _before(q, form.gaps[link], tokens) if p in filled[link - 1]}
        for link in range(form.anchor + 1, len(form.slots)):
            rights = {p for q in rights for p in _after(q, form.gaps[link], tokens) if p in filled[link]}
        if lefts and rights:
            yield max(lefts), min(rights) + 1, at


def _after(at: int, gap: int, tokens: Sequence[Token]) -> Iterator[int]:
    """Yield the places after `at` that a gap allows."""
    for place in range(at + 1, min(len(tokens), at + 2 + (SMALL_WORDS_MOST if gap == ADJACENT else gap))):
        if tokens[place].sentence != tokens[at].sentence:
            return
        yield place
        if gap == ADJACENT and tokens[place].word not in SMALL_WORDS:
            return


def _before(at: int, gap: int, tokens: Sequence[Token]) -> Iterator[int]:
    """Yield the places before `at` that a gap allows."""
    for place in range(at - 1, max(-1, at - 2 - (SMALL_WORDS_MOST if gap == ADJACENT else gap)), -1):
        if tokens[place].sentence != tokens[at].sentence:
            return
        yield place
        if gap == ADJACENT and tokens[place].word not in SMALL_WORDS:
            return
