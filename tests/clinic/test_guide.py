"""The guide: what answers lead to, and what cannot be a guide. Plain Python, no database."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.clinic.engine import guide
from frontdesk.clinic.engine.boxes import TooTangled, without
from frontdesk.clinic.engine.guide import NO_RULE, BadGuide, Content, as_json, decide, gap, read
from tests.factories.settings import guide_content

TYPES = {"same-day", "phone-call", "follow-up"}


def example() -> Content:
    return read(guide_content(), visit_types=TYPES)


def test_the_first_rule_that_holds_decides_and_says_why() -> None:
    decision = decide(example(), {"worse": "yes"})
    assert (decision.visit_type_code, decision.rule) == ("same-day", 1)
    assert decision.because == "What is new or worse is seen today."
    assert decision.needed is None


def test_a_question_is_asked_only_where_its_answer_is_needed() -> None:
    content = example()
    first = decide(content, {}).needed
    second = decide(content, {"worse": "no"}).needed
    assert first and second
    assert (first.code, second.code) == ("worse", "touch")


def test_a_rule_may_send_on_to_a_clinician() -> None:
    decision = decide(example(), {"worse": "no", "touch": "unsure"})
    assert (decision.visit_type_code, decision.rule, decision.needed) == (None, 3, None)
    assert decision.because == "A nurse decides who must be examined."


def test_a_rule_without_needs_takes_the_rest() -> None:
    assert decide(example(), {"worse": "no", "touch": "yes"}).visit_type_code == "follow-up"


def test_what_the_guide_does_not_know_counts_as_not_given() -> None:
    content = example()
    assert decide(content, {"worse": "perhaps", "colour": "blue"}) == decide(content, {})


def test_where_no_rule_fits_it_says_so_and_finds_the_gap() -> None:
    raw = guide_content()
    del raw["rules"][3]
    content = read(raw, visit_types=TYPES)
    assert gap(content) == {"worse": "no", "touch": "yes"}
    assert decide(content, {"worse": "no", "touch": "yes"}).because == NO_RULE
    assert gap(example()) is None


Change = Callable[[dict[str, Any]], Any]
BAD: dict[str, tuple[Change, str]] = {
    "no questions": (lambda raw: raw.update(questions=[]), "A guide needs “questions”"),
    "rules that are no list": (lambda raw: raw.update(rules={}), "A guide needs “rules”"),
    "a question that is no object": (lambda raw: raw["questions"].append(7), "Question 3 must be an object."),
    "no code": (lambda raw: raw["questions"][0].update(code="Is it?"), "Question 1 needs a code"),
    "no words": (lambda raw: raw["questions"][1].update(words=" "), "Question 2 needs “words”"),
    "too many words": (lambda raw: raw["questions"][1].update(words_es="x" * 301), "needs “words_es”"),
    "one answer": (lambda raw: raw["questions"][1]["answers"].__delitem__(slice(1, 9)), "two answers at least"),
    "one code twice": (lambda raw: raw["questions"][1].update(code="worse"), "more than one question"),
    "one answer twice": (
        lambda raw: raw["questions"][1]["answers"][2].update(code="no"), "more than one answer of question 2",
    ),
    "an unknown question": (
        lambda raw: raw["rules"][0]["needs"].update(colour=["blue"]), "Rule 1 asks for “colour”",
    ),
    "an unknown answer": (
        lambda raw: raw["rules"][0]["needs"].update(worse=["often"]), "“often”, which is no answer to “worse”",
    ),
    "no answer": (lambda raw: raw["rules"][0]["needs"].update(worse=[]), "one answer or more to “worse”"),
    "an unknown visit type": (lambda raw: raw["rules"][1].update(visit_type="spa"), "leads to “spa”"),
    "needs that are a list": (lambda raw: raw["rules"][1].update(needs=[]), "Rule 2 must have “needs”"),
    "no because": (lambda raw: raw["rules"][1].update(because=""), "Rule 2 needs “because”"),
    "a rule after the one that takes all": (
        lambda raw: raw["rules"].append(raw["rules"][0]), "Rule 5 can never decide",
    ),
    "a rule that two others hide": (
        lambda raw: raw["rules"].insert(3, {"needs": {"worse": ["no"], "touch": ["no", "unsure"]},
                                            "visit_type": "", "because": "Hidden."}),
        "Rule 4 can never decide",
    ),
    "too many rules": (lambda raw: raw.update(rules=raw["rules"] * 20), "60 is the most"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_content_is_refused_with_one_sentence(name: str) -> None:
    change, sentence = BAD[name]
    raw = guide_content()
    change(raw)
    with pytest.raises(BadGuide) as refused:
        read(raw, visit_types=TYPES)
    assert sentence in refused.value.sentence
    assert refused.value.sentence.endswith(".")


@pytest.mark.parametrize("raw", [None, [], "guide", 3, {}, {"questions": {}}])
def test_what_is_no_guide_at_all_is_refused(raw: Any) -> None:
    with pytest.raises(BadGuide):
        read(raw, visit_types=TYPES)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=12,
)
_parts = st.sampled_from(["questions", "rules"])


@given(json, _parts, json)
def test_nothing_but_a_sentence_comes_of_nonsense(raw: Any, part: str, value: Any) -> None:
    for one in (raw, {**guide_content(), part: value}, {**guide_content(), part: [value]}):
        try:
            read(one, visit_types=TYPES)
        except BadGuide as refused:
            assert refused.sentence


@st.composite
def guides(draw: st.DrawFn) -> Content:
    """Any small guide, with rules in any order; some of them can never decide."""
    names = "abcd"[: draw(st.integers(1, 4))]
    questions = []
    for name in names:
        codes = "xyz"[: draw(st.integers(2, 3))]
        answers = tuple(guide.Answer(code, code) for code in codes)
        questions.append(guide.Question(name, name, name, answers))
    rules = []
    for _ in range(draw(st.integers(0, 6))):
        needs = {
            one.code: draw(st.frozensets(st.sampled_from([each.code for each in one.answers]), min_size=1))
            for one in questions
            if draw(st.booleans())
        }
        rules.append(guide.Rule(needs, draw(st.sampled_from(["", "p", "q"])), "Why."))
    return Content(tuple(questions), tuple(rules))


def every_way(content: Content) -> list[dict[str, str]]:
    codes = [one.code for one in content.questions]
    choices = [[each.code for each in one.answers] for one in content.questions]
    return [dict(zip(codes, one, strict=True)) for one in product(*choices)]


def first_that_holds(content: Content, answers: dict[str, str]) -> int | None:
    """What `decide` means, written the slow way."""
    for number, rule in enumerate(content.rules, start=1):
        if all(answers[code] in wanted for code, wanted in rule.needs.items()):
            return number
    return None


@given(guides())
def test_with_all_answers_the_first_rule_that_holds_decides(content: Content) -> None:
    for answers in every_way(content):
        decision = decide(content, answers)
        assert decision.rule == first_that_holds(content, answers)
        assert decision.needed is None


@given(guides())
def test_asking_one_by_one_ends_and_says_the_same(content: Content) -> None:
    for answers in every_way(content):
        given_so_far: dict[str, str] = {}
        while (needed := decide(content, given_so_far).needed) is not None:
            assert needed.code not in given_so_far
            given_so_far[needed.code] = answers[needed.code]
        assert decide(content, given_so_far) == decide(content, answers)


@given(guides())
def test_the_gap_is_one_and_is_found_where_there_is_any(content: Content) -> None:
    left = [answers for answers in every_way(content) if first_that_holds(content, answers) is None]
    found = gap(content)
    assert (found in left) if left else found is None


@given(guides())
def test_a_rule_is_called_unreachable_exactly_where_it_is(content: Content) -> None:
    decided = {first_that_holds(content, answers) for answers in every_way(content)}
    hidden = sorted(set(range(1, len(content.rules) + 1)) - decided)
    if not content.rules:
        return
    if hidden:
        with pytest.raises(BadGuide, match=f"Rule {hidden[0]} can never decide"):
            read(as_json(content), visit_types={"p", "q"})
    else:
        assert read(as_json(content), visit_types={"p", "q"}) == content


def test_rules_that_are_too_tangled_are_refused_and_end() -> None:
    whole = {f"q{number}": frozenset("xyz") for number in range(20)}
    taken = [
        {f"q{number % 20}": frozenset("x"), f"q{(number * 7 + 3) % 20}": frozenset("y")}
        for number in range(60)
    ]
    with pytest.raises(TooTangled):
        without(whole, taken)
