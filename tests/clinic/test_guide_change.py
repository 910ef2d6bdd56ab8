"""Changing a guide step by step, and seeing the whole of it. Plain Python, no database."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from frontdesk.clinic.engine import guide_change as changes
from frontdesk.clinic.engine import guide_picture
from frontdesk.clinic.engine.guide import (
    Answer,
    BadGuide,
    Content,
    Question,
    Rule,
    as_json,
    decide,
    read,
    shape,
)
from frontdesk.clinic.engine.guide_picture import Answered, Ask, End, asked_in, draw, remarks
from tests.clinic.test_guide import every_way, example, first_that_holds, guides

TYPES = {"same-day", "phone-call", "follow-up"}


def codes(content: Content) -> list[str]:
    return [one.code for one in content.questions]


def test_a_question_gets_a_code_of_its_words_and_keeps_it() -> None:
    content = changes.add_question(
        Content(), words="¿Is it, NEW?", words_es="", answers=[Answer("", "Yes"), Answer("", "Yes!")]
    )
    (asked,) = content.questions
    assert (asked.code, [one.code for one in asked.answers]) == ("is-it-new", ["yes", "yes-2"])
    content = changes.change_question(
        content, "is-it-new", words="Is it worse?", words_es="", answers=asked.answers[::-1]
    )
    assert (codes(content), content.questions[0].words) == (["is-it-new"], "Is it worse?")
    assert [one.code for one in content.questions[0].answers] == ["yes-2", "yes"]


@pytest.mark.parametrize(
    ("words", "taken", "code"),
    [("Sí", [], "si"), ("¿?", [], "it"), ("x" * 99, [], "x" * 32), ("A", ["a", "a-2"], "a-3")],
)
def test_codes(words: str, taken: list[str], code: str) -> None:
    assert changes.code_for(words, taken) == code


def test_what_a_rule_needs_stays() -> None:
    with pytest.raises(BadGuide, match="rules 2 and 3 need its answer"):
        changes.remove_question(example(), "touch")
    touch = example().questions[1]
    with pytest.raises(BadGuide, match="rule 2 waits for it and for no other"):
        changes.change_question(
            example(), "touch", words="Touch?", words_es="", answers=[touch.answers[0], touch.answers[2]]
        )


def test_a_rule_that_waits_for_several_answers_goes_on_with_those_that_are_left() -> None:
    both = Rule({"touch": frozenset({"no", "unsure"})}, "", "Ask.")
    content = replace(example(), rules=(both,))
    touch = content.questions[1]
    content = changes.change_question(
        content, "touch", words=touch.words, words_es="", answers=touch.answers[:2]
    )
    assert content.rules[0].needs == {"touch": frozenset({"no"})}
    assert not changes.remove_question(changes.remove_rule(content, 1), "touch").question("touch")


def test_questions_and_rules_move_and_stay_at_the_ends() -> None:
    content = changes.move_question(example(), "touch", changes.UP)
    assert codes(content) == ["touch", "worse"]
    assert codes(changes.move_question(content, "touch", changes.UP)) == ["touch", "worse"]
    first, second, *_ = example().rules
    assert changes.move_rule(example(), 2, changes.UP).rules[:2] == (second, first)
    assert changes.move_rule(example(), 4, changes.DOWN) == example()


def test_a_rule_is_put_before_another_or_last() -> None:
    one = Rule({}, "", "Ask.")
    assert changes.add_rule(example(), one, before=2).rules[1] == one
    assert changes.add_rule(example(), one).rules[-1] == one
    assert changes.change_rule(example(), 1, one).rules[0] == one


@pytest.mark.parametrize("number", [0, 5, -1])
def test_what_is_gone_is_said(number: int) -> None:
    with pytest.raises(BadGuide, match="not in the guide any more"):
        changes.remove_rule(example(), number)
    with pytest.raises(BadGuide, match="not in the guide any more"):
        changes.move_question(example(), "colour", 1)


def test_there_is_a_most_of_everything() -> None:
    full = Content()
    for _ in range(20):
        full = changes.add_question(full, words="Why?", words_es="", answers=[])
    assert len(set(codes(full))) == 20
    with pytest.raises(BadGuide, match="20 questions at most"):
        changes.add_question(full, words="Why?", words_es="", answers=[])
    with pytest.raises(BadGuide, match="12 answers at most"):
        changes.add_question(Content(), words="Why?", words_es="", answers=[Answer("", "x")] * 13)
    with pytest.raises(BadGuide, match="60 rules at most"):
        changes.add_rule(Content(rules=(Rule({}, "", "x"),) * 60), Rule({}, "", "x"))


def test_an_unfinished_guide_is_kept_as_it_is() -> None:
    for content in (Content(), Content((Question("a", "A?", "", ()),))):
        assert shape(as_json(content), unfinished=True) == content
        with pytest.raises(BadGuide):
            shape(as_json(content))


def test_nothing_that_a_database_cannot_keep_is_read() -> None:
    content = as_json(example())
    content["questions"][0]["words"] = "\x00 New\ud800?\r\n"
    content["rules"][0]["visit_type"] = "same-day\x00"
    assert read(content, visit_types=TYPES).questions[0].words == "New?"


# The drawing


def endings(node: Ask | End, path: Answered | None = None) -> list[tuple[Answered, int | None]]:
    path = path or {}
    if isinstance(node, End):
        return [(path, node.rule)]
    return [found for way in node.ways for found in endings(way.then, {**path, node.question: way.answers})]


@given(guides())
def test_the_drawing_says_what_the_rules_decide(content: Content) -> None:
    drawn = endings(draw(content))
    for answers in every_way(content):
        ends = [rule for path, rule in drawn if all(answers[code] in said for code, said in path.items())]
        assert ends == [first_that_holds(content, answers)]


@given(guides())
def test_a_question_is_never_asked_exactly_where_no_walk_asks_it(content: Content) -> None:
    asked = set()
    for answers in every_way(content):
        given_so_far: dict[str, str] = {}
        while (needed := decide(content, given_so_far).needed) is not None:
            asked.add(needed.code)
            given_so_far[needed.code] = answers[needed.code]
    assert asked_in(draw(content)) == asked


def test_answers_that_lead_to_the_same_are_drawn_together() -> None:
    drawn = draw(changes.remove_rule(example(), 3))
    assert isinstance(drawn, Ask)
    touch = drawn.ways[1].then
    assert isinstance(touch, Ask)
    assert [way.answers for way in touch.ways] == [("yes", "unsure"), ("no",)]


def test_a_guide_with_too_many_endings_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guide_picture, "MOST_LINES", 3)
    with pytest.raises(BadGuide, match="too many to draw"):
        draw(example())
    (told,) = remarks(example(), visit_types=TYPES)
    assert "Try it out instead." in told.sentence and not told.stops


# What is wrong with it


def sentences(content: Content, *, stops: bool) -> list[str]:
    return [one.sentence for one in remarks(content, visit_types=TYPES) if one.stops is stops]


def test_a_guide_that_is_whole_has_no_remark() -> None:
    assert remarks(example(), visit_types=TYPES) == []


def test_what_stops_a_guide() -> None:
    assert len(sentences(Content(), stops=True)) == 2
    one = Question("a", "A?", "¿A?", (Answer("y", "Yes", "Sí"),))
    assert "“A?” needs two answers at least." in sentences(Content((one,)), stops=True)
    hidden = changes.move_rule(example(), 4, -3)
    assert [one.rule for one in remarks(hidden, visit_types=TYPES) if one.stops] == [2, 3, 4]
    lost = remarks(example(), visit_types=TYPES - {"phone-call"})
    assert [(one.rule, one.stops) for one in lost] == [(2, True)]


def test_dead_ends_and_questions_that_nobody_asks_are_pointed_out() -> None:
    (dead,) = remarks(changes.remove_rule(example(), 4), visit_types=TYPES)
    assert "A dead end: no rule fits" in dead.sentence and "Must somebody examine you? Yes" in dead.sentence
    assert dead.answers == {"worse": ("no",), "touch": ("yes",)}
    lonely = changes.add_question(
        example(), words="Why?", words_es="", answers=[Answer("", "A", "A"), Answer("", "B", "B")]
    )
    asked, spanish = sentences(lonely, stops=False)
    assert "“Why?” is never asked" in asked
    assert spanish == "“Why?” has 1 text without Spanish words."
