"""The guide as it is read: its rules as a table, and a form to try it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

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


@dataclass(frozen=True)
class RuleRow:
    """One rule in words. `needs` are (question, answers); `leads` is the visit type, None for a clinician."""

    number: int
    needs: Sequence[tuple[str, str]]
    leads: VisitType | None
    code: str
    because: str
    is_met: bool

    @property
    def name(self) -> str:
        return f"rule {self.number}"


@dataclass(frozen=True)
class Asked:
    """A question of the try-out, with what was answered so far."""

    question: Question
    answer: str
    name: str  # of the parameter


@dataclass(frozen=True)
class GuidePage:
    content: Content
    rules: Sequence[RuleRow]
    asked: Sequence[Asked]
    decision: Decision
    decided: VisitType | None
    gap: str
    is_tried: bool
    walk: str  # the answers as an address has them


def read_guide(guide: Guide) -> Content | None:
    """What is in force; None where nothing is stored that can be read."""
    try:
        return shape(guide.content)
    except BadGuide:
        return None


def types_of(specialty: Specialty) -> dict[str, VisitType]:
    """The visit types of a specialty by their codes, those out of use too."""
    return {one.code: one for one in VisitType.objects.filter(specialty=specialty)}


def guide_page(
    content: Content, types: Mapping[str, VisitType], asked: Mapping[str, str], *, prefix: str = ""
) -> GuidePage:
    """The guide with what is `asked` of it: parameters that answer its questions, named `prefix` and the code."""
    names = {one.code: f"{prefix}{one.code}" for one in content.questions}
    answers = {code: str(asked[name]) for code, name in names.items() if name in asked}
    decision = decide(content, answers)
    return GuidePage(
        content=content,
        rules=[_rule(content, one, n, types, decision) for n, one in enumerate(content.rules, start=1)],
        asked=_asked(content, answers, decision, names),
        decision=decision,
        decided=types.get(decision.visit_type_code or ""),
        gap=_gap(content),
        is_tried=bool(answers),
        walk=urlencode({names[code]: answer for code, answer in answers.items()}),
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


def _asked(
    content: Content, answers: Mapping[str, str], decision: Decision, names: Mapping[str, str]
) -> list[Asked]:
    """What was answered in a way that the guide knows, and the question that comes next."""
    known = [
        Asked(one, answers[one.code], names[one.code])
        for one in content.questions
        if one.code in answers and one.answer(answers[one.code]) is not None
    ]
    needed = decision.needed
    return [*known, Asked(needed, "", names[needed.code])] if needed else known


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
