"""The parts of a protocol once it has been read: values only, never changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from frontdesk.triage.engine.lanes import Lane


class ProtocolError(ValueError):
    """A protocol that cannot be used; its text is one sentence for the person who keeps the protocol."""


@dataclass(frozen=True, slots=True)
class Context:
    """What is known about the patient beside the words: age in years, `days_since_procedure` in whole days."""

    age: int | None = None
    pregnant: bool = False
    days_since_procedure: int | None = None
    flags: frozenset[str] = frozenset()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a rule or a concept asks of the context; an empty one asks nothing."""

    age_from: int | None = None
    age_under: int | None = None
    pregnant: bool = False
    days_since_procedure_to: int | None = None
    flags: frozenset[str] = frozenset()

    def allow(self, context: Context) -> bool:
        """Say whether a rule with these conditions applies.

        What is unknown never stops a rule: with no age on record an age limit is taken as met.
        """
        return self._age_fits(context.age, unknown=True) and all(self._others(context))

    def met_by(self, context: Context) -> bool:
        """Say whether the context alone, without any words, meets any one of these conditions."""
        has_age = self.age_from is not None or self.age_under is not None
        return (has_age and self._age_fits(context.age, unknown=False)) or any(self._others(context))

    def _age_fits(self, age: int | None, *, unknown: bool) -> bool:
        if age is None:
            return unknown
        return (self.age_from is None or age >= self.age_from) and (
            self.age_under is None or age < self.age_under
        )

    def _others(self, context: Context) -> list[bool]:
        answers = []
        if self.pregnant:
            answers.append(context.pregnant)
        if self.days_since_procedure_to is not None:
            days = context.days_since_procedure
            answers.append(days is not None and days <= self.days_since_procedure_to)
        if self.flags:
            answers.append(bool(self.flags & {flag.strip().casefold() for flag in context.flags}))
        return answers


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing callers say, with the phrases they say it in; `context` may meet it without any words.

    A concept that `reads` a lane has no phrases: it is met where the second reader gives that lane (`clinician`, `possible`:
    emergency and urgent together; see `reader`) at least the share `at_least`.
    """

    key: str
    title: str
    en: tuple[str, ...]
    es: tuple[str, ...]
    context: Conditions = Conditions()
    reads: str = ""
    at_least: float = 1.0

    @property
    def has_words(self) -> bool:
        """Can a caller's words meet it, by its phrases or through the second reader?"""
        return bool(self.en or self.es or self.reads)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a script: something to say, to ask or to do. `asks_for` names the answer it brings in."""

    key: str
    kind: str
    say_en: str
    say_es: str
    note: str = ""
    asks_for: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """What the front desk says and does, in order."""

    key: str
    title: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """What may follow from a rule; an empty part limits nothing.

    `directions` that a clinician may give; `modalities` and `slot_classes` (by code) that may be booked; the visit
    within `within_days` of the day that the answer `counted_from` names (empty: of the request's own day).
    `conditional_hold`: time may be held, with an expiry, while papers are chased.
    """

    directions: tuple[str, ...] = ()
    modalities: tuple[str, ...] = ()
    slot_classes: tuple[str, ...] = ()
    within_days: int | None = None
    counted_from: str = ""
    conditional_hold: bool = False


@dataclass(frozen=True, slots=True)
class TreeStep:
    """One step of an escalation: whoever has this duty is asked and has so many minutes.

    `rank` 1 asks those who come first on the roster at that moment, 2 those who come second; 0 asks all of them.
    """

    duty: str
    minutes: int
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Tree:
    """Who is asked, in which order, for one target of the rules, and what is said to the caller if nobody accepts.

    `after_hours` holds while the site is closed; empty: the same steps. `queue` is where the handoff is shown.
    `last_resort` names a script, `after_hours_last_resort` the one while the site is closed; empty: the same.
    """

    target: str
    title: str
    queue: str
    steps: tuple[TreeStep, ...]
    last_resort: str
    after_hours: tuple[TreeStep, ...] = ()
    after_hours_last_resort: str = ""

    def at(self, *, site_is_open: bool) -> tuple[TreeStep, ...]:
        return self.steps if site_is_open or not self.after_hours else self.after_hours

    def script_at(self, *, site_is_open: bool) -> str:
        """The key of the script that is the last resort."""
        return self.last_resort if site_is_open else self.after_hours_last_resort or self.last_resort


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: any line of `when`, each a tuple of concepts that must all be met, sets the lane."""

    code: str
    title: str
    lane: Lane
    when: tuple[tuple[str, ...], ...]
    script: str
    target: str
    clock_minutes: int
    scenario: str = ""
    documentation: tuple[str, ...] = ()
    conditions: Conditions = Conditions()
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Kind:
    """The least lane and the script that a kind of request has before a word is said."""

    key: str
    lane: Lane
    script: str = ""


@dataclass(frozen=True, eq=False)
class Protocol:
    """A protocol that has been read and checked. Two protocols are equal only if they are the same object."""

    name: str
    rules: tuple[Rule, ...]
    scripts: Mapping[str, Script]
    concepts: Mapping[str, Concept]
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    trees: Mapping[str, Tree] = field(default_factory=dict)
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    spelling: Mapping[str, str] = field(default_factory=dict)
    not_meant: tuple[str, ...] = ()
    never_misspelt: frozenset[str] = frozenset()

    def rule(self, code: str) -> Rule | None:
        """Return the rule with this code, such as "1.1", or None."""
        return next((rule for rule in self.rules if rule.code == code), None)

    def script(self, key: str) -> Script | None:
        """Return the script with this key, or None."""
        return self.scripts.get(key)
