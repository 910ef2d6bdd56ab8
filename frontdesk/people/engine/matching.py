"""Do two identifiers agree? Name, birth date, telephone number, record number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Said:
    """What the caller gave, already read: name folded, phone in E.164. Empty where not given."""

    name: str = ""
    birth_date: date | None = None
    phone: str = ""
    mrn: str = ""

    @property
    def given(self) -> int:
        """How many identifiers were given."""
        return sum(1 for part in (self.name, self.birth_date, self.phone, self.mrn) if part)


@dataclass(frozen=True)
class Known:
    """What a record holds, in the same form."""

    ref: int
    name: str
    birth_date: date | None
    phones: Sequence[str] = field(default=())
    mrn: str = ""


def agreeing(said: Said, known: Known) -> tuple[str, ...]:
    """The identifiers that agree, by their names, in a fixed order."""
    pairs = (
        ("name", bool(said.name) and name_agrees(said.name, known.name)),
        ("birth date", said.birth_date is not None and said.birth_date == known.birth_date),
        ("phone", bool(said.phone) and said.phone in known.phones),
        ("record number", bool(said.mrn) and said.mrn == known.mrn),
    )
    return tuple(name for name, agrees in pairs if agrees)


def name_agrees(said: str, known: str) -> bool:
    """Two or more words said, and each is a word of the known name, its beginning, or one slip away.

    Both are folded. A hyphenated name counts as its parts.
    """
    words = said.replace("-", " ").replace(",", " ").split()
    theirs = known.replace("-", " ").split()
    return len(words) >= 2 and len(theirs) >= 1 and all(_word_agrees(word, theirs) for word in words)


def _word_agrees(word: str, theirs: list[str]) -> bool:
    return any(
        word == other
        or (len(word) >= 3 and other.startswith(word))
        or (len(word) >= 5 and one_slip(word, other))
        for other in theirs
    )


def one_slip(a: str, b: str) -> bool:
    """Is one letter wrong, missing, added, or swapped with its neighbour?"""
    if abs(len(a) - len(b)) > 1:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[start:], b[start:]
    return (
        rest_a[1:] == rest_b[1:]
        or rest_a == rest_b[1:]
        or rest_a[1:] == rest_b
        or (rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:])
    )
