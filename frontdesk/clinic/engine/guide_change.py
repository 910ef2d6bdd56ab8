"""Changing a guide that is being written, one step at a time. Every function answers a new guide, or raises BadGuide.

A code is made of the words once and then kept: rules and addresses name it, so new words never change it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TypeVar

from frontdesk.clinic.engine.guide import (
    MOST_ANSWERS,
    MOST_QUESTIONS,
    MOST_RULES,
    Answer,
    BadGuide,
    Content,
    Question,
    Rule,
)
from frontdesk.kit.text import fold

Thing = TypeVar("Thing")
UP, DOWN = -1, 1


def add_question(content: Content, *, words: str, words_es: str, answers: Sequence[Answer]) -> Content:
    """With one more question, the last. An answer without a code gets one."""
    if len(content.questions) >= MOST_QUESTIONS:
        raise BadGuide(f"A guide has {MOST_QUESTIONS} questions at most.")
    code = code_for(words, [one.code for one in content.questions])
    made = Question(code, words, words_es, _coded(answers))
    return replace(content, questions=(*content.questions, made))


def change_question(
    content: Content, code: str, *, words: str, words_es: str, answers: Sequence[Answer]
) -> Content:
    """The question with these words and answers, in this order; an answer that is left out is removed."""
    standing = _question(content, code)
    changed = Question(code, words, words_es, _coded(answers))
    gone = {one.code for one in standing.answers} - {one.code for one in changed.answers}
    rules = tuple(_without_answers(one, number, changed, gone) for number, one in enumerate(content.rules, 1))
    questions = tuple(changed if one.code == code else one for one in content.questions)
    return Content(questions, rules)


def remove_question(content: Content, code: str) -> Content:
    """Without a question that no rule needs."""
    standing = _question(content, code)
    needing = [number for number, rule in enumerate(content.rules, 1) if code in rule.needs]
    if needing:
        raise BadGuide(
            f"“{standing.words}” stays: {_rules(needing)} its answer. Change or remove what needs it first."
        )
    return replace(content, questions=tuple(one for one in content.questions if one.code != code))


def move_question(content: Content, code: str, by: int) -> Content:
    """The question one place up or down; at either end it stays."""
    place = content.questions.index(_question(content, code))
    return replace(content, questions=moved(content.questions, place, by))


def add_rule(content: Content, rule: Rule, *, before: int | None = None) -> Content:
    """With one more rule, put `before` the rule of that number, or last."""
    if len(content.rules) >= MOST_RULES:
        raise BadGuide(f"A guide has {MOST_RULES} rules at most.")
    place = len(content.rules) if before is None else _place(content, before)
    return replace(content, rules=(*content.rules[:place], rule, *content.rules[place:]))


def change_rule(content: Content, number: int, rule: Rule) -> Content:
    place = _place(content, number)
    return replace(content, rules=(*content.rules[:place], rule, *content.rules[place + 1 :]))


def remove_rule(content: Content, number: int) -> Content:
    place = _place(content, number)
    return replace(content, rules=(*content.rules[:place], *content.rules[place + 1 :]))


def move_rule(content: Content, number: int, by: int) -> Content:
    """The rule one place up or down; at either end it stays."""
    return replace(content, rules=moved(content.rules, _place(content, number), by))


def moved(things: Sequence[Thing], place: int, by: int) -> tuple[Thing, ...]:
    """`things` with the one at `place` moved by `by` places, but not beyond either end."""
    rest = [*things[:place], *things[place + 1 :]]
    rest.insert(max(place + by, 0), things[place])
    return tuple(rest)


def code_for(words: str, taken: Collection[str]) -> str:
    """A code made of the words, one that is not `taken`: “Were you here?” becomes `were-you-here`."""
    plain = re.sub(r"[^a-z0-9]+", "-", fold(words).replace("'", "")).strip("-")
    stem = plain[:32].strip("-") or "it"
    numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return stem if stem not in taken else next(one for one in numbered if one not in taken)


def _coded(answers: Sequence[Answer]) -> tuple[Answer, ...]:
    if len(answers) > MOST_ANSWERS:
        raise BadGuide(f"A question has {MOST_ANSWERS} answers at most.")
    taken = [one.code for one in answers if one.code]
    coded = []
    for one in answers:
        coded.append(one if one.code else replace(one, code=code_for(one.words, taken)))
        taken.append(coded[-1].code)
    return tuple(coded)


def _without_answers(rule: Rule, number: int, question: Question, gone: Collection[str]) -> Rule:
    """A rule that waited for several answers goes on waiting for those that are left."""
    wanted = rule.needs.get(question.code)
    if wanted is None or not wanted & set(gone):
        return rule
    if not wanted - set(gone):
        raise BadGuide(
            f"The answer stays: rule {number} waits for it and for no other. Change or remove that rule first."
        )
    return replace(rule, needs={**rule.needs, question.code: wanted - set(gone)})


def _rules(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"rule {numbers[0]} needs"
    return f"rules {', '.join(map(str, numbers[:-1]))} and {numbers[-1]} need"


def _question(content: Content, code: str) -> Question:
    found = content.question(code)
    if found is None:
        raise BadGuide("This question is not in the guide any more.")
    return found


def _place(content: Content, number: int) -> int:
    if not 1 <= number <= len(content.rules):
        raise BadGuide("This rule is not in the guide any more.")
    return number - 1
