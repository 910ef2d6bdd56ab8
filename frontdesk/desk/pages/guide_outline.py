"""The drawing of a guide: an indented list of questions, answers and where they end, with the way to change each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from frontdesk.clinic.engine.guide import Answer, BadGuide, Content, Question
from frontdesk.clinic.engine.guide_picture import Answered, Ask, End, Remark, draw
from frontdesk.desk.pages.settings_guides import RuleRow

ANSWERED = "at"  # the parameter of a new rule that names an answer on the way to it


@dataclass(frozen=True)
class Urls:
    """The two pages on which a guide is changed, with what they keep of the walk; "" where it is only read."""

    question: str = ""
    rule: str = ""
    walk: str = ""

    def to_question(self, code: str) -> str:
        return self._with(self.question, [("question", code)])

    def to_rule(self, number: int) -> str:
        return self._with(self.rule, [("rule", str(number))])

    def to_new_rule(self, answered: Answered, before: int | None = None) -> str:
        """A new rule that needs these answers."""
        at = [(ANSWERED, f"{code}:{one}") for code, codes in answered.items() for one in codes]
        return self._with(self.rule, [*at, *([("before", str(before))] if before else [])])

    def _with(self, url: str, pairs: Sequence[tuple[str, str]]) -> str:
        parts = [one for one in (urlencode(pairs), self.walk) if one]
        return f"{url}?{'&'.join(parts)}" if url and parts else url


@dataclass(frozen=True)
class EndLine:
    """Where a way ends. Without a `rule` it is a dead end. `url` changes what stands there, `branch` makes it differ."""

    rule: RuleRow | None
    url: str
    branch: str
    is_end: bool = True


@dataclass(frozen=True)
class WayLine:
    answers: Sequence[Answer]
    then: AskLine | EndLine


@dataclass(frozen=True)
class AskLine:
    question: Question
    ways: Sequence[WayLine]
    url: str
    is_end: bool = False


@dataclass(frozen=True)
class Outline:
    """`root` is None where the guide cannot be drawn: `sentence` says why."""

    root: AskLine | EndLine | None
    sentence: str = ""


@dataclass(frozen=True)
class RemarkLine:
    """`url` leads to where it is put right; "" where the remark is about the whole."""

    sentence: str
    stops: bool
    url: str
    act: str


def outline(content: Content, rules: Sequence[RuleRow], urls: Urls) -> Outline:
    """The whole guide as a list in lists."""
    if not content.rules:
        return Outline(None, "Nothing to draw yet: no rule says where the answers lead.")
    try:
        return Outline(_line(draw(content), content, rules, urls, {}))
    except BadGuide as bad:
        return Outline(None, bad.sentence)


def _line(
    node: Ask | End, content: Content, rules: Sequence[RuleRow], urls: Urls, path: Answered
) -> AskLine | EndLine:
    if isinstance(node, End):
        return _end(node, rules, urls, path)
    question = next(one for one in content.questions if one.code == node.question)
    ways = [
        WayLine(
            [one for one in question.answers if one.code in way.answers],
            _line(way.then, content, rules, urls, _further(path, question, way.answers)),
        )
        for way in node.ways
    ]
    return AskLine(question, ways, urls.to_question(question.code))


def _end(node: End, rules: Sequence[RuleRow], urls: Urls, path: Answered) -> EndLine:
    if node.rule is None:
        return EndLine(None, "", urls.to_new_rule(path))
    return EndLine(rules[node.rule - 1], urls.to_rule(node.rule), urls.to_new_rule(path, node.rule))


def _further(path: Answered, question: Question, answers: tuple[str, ...]) -> Answered:
    """The path with one more answer. Where every answer leads on alike, the question says nothing."""
    return path if len(answers) == len(question.answers) else {**path, question.code: answers}


def remark_lines(remarks: Sequence[Remark], urls: Urls) -> list[RemarkLine]:
    """The remarks, each with the way to where it is put right."""
    return [RemarkLine(one.sentence, one.stops, *_remedy(one, urls)) for one in remarks]


def _remedy(remark: Remark, urls: Urls) -> tuple[str, str]:
    if remark.question:
        return urls.to_question(remark.question), "Open the question"
    if remark.rule:
        return urls.to_rule(remark.rule), "Open the rule"
    return (urls.to_new_rule(remark.answers), "Say what follows") if remark.answers else ("", "")


def needs_at(content: Content, said: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """The answers that an address names ("seen:no"), by question; what the guide does not know is left out."""
    pairs = [one.partition(":") for one in said]
    return {
        one.code: [each.code for each in one.answers if (one.code, ":", each.code) in pairs]
        for one in content.questions
    }
