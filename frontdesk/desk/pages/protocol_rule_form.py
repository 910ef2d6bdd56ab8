"""The form in which one rule of a draft is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from frontdesk.clinic.choices import Modality
from frontdesk.clinic.models import SlotClass
from frontdesk.desk.pages.offering import offer
from frontdesk.desk.pages.settings_forms import Line, Number, OneOf, SettingsForm, Several, Text, Tick
from frontdesk.triage.documentation import LABELS, label
from frontdesk.triage.engine.change import key_for
from frontdesk.triage.engine.follow import WITHOUT_A_TREE
from frontdesk.triage.engine.lanes import RANK, Lane
from frontdesk.triage.engine.shapes import Conditions, Protocol, Rule
from frontdesk.triage.models import Direction

LANES = [(lane.value, lane.value.capitalize()) for lane in sorted(Lane, key=lambda one: -RANK[one])]
SPARE, PLACES, MOST_LINES = 2, 4, 20
NONE = ("", "None")
_NOTHING = Conditions()


class ConditionsForm(SettingsForm):
    """What is asked of the record: age, pregnancy, a procedure, flags. What is empty asks nothing."""

    age_from = Number("From age", most=130, required=False, help_text="Whole years.")
    age_under = Number("Under age", most=130, required=False)
    pregnant = Tick("Pregnant")
    days_since_procedure_to = Number("Days since a procedure, at most", most=3650, required=False)
    flags = Line(
        "Any of these flags",
        most=200,
        required=False,
        help_text="As on the record, with commas: anticoagulant",
    )

    @property
    def conditions(self) -> dict[str, Any]:
        """What the valid form asks, in the shape of a protocol's content."""
        read = self.cleaned_data
        found = {name: read[name] for name in ("age_from", "age_under", "days_since_procedure_to")}
        flags = [one.strip() for one in read["flags"].split(",") if one.strip()]
        whole = {**found, "pregnant": read["pregnant"] or None, "flags": flags or None}
        return {name: value for name, value in whole.items() if value is not None}


def conditions_of(known: Conditions) -> dict[str, Any]:
    """The same, as a form begins with it."""
    return {
        "age_from": known.age_from, "age_under": known.age_under, "pregnant": known.pregnant,
        "days_since_procedure_to": known.days_since_procedure_to, "flags": ", ".join(sorted(known.flags)),
    }  # fmt: skip


