"""The guide: questions that lead to the right visit type, and rules that say why. Plain values in, plain values out.

Its content, as it is stored (JSON):

    {"questions": [{"code": "seen", "words": "Were you here in the last three years?", "words_es": "¿...?",
                    "answers": [{"code": "yes", "words": "Yes", "words_es": "Sí"}, ...]}, ...],
     "rules": [{"needs": {"seen": ["no"]}, "visit_type": "fm-new", "because": "Nobody here knows this patient yet."},
               ...]}

The rules are tried in order, and the first that holds decides. A rule holds when each question of its `needs` was
answered with one of the answers that it names; a rule without needs always holds, so it stands last. A question is
asked only while a rule that may still hold needs its answer. A rule that sends on to a clinician has no visit type.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from frontdesk.clinic.engine.boxes import Box, TooTangled, first_outside, without
from frontdesk.kit.text import one_line

MOST_QUESTIONS, MOST_ANSWERS, MOST_RULES = 20, 12, 60
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


class BadGuide(Exception):
    """The content cannot be a guide. `sentence` says why, for whoever writes it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Answer:
    code: str
    words: str
    words_es: str = ""


@dataclass(frozen=True)
class Question:
    code: str
    words: str
    words_es: str
    answers: tuple[Answer, ...]

    def answer(self, code: str | None) -> Answer | None:
        return next((one for one in self.answers if one.code == code), None)


@dataclass(frozen=True)
class Rule:
    """`visit_type` is the code of one; "" sends the request on to a clinician."""

    needs: Mapping[str, frozenset[str]]
    visit_type: str
    because: str


@dataclass(frozen=True)
class Content:
    """A guide as it is thought with."""

    questions: tuple[Question, ...] = ()
    rules: tuple[Rule, ...] = ()

    def question(self, code: str) -> Question | None:
        return next((one for one in self.questions if one.code == code), None)

    @property
    def mark(self) -> str:
        """What stands for this content as somebody saw it: any change of it makes another mark."""
        text = json.dumps(as_json(self), sort_keys=True)
        return hashlib.blake2s(text.encode(), digest_size=8).hexdigest()

    @property
    def everything(self) -> Box:
        """Every way in which the questions can be answered."""
        return {one.code: frozenset(answer.code for answer in one.answers) for one in self.questions}


@dataclass(frozen=True)
class Decision:
    """What the answers lead to.

    `rule` is the number of the rule that decided, from 1; None while a question is `needed`, or where no rule fits.
    `visit_type_code` is None where the rule sends on to a clinician, and until one has decided.
    """

    visit_type_code: str | None
    because: str
    needed: Question | None = None
    rule: int | None = None


NO_RULE = "No rule fits these answers. Ask a clinician which visit it is."


def decide(content: Content, answers: Mapping[str, str]) -> Decision:
    """What follows from `answers` (question code to answer code), or the question to ask next.

    Answers that the content does not know count as not given. More answers never change what was decided.
    """
    given = {code: said for code, said in answers.items() if _is_known(content, code, said)}
    for number, rule in enumerate(content.rules, start=1):
        if any(given[code] not in wanted for code, wanted in rule.needs.items() if code in given):
            continue
        needed = next(
            (one for one in content.questions if one.code in rule.needs and one.code not in given), None
        )
        if needed is not None:
            return Decision(None, "", needed)
        return Decision(rule.visit_type or None, rule.because, rule=number)
    return Decision(None, NO_RULE)


def _is_known(content: Content, code: str, said: str) -> bool:
    question = content.question(code)
    return question is not None and question.answer(said) is not None


def read(raw: Any, *, visit_types: Collection[str]) -> Content:
    """The guide that `raw` (parsed JSON) describes, checked against the codes of the visit types that there are.

    Raises BadGuide with one sentence: something is missing or unknown, or a rule can never decide.
    """
    content = shape(raw)
    check_needs(content)
    for number, rule in enumerate(content.rules, start=1):
        if rule.visit_type and rule.visit_type not in visit_types:
            raise BadGuide(f"Rule {number} leads to “{rule.visit_type}”, and there is no such visit type.")
    hidden = never_decide(content)
    if hidden:
        raise BadGuide(f"Rule {hidden[0]} can never decide: the rules before it take every case.")
    return content


def shape(raw: Any, *, unfinished: bool = False) -> Content:
    """As `read`, without the checks of the rules: for content that was checked when it was stored.

    One that is `unfinished`, because it is being written, may still lack questions, answers and rules.
    """
    if not isinstance(raw, dict):
        raise BadGuide("A guide is an object with “questions” and “rules”.")
    least = 0 if unfinished else 1
    asked = _list(raw, "questions", MOST_QUESTIONS, "A guide", least)
    ruled = _list(raw, "rules", MOST_RULES, "A guide", least)
    questions = tuple(_question(one, number, unfinished) for number, one in enumerate(asked, 1))
    _check_once([one.code for one in questions], "question")
    return Content(questions, tuple(_rule(one, number) for number, one in enumerate(ruled, 1)))


