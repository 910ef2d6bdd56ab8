"""The glossary: one readable file, `desk/glossary.toml`, in English and Spanish, in our own words."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from frontdesk.kit.text import fold

FILE = Path(__file__).resolve().parent.parent / "glossary.toml"


@dataclass(frozen=True)
class Term:
    """One word and what it means, in both languages."""

    key: str
    group: str
    en: str
    es: str
    says_en: str
    says_es: str

    @property
    def text(self) -> str:
        """What a search looks in."""
        return fold(" ".join((self.en, self.es, self.says_en, self.says_es)))


@dataclass(frozen=True)
class Group:
    """The terms of one subject, by the alphabet."""

    words: str
    terms: Sequence[Term]


@cache
def terms() -> Mapping[str, Term]:
    """Every term by its key. The file is read once."""
    with FILE.open("rb") as file:
        groups = tomllib.load(file)
    return {key: Term(key, group, **told) for group, found in groups.items() for key, told in found.items()}


def search(wanted: str) -> list[Group]:
    """The terms that hold every word of `wanted` in either language, accents or not; all for nothing wanted."""
    words = fold(wanted).split()
    found = [one for one in terms().values() if all(word in one.text for word in words)]
    groups = dict.fromkeys(one.group for one in terms().values())
    parts = (
        Group(group, sorted((t for t in found if t.group == group), key=lambda t: fold(t.en)))
        for group in groups
    )
    return [one for one in parts if one.terms]
