"""The whole guide at a glance: which question follows which answer, where it ends, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from frontdesk.clinic.engine.guide import BadGuide, Content, Question, decide, never_decide

MOST_LINES = 400
TOO_LARGE = f"This guide has more than {MOST_LINES} endings: too many to draw. Try it out instead."

# Questions (their codes) with the answers to each of which one was given.
Answered = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class End:
    """Nothing is asked any more. `rule` decides, by its number; None is a dead end: no rule fits."""

    rule: int | None


@dataclass(frozen=True)
class Way:
    """Answers (their codes) that lead to the same."""

    answers: tuple[str, ...]
    then: Ask | End


@dataclass(frozen=True)
class Ask:
    """A question (its code) that is asked here. One without answers yet has no ways."""

    question: str
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Remark:
    """Something to look at. What `stops` the guide must be put right before it can be handed in.

    It is about a question (its code) or a rule (its number), or about `answers` that lead nowhere.
    """

    sentence: str
    stops: bool = True
    question: str = ""
    rule: int = 0
    answers: Answered = field(default_factory=dict)


def draw(content: Content) -> Ask | End:
    """What is asked first, and everything that follows. Raises BadGuide beyond MOST_LINES endings."""
    return _Pen(content).draw({})


def asked_in(node: Ask | End) -> set[str]:
    """The codes of all questions that are ever asked."""
    if isinstance(node, End):
        return set()
    return {node.question}.union(*(asked_in(way.then) for way in node.ways))


def remarks(content: Content, *, visit_types: Collection[str]) -> list[Remark]:
    """What must be put right, then what is worth a look; nothing of a guide that is whole."""
    stops = [*_unfinished(content), *_lost(content, visit_types)]
    if any(len(one.answers) < 2 for one in content.questions) or not content.rules:
        return [*stops, *_without_spanish(content)]
    try:
        stops += [_hidden(number) for number in never_decide(content)]
        drawn = draw(content)
        open_ends = [*_dead_end(content, drawn), *_never_asked(content, drawn)]
        return [*stops, *open_ends, *_without_spanish(content)]
    except BadGuide as bad:
        return [*stops, Remark(bad.sentence, stops=bad.sentence != TOO_LARGE), *_without_spanish(content)]


class _Pen:
    def __init__(self, content: Content) -> None:
        self.content, self.left = content, MOST_LINES

    def draw(self, answers: Mapping[str, str]) -> Ask | End:
        decision = decide(self.content, answers)
        asked = decision.needed
        if asked is None:
            self.left -= 1
            if self.left < 0:
                raise BadGuide(TOO_LARGE)
            return End(decision.rule)
        ways = [Way(same, self.draw({**answers, asked.code: same[0]})) for same in self._alike(asked)]
        return Ask(asked.code, tuple(_merged(ways, asked)))

    def _alike(self, question: Question) -> list[tuple[str, ...]]:
        """Its answers, those together that no rule tells apart."""
        groups: dict[tuple[bool, ...], tuple[str, ...]] = {}
        for one in question.answers:
            wanted = (rule.needs.get(question.code, ()) for rule in self.content.rules)
            told = tuple(one.code in codes for codes in wanted)
            groups[told] = (*groups.get(told, ()), one.code)
        return list(groups.values())


def _merged(ways: list[Way], question: Question) -> Iterator[Way]:
    """Ways that lead to the same become one, its answers in the order of the question."""
    order = [one.code for one in question.answers]
    for then in dict.fromkeys(way.then for way in ways):
        codes = {code for way in ways if way.then == then for code in way.answers}
        yield Way(tuple(sorted(codes, key=order.index)), then)


def _unfinished(content: Content) -> Iterator[Remark]:
    if not content.questions:
        yield Remark("There is no question yet. Begin with the one that the desk should ask first.")
    for one in content.questions:
        if len(one.answers) < 2:
            yield Remark(f"“{one.words}” needs two answers at least.", question=one.code)
    if not content.rules:
        yield Remark("There is no rule yet, so no answer leads anywhere.")


def _lost(content: Content, visit_types: Collection[str]) -> Iterator[Remark]:
    for number, rule in enumerate(content.rules, start=1):
        if rule.visit_type and rule.visit_type not in visit_types:
            text = f"Rule {number} leads to “{rule.visit_type}”, which is no visit type in use here."
            yield Remark(text, rule=number)


def _hidden(number: int) -> Remark:
    text = f"Rule {number} can never decide: the rules before it take every case. Move it up, or remove it."
    return Remark(text, rule=number)


def _dead_end(content: Content, drawn: Ask | End) -> Iterator[Remark]:
    ways = list(_dead_ends(drawn, {}))
    if not ways:
        return
    more = f", and {len(ways) - 1} more" if len(ways) > 1 else ""
    text = f"A dead end{more}: no rule fits “{_said(content, ways[0])}”, so the desk asks a clinician."
    yield Remark(text, stops=False, answers=ways[0])


def _dead_ends(node: Ask | End, path: Answered) -> Iterator[Answered]:
    if isinstance(node, End):
        if node.rule is None:
            yield path
        return
    for way in node.ways:
        yield from _dead_ends(way.then, {**path, node.question: way.answers})


def _said(content: Content, answered: Answered) -> str:
    """Questions with their answers, in words."""
    asked = ((one, answered[one.code]) for one in content.questions if one.code in answered)
    return "; ".join(
        f"{one.words} {' or '.join(each.words for each in one.answers if each.code in codes)}"
        for one, codes in asked
    )


def _never_asked(content: Content, drawn: Ask | End) -> Iterator[Remark]:
    asked = asked_in(drawn)
    for one in content.questions:
        if one.code not in asked:
            text = f"“{one.words}” is never asked: no rule that could decide needs its answer."
            yield Remark(text, stops=False, question=one.code)


def _without_spanish(content: Content) -> Iterator[Remark]:
    for one in content.questions:
        missing = (not one.words_es) + sum(not each.words_es for each in one.answers)
        if missing:
            texts = "1 text" if missing == 1 else f"{missing} texts"
            yield Remark(f"“{one.words}” has {texts} without Spanish words.", stops=False, question=one.code)
