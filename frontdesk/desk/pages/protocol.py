"""The triage protocol in force, laid out for people who read it and do not program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from frontdesk.clinic.queries.roster import TARGETS
from frontdesk.triage.documentation import label
from frontdesk.triage.engine import protocol as engine
from frontdesk.triage.engine.follow import ANYBODY
from frontdesk.triage.engine.lanes import RANK, Lane
from frontdesk.triage.engine.shapes import Concept, Conditions, Rule, Script, Tree, TreeStep
from frontdesk.triage.models import Kind
from frontdesk.triage.models.in_force import in_force, is_scoped, newest
from frontdesk.triage.models.protocol import Protocol
from frontdesk.triage.models.scope import Scope

LANES_IN_ORDER = sorted(Lane, key=lambda lane: -RANK[lane])
RANKS = {1: "the first", 2: "the second", 3: "the third"}
DOES = {"say": "Say", "ask": "Ask", "do": "Do"}

READ = {
    "emergency": "The second reader gives emergencies a share of {} or more.",
    "clinician": "The second reader gives emergencies and urgent requests together a share of {} or more.",
    "possible": "A message of few words, or one to which the second reader gives a clinician a share of {} or more.",
    "operational": "The second reader gives operational requests a share of {} or more.",
}


@dataclass(frozen=True)
class ShownConcept:
    """One thing that callers say. `known`: what on the record is as good as saying it.

    `read`: in words, when the second reader meets it; such a concept has no phrases.
    """

    key: str
    title: str
    english: Sequence[str]
    spanish: Sequence[str]
    known: str
    read: str = ""


@dataclass(frozen=True)
class ShownRule:
    """A rule in words. Any one line of `when` is enough; all concepts of that line must be said."""

    code: str
    title: str
    scenario: str
    when: Sequence[Sequence[ShownConcept]]
    only: str
    target: str
    clock: str
    written: Sequence[str]
    script_key: str
    script_title: str


@dataclass(frozen=True)
class LaneRules:
    lane: str
    rules: Sequence[ShownRule]


@dataclass(frozen=True)
class ShownStep:
    does: str
    english: str
    spanish: str
    note: str
    brings: str


@dataclass(frozen=True)
class ShownScript:
    key: str
    title: str
    steps: Sequence[ShownStep]


@dataclass(frozen=True)
class ShownKind:
    """The least lane that a kind of request has before a word is said."""

    words: str
    lane: str
    script_key: str
    script_title: str


@dataclass(frozen=True)
class ShownTree:
    """Who is asked for one target, in words: “Triage nurse, the first, 5 minutes”."""

    target: str
    title: str
    steps: Sequence[str]
    after_hours: Sequence[str]
    script_key: str
    script_title: str


@dataclass(frozen=True)
class ProtocolPage:
    row: Protocol
    lanes: Sequence[LaneRules]
    scripts: Sequence[ShownScript]
    kinds: Sequence[ShownKind]
    concepts: Sequence[ShownConcept]
    words: Sequence[tuple[str, str]]
    not_meant: Sequence[str]
    rule_count: int
    trees: Sequence[ShownTree] = ()


def protocol_page(*, now: datetime) -> ProtocolPage | None:
    """The general protocol in force at `now`, or None where no clinician has approved any."""
    found = in_force(now=now)
    return content_page(found.row, found.rules) if found is not None else None


def scoped_rows(now: datetime) -> list[tuple[Protocol, str]]:
    """The protocols that are read beside the general one at `now`, each with its scope in words."""
    rows = [row for row in newest(now) if is_scoped(row)]
    return [(row, Scope.of(row).words) for row in sorted(rows, key=lambda row: row.name)]


def content_page(row: Protocol, rules: engine.Protocol) -> ProtocolPage:
    """Everything that a version says, in words."""
    concepts = {key: _concept(one) for key, one in rules.concepts.items()}
    return ProtocolPage(
        row=row,
        lanes=[shown for lane in LANES_IN_ORDER if (shown := _lane(lane, rules, concepts)).rules],
        scripts=[_script(one) for one in rules.scripts.values()],
        kinds=[_kind(one, rules) for one in rules.kinds.values()],
        concepts=sorted(concepts.values(), key=lambda one: one.title),
        words=[(name, ", ".join(entries)) for name, entries in sorted(rules.words.items())],
        not_meant=rules.not_meant,
        rule_count=len(rules.rules),
        trees=[_tree(one, rules) for one in rules.trees.values()],
    )


def step_words(step: TreeStep) -> str:
    """One step of an escalation: “Triage nurse, the first, 5 minutes”."""
    who = "Everybody who may accept" if step.duty == ANYBODY else TARGETS.get(step.duty, _words(step.duty))
    which = RANKS.get(step.rank, "")
    return ", ".join(one for one in (who, which, clock_words(step.minutes)) if one)


def clock_words(minutes: int) -> str:
    """1 minute, 15 minutes, 1 hour, 1 hour 30 minutes"""
    hours, rest = divmod(minutes, 60)
    return " ".join(_counted(number, unit) for number, unit in ((hours, "hour"), (rest, "minute")) if number)


def condition_words(conditions: Conditions) -> str:
    """What a rule or a concept asks of the record: "under 18 years; pregnant"; "" where it asks nothing."""
    parts = []
    if conditions.age_from is not None:
        parts.append(f"{conditions.age_from} years or older")
    if conditions.age_under is not None:
        parts.append(f"under {_counted(conditions.age_under, 'year')}")
    if conditions.pregnant:
        parts.append("pregnant")
    if conditions.days_since_procedure_to is not None:
        parts.append(f"a procedure in the last {_counted(conditions.days_since_procedure_to, 'day')}")
    if conditions.flags:
        parts.append("flagged " + ", ".join(sorted(conditions.flags)))
    return "; ".join(parts)


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _lane(lane: Lane, rules: engine.Protocol, concepts: dict[str, ShownConcept]) -> LaneRules:
    return LaneRules(lane.value, [_rule(rule, rules, concepts) for rule in rules.rules if rule.lane is lane])


def _rule(rule: Rule, rules: engine.Protocol, concepts: dict[str, ShownConcept]) -> ShownRule:
    return ShownRule(
        code=rule.code,
        title=rule.title,
        scenario=rule.scenario,
        when=[[concepts[key] for key in line] for line in rule.when],
        only=condition_words(rule.conditions),
        target=rules.trees[rule.target].title if rule.target in rules.trees else _words(rule.target),
        clock=clock_words(rule.clock_minutes),
        written=[label(key) for key in rule.documentation],
        script_key=rule.script,
        script_title=_script_title(rule.script, rules),
    )


def _script_title(key: str, rules: engine.Protocol) -> str:
    script = rules.script(key)
    return script.title if script else ""


def _concept(one: Concept) -> ShownConcept:
    read = READ[one.reads].format(f"{100 * one.at_least:.0f} %") if one.reads else ""
    return ShownConcept(one.key, one.title, one.en, one.es, condition_words(one.context), read)


def _script(one: Script) -> ShownScript:
    steps = [
        ShownStep(
            does=DOES.get(step.kind, step.kind),
            english=step.say_en,
            spanish=step.say_es,
            note=step.note,
            brings=label(step.asks_for) if step.asks_for else "",
        )
        for step in one.steps
    ]
    return ShownScript(one.key, one.title, steps)


def _tree(one: Tree, rules: engine.Protocol) -> ShownTree:
    return ShownTree(
        target=one.target,
        title=one.title,
        steps=[step_words(step) for step in one.steps],
        after_hours=[step_words(step) for step in one.after_hours],
        script_key=one.last_resort,
        script_title=_script_title(one.last_resort, rules),
    )


def _kind(one: engine.Kind, rules: engine.Protocol) -> ShownKind:
    known = {str(kind.value): str(kind.label) for kind in Kind}
    words = known.get(one.key, _words(one.key))
    return ShownKind(words, one.lane.value, one.script, _script_title(one.script, rules))


def _words(key: str) -> str:
    return key.replace("_", " ").capitalize()