class RuleForm(ConditionsForm):
    """A rule: when it holds, which lane it sets, and what follows."""

    code = Line("Code", most=20, help_text="No other rule has it, in any protocol that is read.")
    title = Line("Title", most=120, help_text="What the desk reads: “Chest pain”.")
    lane = OneOf("Lane", LANES)
    target = OneOf("Goes to", ())
    clock_minutes = Number("Minutes to accept it", most=10_080, least=1)
    script = OneOf("Script", ())
    scenario = Line("Scenario", most=40, required=False, help_text="Your own number for it, if you have one.")
    documentation = Several("Must be written down", ())
    asked = Several("Asked, and may stay empty", ())
    more = Text(
        "Something else that must be written down",
        most=400,
        rows=2,
        required=False,
        help_text="One to a line.",
    )
    directions = Several("A clinician may direct", list(Direction.choices))
    modalities = Several("Only visits", list(Modality.choices))
    slot_classes = Several("Only in time kept as", ())
    within_days = Number("Within days", most=365, required=False)
    counted_from = OneOf("Counted from", (), required=False)
    conditional_hold = Tick("Time may be held while papers are chased")

    def __init__(
        self,
        data: QueryDict | None,
        *,
        rules: Protocol,
        beside: Protocol | None,
        standing: Rule | None,
        code: str,
    ) -> None:
        """`standing` is the rule as the draft has it, None for a new one, which is given `code`. `beside`: the general
        protocol, whose targets a scoped one may name."""
        super().__init__(
            data, initial=_initial(standing) if standing else {"code": code, "clock_minutes": 15}
        )
        self.rules, self.order = rules, list(standing.documentation) if standing else []
        trees = {**(dict(beside.trees) if beside else {}), **rules.trees}
        known = {target: tree.title for target, tree in trees.items()}
        known = known or {key: _words(key) for key in ("nurse", "on_duty_clinician", *WITHOUT_A_TREE)}
        used = {rule.target for rule in rules.rules}
        known |= {key: _words(key) for key in used if key not in known}
        offer(self, "target", [("", "Choose…"), *sorted(known.items(), key=lambda one: one[1])])
        offer(
            self,
            "script",
            [("", "Choose…"), *((key, one.title) for key, one in sorted(rules.scripts.items()))],
        )
        keys = sorted({*LABELS, *_documented(rules)}, key=label)
        offer(self, "documentation", [(key, label(key)) for key in keys])
        offer(self, "asked", [(key, label(key)) for key in keys])
        offer(self, "slot_classes", list(SlotClass.objects.filter(active=True).values_list("code", "name")))
        days = [key for key in keys if key.endswith("_date")]
        offer(self, "counted_from", [("", "The day of the request"), *((key, label(key)) for key in days)])
        concepts = sorted(
            ((key, one.title) for key, one in rules.concepts.items()), key=lambda one: one[1].lower()
        )
        self.lines = _lines(data, standing, [NONE, *concepts])

    def is_valid(self) -> bool:
        wrong = [one for one in self.lines if not one.is_valid()]
        whole = super().is_valid()
        if wrong:
            self.add_error(
                None, "A line of “When the caller says” names something that is not in this draft."
            )
        elif whole and not any(one.concepts for one in self.lines):
            self.add_error(None, "Choose at least one thing that the caller says.")
        return super().is_valid()

    def rule(self) -> dict[str, Any]:
        """What the valid form says, in the shape of a protocol's content."""
        read = self.cleaned_data
        lines = [" + ".join(one.concepts) for one in self.lines if one.concepts]
        own = [key_for(line, ()) for line in read["more"].splitlines() if line.strip()]
        asked = [f"{key}?" for key in read["asked"] if key not in read["documentation"]]
        plain = {
            name: read[name]
            for name in ("code", "title", "lane", "target", "clock_minutes", "script", "scenario")
        }
        return {
            **plain,
            "when": list(dict.fromkeys(lines)),
            "documentation": sorted({*read["documentation"], *own, *asked}, key=self._place),
            "conditions": self.conditions,
            "limits": self._limits(read),
        }

    def _place(self, key: str) -> tuple[int, str]:
        """What stood there before stays in its order; what is new comes after it."""
        return (self.order.index(key) if key in self.order else len(self.order), key)

    def _limits(self, read: Mapping[str, Any]) -> dict[str, Any]:
        names = ("directions", "modalities", "slot_classes", "counted_from", "conditional_hold")
        found = {name: read[name] for name in names if read[name]}
        return found if read["within_days"] is None else {**found, "within_days": read["within_days"]}

    @property
    def first(self) -> list[forms.BoundField]:
        return [self[name] for name in ("code", "title", "lane", "scenario")]

    @property
    def follows(self) -> list[forms.BoundField]:
        return [self[name] for name in ("target", "clock_minutes", "script")]

    @property
    def written(self) -> list[forms.BoundField]:
        return [self[name] for name in ("documentation", "asked", "more")]

    @property
    def only(self) -> list[forms.BoundField]:
        return [self[name] for name in ConditionsForm.base_fields]

    @property
    def limited(self) -> list[forms.BoundField]:
        names = (
            "directions",
            "modalities",
            "slot_classes",
            "within_days",
            "counted_from",
            "conditional_hold",
        )
        return [self[name] for name in names]

    @property
    def has_limits(self) -> bool:
        return any(one.value() for one in self.limited)

    @property
    def has_conditions(self) -> bool:
        return any(one.value() for one in self.only)


class WhenLine(SettingsForm):
    """One way in which a rule is met: everything that is chosen must be said, or be on record."""

    def __init__(
        self,
        data: QueryDict | None,
        *,
        number: int,
        chosen: Sequence[str],
        choices: Sequence[tuple[str, str]],
    ) -> None:
        initial = {f"with-{place}": key for place, key in enumerate(chosen)}
        super().__init__(data, prefix=f"line-{number}", initial=initial)
        for place in range(PLACES):
            words = "says" if place == 0 else "and"
            self.fields[f"with-{place}"] = OneOf(words, choices, required=False)

    @property
    def concepts(self) -> list[str]:
        found = (self.cleaned_data.get(f"with-{place}", "") for place in range(PLACES))
        return list(dict.fromkeys(key for key in found if key))


def _lines(
    data: QueryDict | None, standing: Rule | None, choices: Sequence[tuple[str, str]]
) -> list[WhenLine]:
    chosen = list(standing.when) if standing else []
    count = len(chosen) + SPARE
    if data is not None:
        count = next((row for row in range(MOST_LINES) if f"line-{row}-with-0" not in data), MOST_LINES)
    rows = range(min(max(count, 1), MOST_LINES))
    return [
        WhenLine(data, number=row, chosen=chosen[row] if row < len(chosen) else (), choices=choices)
        for row in rows
    ]


def _initial(rule: Rule) -> dict[str, Any]:
    limits = rule.limits
    return {
        "code": rule.code, "title": rule.title, "lane": rule.lane.value, "target": rule.target,
        "clock_minutes": rule.clock_minutes, "script": rule.script, "scenario": rule.scenario,
        "documentation": [key for key in rule.documentation if not key.endswith("?")],
        "asked": [key.removesuffix("?") for key in rule.documentation if key.endswith("?")],
        "directions": list(limits.directions), "modalities": list(limits.modalities),
        "slot_classes": list(limits.slot_classes), "within_days": limits.within_days,
        "counted_from": limits.counted_from, "conditional_hold": limits.conditional_hold,
        **conditions_of(rule.conditions),
    }  # fmt: skip


def _documented(rules: Protocol) -> set[str]:
    return {key.removesuffix("?") for rule in rules.rules for key in rule.documentation}


def _words(key: str) -> str:
    return key.replace("_", " ").capitalize()
