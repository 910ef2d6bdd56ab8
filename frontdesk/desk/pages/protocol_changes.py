"""What is different between two versions of a protocol, in words, both ways."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from frontdesk.desk.pages.protocol import READ, clock_words, condition_words, step_words
from frontdesk.triage.documentation import label
from frontdesk.triage.engine.compare import Comparison, Difference, Turn, Words, compare
from frontdesk.triage.engine.shapes import (
    Concept,
    Conditions,
    Limits,
    Protocol,
    Rule,
    Script,
    Step,
    Tree,
    TreeStep,
)
from frontdesk.triage.models import Direction, Kind

LANGUAGES = {"en": "English", "es": "Spanish", "": ""}
NAMES = {
    "title": "Title", "lane": "Lane", "when": "When the caller says", "script": "Script", "target": "Goes to",
    "clock_minutes": "Within", "scenario": "Scenario", "documentation": "Must be written down",
    "conditions": "Only", "limits": "What may follow", "context": "As good as said when the record shows",
    "reads": "Read by", "at_least": "From a share of", "queue": "Queue", "steps": "Asked, in this order",
    "after_hours": "While the site is closed", "last_resort": "If nobody accepts",
    "after_hours_last_resort": "If nobody accepts while closed", "order": "Order of the steps",
}  # fmt: skip
NOTHING = "nothing"


@dataclass(frozen=True)
class Line:
    """One value that changed, in words."""

    what: str
    was: str
    becomes: str


@dataclass(frozen=True)
class Shown:
    """One part that came, went or changed."""

    title: str
    how: str
    lane: str
    lines: Sequence[Line]
    words: Sequence[Words]

    @property
    def chip(self) -> str:
        return {"Added": "pass", "Removed": "fail"}.get(self.how, "")


@dataclass(frozen=True)
class Group:
    """The differences of one sort, such as the rules."""

    key: str
    title: str
    shown: Sequence[Shown]

    @property
    def counts(self) -> str:
        """“2 added, 1 removed”."""
        hows = [one.how for one in self.shown]
        return ", ".join(
            f"{hows.count(how)} {how.lower()}" for how in ("Added", "Removed", "Changed") if how in hows
        )


class Changes:
    """Everything that is different in `becomes`, seen from `was`."""

    def __init__(self, was: Protocol, becomes: Protocol) -> None:
        self.was, self.becomes = was, becomes
        self.found: Comparison = compare(was, becomes)

    @property
    def is_empty(self) -> bool:
        return self.found.is_empty

    @property
    def groups(self) -> list[Group]:
        found = self.found
        groups = [
            Group("rules", "Rules", [self._rule(one) for one in found.rules]),
            Group("concepts", "What callers say", [self._concept(one) for one in found.concepts]),
            Group("scripts", "Scripts", [self._part(one, one.thing.title, _script) for one in found.scripts]),
            Group("trees", "Who is asked", [self._part(one, one.thing.title, _tree) for one in found.trees]),
            Group(
                "kinds", "Kinds of request", [self._part(one, _kind(one.key), _plain) for one in found.kinds]
            ),
            Group("lists", "Lists of words", [self._list(one) for one in found.lists]),
            Group("not-meant", "Named, but not meant", _not_meant(found.not_meant)),
            Group("spelling", "Spellings", _spelling(found.spelling)),
        ]
        return [one for one in groups if one.shown]

    def _rule(self, one: Difference[Rule]) -> Shown:
        rule = one.thing
        lines = _whole(rule, self._value) if None in (one.was, one.becomes) else self._lines(one.turns)
        return Shown(f"{rule.code} {rule.title}", _how(one), rule.lane.value, _sided(lines, one), ())

    def _concept(self, one: Difference[Concept]) -> Shown:
        concept, words = one.thing, one.words
        if one.was is None:
            words = _all_words(concept, came=True)
        elif one.becomes is None:
            words = _all_words(concept, came=False)
        return Shown(concept.title, _how(one), "", self._lines(one.turns), words)

    def _list(self, one: Difference[tuple[str, ...]]) -> Shown:
        words = one.words
        if one.was is None:
            words = (Words("", one.thing, ()),)
        elif one.becomes is None:
            words = (Words("", (), one.thing),)
        return Shown(f"{{{one.key}}}", _how(one), "", (), words)

    def _part(self, one: Difference[Any], title: str, whole: Callable[[Any], list[Line]]) -> Shown:
        lines = whole(one.thing) if None in (one.was, one.becomes) else self._lines(one.turns)
        return Shown(title, _how(one), "", _sided(lines, one), ())

    def _lines(self, turns: Iterable[Turn]) -> list[Line]:
        return [
            Line(_name(one), self._value(one.what, one.was), self._value(one.what, one.becomes))
            for one in turns
        ]

    def _value(self, what: str, value: Any) -> str:
        if what == "when" and value:
            return self._when(value)
        if what in ("script", "last_resort", "after_hours_last_resort") and value:
            script = self.becomes.script(value) or self.was.script(value)
            return script.title if script else str(value)
        return _value(what, value)

    def _when(self, lines: Sequence[Sequence[str]]) -> str:
        return "; or ".join(" and ".join(self._title(key) for key in line) for line in lines)

    def _title(self, key: str) -> str:
        concept = self.becomes.concepts.get(key) or self.was.concepts.get(key)
        return concept.title if concept else key


def _how(one: Difference[Any]) -> str:
    return "Added" if one.was is None else "Removed" if one.becomes is None else "Changed"


def _sided(lines: Sequence[Line], one: Difference[Any]) -> Sequence[Line]:
    """What was removed stands on the side of what was."""
    if one.becomes is not None:
        return lines
    return [Line(line.what, line.becomes, "") for line in lines]


def _whole(rule: Rule, value: Callable[[str, Any], str]) -> list[Line]:
    names = ("when", "conditions", "target", "clock_minutes", "script", "documentation", "limits")
    found = [(name, value(name, getattr(rule, name))) for name in names]
    return [Line(NAMES[name], "", words) for name, words in found if words != NOTHING]


def _script(script: Script) -> list[Line]:
    return [Line(f"Step {number}", "", _step(step)) for number, step in enumerate(script.steps, 1)]


def _tree(tree: Tree) -> list[Line]:
    return [
        Line(NAMES[name], "", _value(name, getattr(tree, name))) for name in ("queue", "steps", "after_hours")
    ]


def _plain(kind: Any) -> list[Line]:
    return [Line("Lane", "", _value("lane", kind.lane))]


def _kind(key: str) -> str:
    known = {str(kind.value): str(kind.label) for kind in Kind}
    return known.get(key, key)


def _all_words(concept: Concept, *, came: bool) -> tuple[Words, ...]:
    sides = (("en", concept.en), ("es", concept.es))
    return tuple(Words(key, said, ()) if came else Words(key, (), said) for key, said in sides if said)


def _not_meant(words: Words) -> list[Shown]:
    return [Shown("Phrases", "Changed", "", (), (words,))] if words.added or words.removed else []


def _spelling(turns: Sequence[Turn]) -> list[Shown]:
    lines = [Line(one.what, str(one.was or NOTHING), str(one.becomes or NOTHING)) for one in turns]
    return [Shown("Read as", "Changed", "", lines, ())] if lines else []


def _name(turn: Turn) -> str:
    if turn.what != "step":
        return NAMES.get(turn.what, turn.what.replace("_", " ").capitalize())
    return "Step added" if turn.was is None else "Step removed" if turn.becomes is None else "Step"


def _value(what: str, value: Any) -> str:
    """One value in words; NOTHING for an empty one."""
    say = _BY_NAME.get(what) or _BY_SORT.get(type(value)) or _plainly
    return (say(value) if value else "") or NOTHING


def _several(values: Sequence[Any]) -> str:
    return "; then ".join(step_words(one) if isinstance(one, TreeStep) else _step(one) for one in values)


def _plainly(value: Any) -> str:
    return str(value).replace("_", " ").capitalize()


def _step(step: Step) -> str:
    note = f" ({step.note})" if step.note else ""
    return f"{step.kind.capitalize()}: {step.say_en} / {step.say_es}{note}"


def _limits(limits: Limits) -> str:
    directions = {str(one.value): str(one.label) for one in Direction}
    parts = [", ".join(directions.get(one, one) for one in limits.directions)]
    parts += [", ".join(limits.modalities), ", ".join(limits.slot_classes)]
    if limits.within_days is not None:
        parts.append(f"within {limits.within_days} days")
    parts.append(label(limits.counted_from) if limits.counted_from else "")
    parts.append("time may be held" if limits.conditional_hold else "")
    return "; ".join(one for one in parts if one)


_BY_NAME: dict[str, Callable[[Any], str]] = {
    "clock_minutes": clock_words,
    "documentation": lambda keys: "; ".join(label(key) for key in keys),
    "at_least": lambda share: f"{100 * share:.0f} %",
    "reads": lambda key: READ[key].format("its own number"),
    "title": str,
    "scenario": str,
}
_BY_SORT: dict[type, Callable[[Any], str]] = {
    Conditions: condition_words,
    Limits: _limits,
    Step: _step,
    tuple: _several,
}
