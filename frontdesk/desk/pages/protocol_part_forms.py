"""The forms in which the other parts of a draft are written: what callers say, scripts, who is asked, kinds, lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from frontdesk.clinic.queries.roster import TARGETS
from frontdesk.desk.pages.offering import offer
from frontdesk.desk.pages.protocol_rule_form import LANES, ConditionsForm, conditions_of
from frontdesk.desk.pages.settings_forms import Line, Number, OneOf, SettingsForm, Text
from frontdesk.triage.documentation import LABELS, label
from frontdesk.triage.engine.follow import ANYBODY, MOST_STEPS, QUEUES
from frontdesk.triage.engine.shapes import Concept, Conditions, Protocol, Script, Step, Tree, TreeStep
from frontdesk.triage.models import Kind
from frontdesk.work.models import Queue

SPARE, MOST_SCRIPT_STEPS = 2, 20
PHRASES = 40_000  # characters
DOES = [("say", "Say"), ("ask", "Ask"), ("do", "Do")]


class ConceptForm(ConditionsForm):
    """One thing that callers say: its phrases, and what on the record is as good as saying it."""

    title = Line("Title", most=120, help_text="Such as “Cannot breathe”.")
    en = Text("In English, one phrase to a line", most=PHRASES, rows=12, required=False)
    es = Text("In Spanish, one phrase to a line", most=PHRASES, rows=12, required=False)
    sentence = Line(
        "Try a sentence",
        most=300,
        required=False,
        help_text="Shown at once, with what is typed above. Nothing is saved.",
    )

    def __init__(self, data: QueryDict | None, *, standing: Concept | None) -> None:
        known = standing or Concept("", "", (), ())
        lines = {"title": known.title, "en": "\n".join(known.en), "es": "\n".join(known.es)}
        super().__init__(data, initial={**lines, **conditions_of(known.context)})

    def part(self) -> dict[str, Any]:
        """What the valid form says, in the shape of a protocol's content."""
        read, asked = self.cleaned_data, self.conditions
        found = {"title": read["title"], "en": _filled(read["en"]), "es": _filled(read["es"])}
        return {**found, "context": asked} if asked else found

    @property
    def only(self) -> list[forms.BoundField]:
        return [self[name] for name in ConditionsForm.base_fields]

    @property
    def has_conditions(self) -> bool:
        return any(one.value() for one in self.only)


class ReadConceptForm(SettingsForm):
    """One that the second reader meets: from which share on."""

    title = Line("Title", most=120)
    percent = Number("From a share of (per cent)", least=1, most=99)

    def __init__(self, data: QueryDict | None, *, standing: Concept) -> None:
        super().__init__(data, initial={"title": standing.title, "percent": round(standing.at_least * 100)})
        self.reads = standing.reads

    def part(self) -> dict[str, Any]:
        read = self.cleaned_data
        return {"title": read["title"], "reads": self.reads, "at_least": read["percent"] / 100}


class StepForm(SettingsForm):
    """One step of a script. An empty row is none."""

    key = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    kind = OneOf("What is done", DOES, required=False)
    place = Number("Place", least=1, most=99, required=False)
    say_en = Text("In English", most=400, rows=2, required=False)
    say_es = Text("In Spanish", most=400, rows=2, required=False)
    note = Text("For the desk", most=400, rows=2, required=False)
    asks_for = OneOf("Brings in", (), required=False)


class ScriptForm(SettingsForm):
    """A script with its steps, in order."""

    title = Line("Title", most=120)

    def __init__(self, data: QueryDict | None, *, standing: Script | None, rules: Protocol) -> None:
        super().__init__(data, initial={"title": standing.title if standing else ""})
        steps = standing.steps if standing else ()
        self.rows = [
            StepForm(
                data,
                prefix=f"step-{row}",
                initial={"place": row + 1, **(_fields(steps[row]) if row < len(steps) else {"kind": "say"})},
            )
            for row in _rows(data, "step", "say_en", len(steps), MOST_SCRIPT_STEPS)
        ]
        used = {one.asks_for for script in rules.scripts.values() for one in script.steps if one.asks_for}
        choices = [("", "Nothing"), *((key, label(key)) for key in sorted({*LABELS, *used}, key=label))]
        for row in self.rows:
            offer(row, "asks_for", choices)

    def is_valid(self) -> bool:
        return _whole(self, self.rows, super().is_valid())

    def part(self) -> dict[str, Any]:
        rows = [
            row.cleaned_data for row in self.rows if row.cleaned_data["say_en"] or row.cleaned_data["say_es"]
        ]
        rows.sort(key=lambda one: one.pop("place") or MOST_SCRIPT_STEPS)
        taken = [one["key"] for one in rows if one["key"]]
        steps = []
        for one in rows:
            key = one["key"] or _step_key(taken)
            taken.append(key)
            steps.append({**{name: value for name, value in one.items() if value}, "key": key})
        return {"title": self.cleaned_data["title"], "steps": steps}


class TreeStepForm(SettingsForm):
    """One step of who is asked. A row without a duty is none."""

    duty = OneOf("Asked", (), required=False)
    rank = OneOf(
        "Which of them",
        [("0", "All of them"), ("1", "The first"), ("2", "The second"), ("3", "The third")],
        required=False,
    )
    minutes = Number("Minutes", least=1, most=1440, required=False)

    def clean(self) -> dict[str, Any]:
        read = super().clean() or {}
        if read.get("duty") and not read.get("minutes") and "minutes" not in self.errors:
            self.add_error("minutes", "Say how many minutes they have.")
        return read


