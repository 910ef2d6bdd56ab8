"""The guide as it is read: its rules as a table, and a form to try it out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict

from frontdesk.clinic.engine.guide import (
    BadGuide,
    Content,
    Decision,
    Question,
    Rule,
    decide,
    gap,
    shape,
)
from frontdesk.clinic.models import Guide, Specialty, VisitType
from frontdesk.desk.pages.settings_forms import DraftForm, Text

EXAMPLE: dict[str, Any] = {
    "questions": [
        {
            "code": "seen",
            "words": "Were you here in the last three years?",
            "words_es": "¿Ha venido aquí en los últimos tres años?",
            "answers": [
                {"code": "yes", "words": "Yes", "words_es": "Sí"},
                {"code": "no", "words": "No", "words_es": "No"},
            ],
        }
    ],
    "rules": [
        {"needs": {"seen": ["no"]}, "visit_type": "", "because": "Nobody here knows this patient yet."},
        {"needs": {}, "visit_type": "", "because": "Everybody else."},
    ],
}


@dataclass(frozen=True)
class RuleRow:
    """One rule in words. `needs` are (question, answers); `leads` is the visit type, None for a clinician."""

    number: int
    needs: Sequence[tuple[str, str]]
    leads: VisitType | None
    code: str
    because: str
    is_met: bool


@dataclass(frozen=True)
class Asked:
    """A question of the try-out, with what was answered so far."""

    question: Question
    answer: str


@dataclass(frozen=True)
class GuidePage:
    content: Content
    rules: Sequence[RuleRow]
    asked: Sequence[Asked]
    decision: Decision
    decided: VisitType | None
    gap: str
    is_tried: bool


def guide_page(guide: Guide, asked: QueryDict) -> GuidePage | None:
    """The guide with what the address answers (question code to answer code); None where nothing is stored that fits."""
    try:
        content = shape(guide.content)
    except BadGuide:
        return None
    answers = {one.code: str(asked[one.code]) for one in content.questions if one.code in asked}
    decision = decide(content, answers)
    types = {one.code: one for one in VisitType.objects.filter(specialty=guide.specialty)}
    return GuidePage(
        content=content,
        rules=[_rule(content, one, n, types, decision) for n, one in enumerate(content.rules, start=1)],
        asked=_asked(content, answers, decision),
        decision=decision,
        decided=types.get(decision.visit_type_code or ""),
        gap=_gap(content),
        is_tried=bool(answers),
    )


def _rule(
    content: Content, rule: Rule, number: int, types: Mapping[str, VisitType], decision: Decision
) -> RuleRow:
    return RuleRow(
        number=number,
        needs=[
            (one.words, " or ".join(each.words for each in one.answers if each.code in rule.needs[one.code]))
            for one in content.questions
            if one.code in rule.needs
        ],
        leads=types.get(rule.visit_type),
        code=rule.visit_type,
        because=rule.because,
        is_met=decision.rule == number,
    )


def _asked(content: Content, answers: Mapping[str, str], decision: Decision) -> list[Asked]:
    """What was answered in a way that the guide knows, and the question that comes next."""
    known = [
        Asked(one, answers[one.code])
        for one in content.questions
        if one.code in answers and one.answer(answers[one.code]) is not None
    ]
    return [*known, Asked(decision.needed, "")] if decision.needed else known


def _gap(content: Content) -> str:
    """Answers that lead nowhere, in words; "" where there are none."""
    try:
        found = gap(content)
    except BadGuide:
        return ""
    if found is None:
        return ""
    said = ((one, one.answer(found[one.code])) for one in content.questions)
    return "; ".join(f"{one.words} {answer.words}" for one, answer in said if answer)


class GuideForm(DraftForm):
    content = Text(
        "Questions and rules", most=60_000, rows=24,
        help_text="As JSON: questions with their answers, then rules in the order in which they are tried.",
    )  # fmt: skip

    def __init__(self, data: QueryDict | None = None, *, standing: Mapping[str, Any], **more: Any) -> None:
        text = json.dumps(standing.get("content") or EXAMPLE, ensure_ascii=False, indent=2)
        super().__init__(data, initial={"content": text}, **more)
        self.fields["content"].widget.attrs |= {"class": "code", "spellcheck": "false"}

    def clean_content(self) -> Any:
        try:
            return json.loads(self.cleaned_data["content"])
        except (ValueError, RecursionError) as bad:
            place = f" in line {bad.lineno}" if isinstance(bad, json.JSONDecodeError) else ""
            raise ValidationError(
                f"This is not JSON: look for a missing comma, quote or bracket{place}."
            ) from bad


@dataclass(frozen=True)
class GuideRow:
    specialty: Specialty
    guide: Guide | None
    questions: int
    rules: int


def guide_rows() -> list[GuideRow]:
    """Every specialty with its guide, or without one."""
    guides = {one.specialty_id: one for one in Guide.objects.all()}
    return [_guide_row(one, guides.get(one.pk)) for one in Specialty.objects.all()]


def _guide_row(specialty: Specialty, guide: Guide | None) -> GuideRow:
    try:
        content = shape(guide.content) if guide else Content()
    except BadGuide:
        content = Content()
    return GuideRow(specialty, guide, len(content.questions), len(content.rules))
