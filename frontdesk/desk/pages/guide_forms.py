"""The forms in which a guide is written: one question with its answers, one rule, a file, and the handing in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from frontdesk.clinic.engine.guide import MOST_ANSWERS, Answer, Content, Question, Rule
from frontdesk.clinic.engine.guide_change import DOWN, UP, moved
from frontdesk.clinic.models import VisitType
from frontdesk.desk.pages.offering import offer
from frontdesk.desk.pages.settings_forms import DraftForm, Line, OneOf, SettingsForm, Several

SPARE = 2  # empty rows after those that are filled
CLINICIAN = "*"  # leads to no visit type: a clinician decides
LARGEST = 200_000  # bytes of a file; the largest guide there can be is smaller
YES_NO = (Answer("", "Yes", "Sí"), Answer("", "No", "No"))


class AnswerForm(SettingsForm):
    """One answer. An empty row is no answer."""

    code = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    words = Line("Answer", most=300, required=False)
    words_es = Line("In Spanish", most=300, required=False)
    is_last = False  # of those that are filled

    def clean(self) -> dict[str, Any]:
        read = super().clean() or {}
        if read.get("words_es") and not read.get("words") and "words" not in self.errors:
            self.add_error("words", "Write the answer in English too, or empty the row.")
        return read


class QuestionForm(SettingsForm):
    """A question with its answers. `do` is the button: save, more, or what is done to an answer ("up-2")."""

    words = Line("Question", most=300, help_text="As the desk asks it.")
    words_es = Line("In Spanish", most=300, required=False, help_text="May be empty while you write.")

    def __init__(self, data: QueryDict | None, *, standing: Question | None) -> None:
        """`standing` is the question as the draft has it; None for a new one, which begins with yes and no."""
        known = standing or Question("", "", "", YES_NO)
        super().__init__(data, initial={"words": known.words, "words_es": known.words_es})
        initial = [vars(one) for one in known.answers]
        count = len(initial) + SPARE if data is None else _rows_in(data)
        self.rows = [
            AnswerForm(
                data,
                prefix=f"answer-{row}",
                auto_id="f-%s",
                initial=initial[row] if row < len(initial) else {},
            )
            for row in range(min(count, MOST_ANSWERS))
        ]
        for number, one in enumerate(self.rows, start=1):
            one.fields["words"].label = f"Answer {number}"
            one.is_last = number == len(initial)

    def is_valid(self) -> bool:
        wrong = [one for one in self.rows if not one.is_valid()]
        is_whole = super().is_valid()
        if wrong:
            self.add_error(None, "An answer below is marked: it is not filled in well.")
        return is_whole and not wrong

    def answers(self, do: str, known: Sequence[str]) -> tuple[Answer, ...]:
        """What the valid form answers, once the button `do` is done. `known` are the codes that there are."""
        act, _, number = do.partition("-")
        rows = [(str(row), _answer(one.cleaned_data, known)) for row, one in enumerate(self.rows)]
        filled = [(row, one) for row, one in rows if one.words and not (act == "remove" and row == number)]
        place = next((at for at, (row, _) in enumerate(filled) if row == number), None)
        answers = tuple(one for _, one in filled)
        if place is None or act not in ("up", "down"):
            return answers
        return moved(answers, place, UP if act == "up" else DOWN)


def _rows_in(data: QueryDict) -> int:
    """So many rows were sent; the page always sends them whole."""
    return next((row for row in range(MOST_ANSWERS) if f"answer-{row}-words" not in data), MOST_ANSWERS)


def _answer(read: Mapping[str, Any], known: Sequence[str]) -> Answer:
    code = read.get("code", "")
    return Answer(code if code in known else "", read.get("words", ""), read.get("words_es", ""))


@dataclass(frozen=True)
class Need:
    """One question in the form of a rule, with the boxes of its answers."""

    question: Question
    field: forms.BoundField


class RuleForm(SettingsForm):
    """A rule: which answers it needs, where it leads, and why."""

    visit_type = OneOf("Leads to", ())
    because = Line("Because", most=300, help_text="What the desk is told, and may tell the caller.")

    def __init__(
        self,
        data: QueryDict | None,
        *,
        content: Content,
        types: Sequence[VisitType],
        standing: Rule | None,
        needs: Mapping[str, Sequence[str]],
        before: str = "",
    ) -> None:
        """`standing` is the rule as the draft has it. A new one may begin with `needs`, and is put `before` another."""
        initial: dict[str, Any] = {f"need-{code}": list(codes) for code, codes in needs.items()}
        if standing is not None:
            initial |= {f"need-{code}": sorted(codes) for code, codes in standing.needs.items()}
            initial |= {"visit_type": standing.visit_type or CLINICIAN, "because": standing.because}
        super().__init__(data, initial={"before": before, **initial})
        self.content = content
        named = [(one.code, f"{one.name}, {one.minutes} min") for one in types]
        choices = [("", "Choose…"), *named, (CLINICIAN, "No visit type: a clinician decides")]
        offer(self, "visit_type", choices)
        for one in content.questions:
            options = [(each.code, each.words) for each in one.answers]
            self.fields[f"need-{one.code}"] = Several(one.words, options)
        if standing is None:
            self.fields["before"] = OneOf("Tried", places(content), required=False)

    @property
    def needs(self) -> list[Need]:
        return [Need(one, self[f"need-{one.code}"]) for one in self.content.questions]

    def rule(self) -> Rule:
        """What the valid form says."""
        read = self.cleaned_data
        ticked = ((one.code, read[f"need-{one.code}"]) for one in self.content.questions)
        needs = {code: frozenset(codes) for code, codes in ticked if codes}
        leads = "" if read["visit_type"] == CLINICIAN else read["visit_type"]
        return Rule(needs, leads, read["because"])

    @property
    def place(self) -> int | None:
        """The number of the rule before which a new one is put; None for the last place."""
        chosen = self.cleaned_data.get("before", "")
        return int(chosen) if chosen else None


def places(content: Content) -> list[tuple[str, str]]:
    """Where a new rule may be put."""
    rules = enumerate(content.rules, start=1)
    return [
        *((str(number), f"Before rule {number}: {one.because}"[:90]) for number, one in rules),
        ("", "Last"),
    ]


def place_of_new(content: Content) -> str:
    """Before the rule that takes every other case, where there is one at the end."""
    last = content.rules[-1] if content.rules else None
    return str(len(content.rules)) if last is not None and not last.needs else ""


class GuideFile(SettingsForm):
    """A guide in a file, as it is downloaded."""

    file = forms.FileField(
        label="A guide from a file", allow_empty_file=True,
        error_messages={"required": "Choose a file first.", "invalid": "Choose a file first."},
        widget=forms.FileInput({"accept": ".json,application/json"}),
    )  # fmt: skip

    def __init__(
        self, data: QueryDict | None = None, files: MultiValueDict[str, UploadedFile[Any]] | None = None
    ) -> None:
        super().__init__(data, files=files)

    def clean_file(self) -> Any:
        """What the file holds, parsed."""
        found = self.cleaned_data["file"]
        if found.size > LARGEST:
            raise ValidationError("This file is too large to be a guide.")
        try:
            return json.loads(found.read())
        except (ValueError, RecursionError) as bad:
            place = f" in line {bad.lineno}" if isinstance(bad, json.JSONDecodeError) else ""
            raise ValidationError(
                f"This is not JSON: look for a missing comma, quote or bracket{place}."
            ) from bad


class HandIn(DraftForm):
    """Why, and from when: with this a draft waits for approval."""