class TreeForm(SettingsForm):
    """Who is asked for one target, in which order, and what is said where nobody accepts."""

    title = Line("Title", most=80, help_text="Such as “Triage nurse”.")
    queue = OneOf("Shown in the queue", [(key, str(Queue(key).label)) for key in QUEUES])
    last_resort = OneOf("If nobody accepts: script", ())
    after_hours_last_resort = OneOf("While the site is closed", (), required=False)

    def __init__(self, data: QueryDict | None, *, standing: Tree | None, rules: Protocol) -> None:
        names = ("title", "queue", "last_resort", "after_hours_last_resort")
        super().__init__(data, initial={name: getattr(standing, name) for name in names} if standing else {})
        scripts = [(key, one.title) for key, one in sorted(rules.scripts.items())]
        offer(self, "last_resort", [("", "Choose…"), *scripts])
        offer(self, "after_hours_last_resort", [("", "The same"), *scripts])
        self.steps = _tree_rows(data, "step", standing.steps if standing else (), rules)
        self.after_hours = _tree_rows(data, "closed", standing.after_hours if standing else (), rules)

    def is_valid(self) -> bool:
        return _whole(self, [*self.steps, *self.after_hours], super().is_valid())

    def part(self) -> dict[str, Any]:
        read = self.cleaned_data
        found = {"title": read["title"], "queue": read["queue"], "last_resort": read["last_resort"]}
        found |= {"steps": _tree_steps(self.steps), "after_hours": _tree_steps(self.after_hours)}
        if read["after_hours_last_resort"]:
            found["after_hours_last_resort"] = read["after_hours_last_resort"]
        return found


class KindForm(SettingsForm):
    """The least lane and the script of one kind of request."""

    lane = OneOf("Least lane", [("", "Not said here"), *LANES], required=False)
    script = OneOf("Script", (), required=False)


class KindsForm(SettingsForm):
    """Every kind of request."""

    def __init__(self, data: QueryDict | None, *, rules: Protocol) -> None:
        super().__init__(data)
        scripts = [("", "None"), *((key, one.title) for key, one in sorted(rules.scripts.items()))]
        self.rows: list[tuple[str, str, KindForm]] = []
        for kind in Kind:
            known = rules.kinds.get(kind.value)
            initial = {"lane": known.lane.value, "script": known.script} if known else {}
            row = KindForm(data, prefix=kind.value, initial=initial)
            offer(row, "script", scripts)
            self.rows.append((kind.value, str(kind.label), row))

    def is_valid(self) -> bool:
        return _whole(self, [row for _, _, row in self.rows], super().is_valid())

    def kinds(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, _, row in self.rows:
            read = row.cleaned_data
            if read["lane"]:
                found[key] = {name: read[name] for name in ("lane", "script") if read[name]}
        return found


class WordsForm(SettingsForm):
    """A list of words that phrases name as {name}, or the phrases in which a symptom is only named."""

    name = Line(
        "Name of the list",
        most=40,
        help_text="Small letters, no spaces. Phrases name it in braces: {body_parts}",
    )
    entries = Text(
        "One to a line", most=PHRASES, rows=14, required=False, help_text="An empty list is removed."
    )

    def __init__(self, data: QueryDict | None, *, name: str, entries: Sequence[str], is_list: bool) -> None:
        super().__init__(data, initial={"name": name, "entries": "\n".join(entries)})
        if not is_list or name:
            del self.fields["name"]

    def lines(self) -> list[str]:
        return _filled(self.cleaned_data["entries"])


def _filled(text: str) -> list[str]:
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _fields(step: Step) -> dict[str, str]:
    return {name: getattr(step, name) for name in ("key", "kind", "say_en", "say_es", "note", "asks_for")}


def _step_key(taken: Sequence[str]) -> str:
    return next(f"step_{number}" for number in range(1, len(taken) + 2) if f"step_{number}" not in taken)


def _rows(data: QueryDict | None, prefix: str, field: str, known: int, most: int) -> range:
    """So many rows: two more than are filled, or as many as were sent."""
    if data is None:
        return range(min(known + SPARE, most))
    return range(next((row for row in range(most) if f"{prefix}-{row}-{field}" not in data), most))


def _tree_rows(
    data: QueryDict | None, prefix: str, steps: Sequence[TreeStep], rules: Protocol
) -> list[TreeStepForm]:
    used = {one.duty for tree in rules.trees.values() for one in (*tree.steps, *tree.after_hours)}
    known = {**TARGETS, **{key: key.replace("_", " ").capitalize() for key in used if key not in TARGETS}}
    known[ANYBODY] = "Everybody who may accept"
    rows = []
    for row in _rows(data, prefix, "duty", len(steps), MOST_STEPS):
        one = steps[row] if row < len(steps) else None
        initial = {"duty": one.duty, "rank": str(one.rank), "minutes": one.minutes} if one else {}
        made = TreeStepForm(data, prefix=f"{prefix}-{row}", initial=initial)
        offer(made, "duty", [("", "Nobody"), *known.items()])
        rows.append(made)
    return rows


def _tree_steps(rows: Iterable[TreeStepForm]) -> list[dict[str, Any]]:
    read = (row.cleaned_data for row in rows)
    return [
        {
            "duty": one["duty"],
            "minutes": one["minutes"],
            **({"rank": int(one["rank"])} if one["rank"] not in ("", "0") else {}),
        }
        for one in read
        if one["duty"]
    ]


def _whole(form: SettingsForm, rows: Sequence[SettingsForm], is_valid: bool) -> bool:
    wrong = [row for row in rows if not row.is_valid()]
    if wrong:
        form.add_error(None, "A row below is marked: it is not filled in well.")
    return is_valid and not wrong


def no_conditions(concept: Concept) -> bool:
    return concept.context == Conditions()
