"""What is different between two protocols, in parts that a page puts into words: both ways, nothing left out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from frontdesk.triage.engine.shapes import Concept, Kind, Protocol, Rule, Script, Tree

Thing = TypeVar("Thing")
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Turn:
    """One value that is not what it was. `None` where it was not there, or is not any more."""

    what: str
    was: Any
    becomes: Any


@dataclass(frozen=True)
class Words:
    """Phrases or entries of a list that came or went. `language` "en", "es", or "" where it is neither."""

    language: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True)
class Difference(Generic[Thing]):
    """One part that came (`was` is None), went (`becomes` is None) or changed, with what changed in it."""

    key: str
    was: Thing | None
    becomes: Thing | None
    turns: tuple[Turn, ...] = ()
    words: tuple[Words, ...] = ()

    @property
    def thing(self) -> Thing:
        """As it is to be; where it went, as it was."""
        found = self.becomes if self.becomes is not None else self.was
        if found is None:
            raise ValueError("A difference has at least one side.")
        return found


@dataclass(frozen=True)
class Comparison:
    """Everything that is different, part by part."""

    rules: tuple[Difference[Rule], ...]
    concepts: tuple[Difference[Concept], ...]
    scripts: tuple[Difference[Script], ...]
    kinds: tuple[Difference[Kind], ...]
    trees: tuple[Difference[Tree], ...]
    lists: tuple[Difference[tuple[str, ...]], ...]
    not_meant: Words
    spelling: tuple[Turn, ...]

    @property
    def is_empty(self) -> bool:
        parts = (self.rules, self.concepts, self.scripts, self.kinds, self.trees, self.lists, self.spelling)
        return not (any(parts) or self.not_meant.added or self.not_meant.removed)


def compare(was: Protocol, becomes: Protocol) -> Comparison:
    """Compare two protocols. Rules are the same by their code, everything else by its key."""
    return Comparison(
        rules=_parts(_by_code(was), _by_code(becomes), _rule_turns),
        concepts=_parts(was.concepts, becomes.concepts, _concept_turns, _concept_words),
        scripts=_parts(was.scripts, becomes.scripts, _script_turns),
        kinds=_parts(was.kinds, becomes.kinds, lambda a, b: _turns(vars_of(a), vars_of(b))),
        trees=_parts(was.trees, becomes.trees, lambda a, b: _turns(vars_of(a), vars_of(b))),
        lists=_parts(was.words, becomes.words, _no_turns, lambda a, b: (words("", a, b),)),
        not_meant=words("", was.not_meant, becomes.not_meant),
        spelling=_turns(was.spelling, becomes.spelling),
    )


def words(language: str, was: Iterable[str], becomes: Iterable[str]) -> Words:
    """What came and what went, each in the order in which it stands."""
    before, after = list(was), list(becomes)
    gone, new = set(before) - set(after), set(after) - set(before)
    return Words(language, tuple(o for o in after if o in new), tuple(o for o in before if o in gone))


def vars_of(thing: Any) -> dict[str, Any]:
    """The fields of a part with their values."""
    return {name: getattr(thing, name) for name in thing.__dataclass_fields__}


def _by_code(protocol: Protocol) -> dict[str, Rule]:
    return {rule.code: rule for rule in protocol.rules}


def _parts(
    was: Mapping[str, Thing],
    becomes: Mapping[str, Thing],
    turns: Callable[[Thing, Thing], tuple[Turn, ...]],
    said: Callable[[Thing, Thing], tuple[Words, ...]] | None = None,
) -> tuple[Difference[Thing], ...]:
    found: list[Difference[Thing]] = []
    for key in [*becomes, *(one for one in was if one not in becomes)]:
        before, after = was.get(key), becomes.get(key)
        if before is None or after is None:
            found.append(Difference(key, before, after))
        elif before != after:
            of_words = said(before, after) if said else ()
            kept = tuple(one for one in of_words if one.added or one.removed)
            changed = turns(before, after)
            if kept or changed:
                found.append(Difference(key, before, after, changed, kept))
    return tuple(found)


def _turns(was: Facts, becomes: Facts, leave: frozenset[str] = frozenset()) -> tuple[Turn, ...]:
    keys = [key for key in [*becomes, *(one for one in was if one not in becomes)] if key not in leave]
    return tuple(
        Turn(key, was.get(key), becomes.get(key)) for key in keys if was.get(key) != becomes.get(key)
    )


def _no_turns(_was: object, _becomes: object) -> tuple[Turn, ...]:
    return ()


def _rule_turns(was: Rule, becomes: Rule) -> tuple[Turn, ...]:
    return _turns(vars_of(was), vars_of(becomes))


def _concept_turns(was: Concept, becomes: Concept) -> tuple[Turn, ...]:
    return _turns(vars_of(was), vars_of(becomes), frozenset({"en", "es"}))


def _concept_words(was: Concept, becomes: Concept) -> tuple[Words, ...]:
    return words("en", was.en, becomes.en), words("es", was.es, becomes.es)


def _script_turns(was: Script, becomes: Script) -> tuple[Turn, ...]:
    """A script changes by its title and by its steps, each step known by its key."""
    title = _turns({"title": was.title}, {"title": becomes.title})
    before, after = {one.key: one for one in was.steps}, {one.key: one for one in becomes.steps}
    steps = tuple(Turn("step", one.was, one.becomes) for one in _turns(before, after))
    order = [one.key for one in was.steps], [one.key for one in becomes.steps]
    moved = not steps and order[0] != order[1]
    return title + steps + ((Turn("order", was.steps, becomes.steps),) if moved else ())