def as_json(content: Content) -> dict[str, Any]:
    """The content as it is stored; `read` gives it back."""
    return {
        "questions": [
            {
                "code": one.code,
                "words": one.words,
                "words_es": one.words_es,
                "answers": [
                    {"code": answer.code, "words": answer.words, "words_es": answer.words_es}
                    for answer in one.answers
                ],
            }
            for one in content.questions
        ],
        "rules": [
            {
                "needs": {code: sorted(wanted) for code, wanted in one.needs.items()},
                "visit_type": one.visit_type,
                "because": one.because,
            }
            for one in content.rules
        ],
    }


def gap(content: Content) -> Mapping[str, str] | None:
    """Answers for which no rule decides, as question code to answer code; None where every way leads somewhere.

    A guide may have gaps: there the desk asks a clinician. Raises BadGuide where it is too tangled to tell.
    """
    try:
        return first_outside(content.everything, [rule.needs for rule in content.rules])
    except TooTangled:
        raise BadGuide(_TANGLED) from None


_TANGLED = "These rules are too tangled to check: ask fewer questions, or name fewer answers in each rule."


def check_needs(content: Content) -> None:
    """Raises BadGuide where a rule names a question, or an answer to it, that there is not."""
    for number, rule in enumerate(content.rules, start=1):
        for code, wanted in rule.needs.items():
            question = content.question(code)
            if question is None:
                raise BadGuide(f"Rule {number} asks for “{code}”, and there is no such question.")
            unknown = sorted(wanted - {one.code for one in question.answers})
            if unknown:
                raise BadGuide(f"Rule {number} waits for “{unknown[0]}”, which is no answer to “{code}”.")


def never_decide(content: Content) -> Sequence[int]:
    """The numbers of the rules that can never decide, because those before them take every case.

    Raises BadGuide where it is too tangled to tell.
    """
    before: list[Box] = []
    hidden = []
    for number, rule in enumerate(content.rules, start=1):
        try:
            left = without({**content.everything, **rule.needs}, before)
        except TooTangled:
            raise BadGuide(_TANGLED) from None
        if not left:
            hidden.append(number)
        before.append(rule.needs)
    return hidden


def _question(raw: Any, number: int, unfinished: bool) -> Question:
    where = f"Question {number}"
    fields = _object(raw, where)
    least = 0 if unfinished else 1
    answers = tuple(_answer(one, where) for one in _list(fields, "answers", MOST_ANSWERS, where, least))
    if len(answers) < 2 and not unfinished:
        raise BadGuide(f"{where} needs two answers at least.")
    _check_once([one.code for one in answers], f"answer of question {number}")
    return Question(_code(fields, where), _text(fields, "words", where), _spanish(fields, where), answers)


def _answer(raw: Any, where: str) -> Answer:
    fields = _object(raw, f"An answer of {where.lower()}")
    inside = f"An answer of {where.lower()}"
    return Answer(_code(fields, inside), _text(fields, "words", inside), _spanish(fields, inside))


def _rule(raw: Any, number: int) -> Rule:
    where = f"Rule {number}"
    fields = _object(raw, where)
    needs, visit_type = fields.get("needs", {}), fields.get("visit_type", "")
    if not isinstance(needs, dict) or not isinstance(visit_type, str):
        raise BadGuide(f"{where} must have “needs”, an object, and “visit_type”, a text.")
    wanted = {str(code): _wanted(codes, where, str(code)) for code, codes in needs.items()}
    return Rule(wanted, one_line(visit_type, limit=60), _text(fields, "because", where))


def _wanted(raw: Any, where: str, code: str) -> frozenset[str]:
    if not isinstance(raw, list) or not raw or not all(isinstance(one, str) for one in raw):
        raise BadGuide(f"{where} must list one answer or more to “{code}”.")
    return frozenset(raw)


def _object(raw: Any, where: str) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise BadGuide(f"{where} must be an object.")
    return raw


def _list(fields: Mapping[str, Any], name: str, most: int, where: str, least: int = 1) -> Sequence[Any]:
    raw = fields.get(name, [])
    if not isinstance(raw, list) or len(raw) < least:
        raise BadGuide(f"{where} needs “{name}”: a list with one at least.")
    if len(raw) > most:
        raise BadGuide(f"{where} has {len(raw)} {name}; {most} is the most.")
    return raw


def _code(fields: Mapping[str, Any], where: str) -> str:
    raw = fields.get("code")
    if not isinstance(raw, str) or not _CODE.fullmatch(raw):
        raise BadGuide(f"{where} needs a code of small letters, digits and dashes.")
    return raw


def _text(fields: Mapping[str, Any], name: str, where: str, *, least: int = 1) -> str:
    raw = fields.get(name, "")
    text = one_line(raw, limit=301) if isinstance(raw, str) else None
    if text is None or not least <= len(text) <= 300:
        raise BadGuide(f"{where} needs “{name}”: a text of 300 characters at most.")
    return text


def _spanish(fields: Mapping[str, Any], where: str) -> str:
    """The Spanish words; they may be missing while a guide is being written."""
    return _text(fields, "words_es", where, least=0)


def _check_once(codes: Sequence[str], what: str) -> None:
    twice = next((code for code in codes if codes.count(code) > 1), None)
    if twice is not None:
        raise BadGuide(f"The code “{twice}” names more than one {what}.")
