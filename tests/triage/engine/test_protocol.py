"""Reading a protocol: what is wrong with one is said in one sentence that names the place."""

from collections.abc import Callable
from typing import Any

import pytest

from frontdesk.triage.engine.protocol import ProtocolError, read_protocol
from frontdesk.triage.starter import read_starter
from tests.triage.engine.small import small_content

Content = dict[str, Any]


def _rule(**change: object) -> Callable[[Content], None]:
    return lambda content: content["rules"][0].update(change)


def _step(**change: object) -> Callable[[Content], None]:
    return lambda content: content["scripts"]["help"]["steps"][0].update(change)


def _concept(**change: object) -> Callable[[Content], None]:
    return lambda content: content["concepts"]["fever"].update(change)


def _top(**change: object) -> Callable[[Content], None]:
    return lambda content: content.update(change)


WRONG: list[tuple[Callable[[Content], None], str]] = [
    (_top(name=" "), "The protocol needs “name”"),
    (_top(rule=[]), "has “rule”, which is not a part"),
    (_top(rules=[]), "has no rules"),
    (_top(rules="all"), "must be a list"),
    (_top(concepts=[1]), "“concepts” of the protocol must be a table"),
    (_top(words={"pain": ""}), "The word list “pain” is empty"),
    (_top(words={"pain": ["{agony}"]}), "word list “agony”, which the protocol does not have"),
    (_top(spelling={"chst": 3}), "The spelling “chst”"),
    (_top(not_meant=["stroke ..."]), "needs words on both sides"),
    (_top(kinds={"routine": {"lane": "routine", "script": "gone"}}), "uses the script “gone”"),
    (_top(kinds={"routine": {"lane": "whenever"}}), "has the lane “whenever”"),
    (_rule(lane="red"), "Rule 1.1 has the lane “red”; it must be one of emergency, urgent"),
    (_rule(title=""), "Rule 1.1 needs “title”"),
    (_rule(code=None), "Every rule needs “code”"),
    (_rule(code="1.2"), "Two rules have the code 1.2"),
    (_rule(when=[]), "Rule 1.1 has no “when”"),
    (_rule(when=["chest_pian"]), "Rule 1.1 uses the concept “chest_pian”"),
    (_rule(when=["chest_pain +"]), "write concepts with “+” between them"),
    (_rule(script="help2"), "Rule 1.1 uses the script “help2”"),
    (_rule(clock_minutes=0), "Rule 1.1 needs “clock_minutes” as a whole number from 1"),
    (_rule(clock_minutes=True), "Rule 1.1 needs “clock_minutes”"),
    (_rule(documentation=[1]), "“documentation” of Rule 1.1 must be a list of texts"),
    (_rule(conditions={"height": 3}), "Rule 1.1 asks for “height”"),
    (_rule(conditions={"age_from": 12, "age_under": 12}), "which nobody has"),
    (_rule(conditions={"pregnant": "yes"}), "needs “pregnant” as true or false"),
    (_rule(clock=3), "Rule 1.1 has “clock”"),
    (_step(kind="sing"), "is of the kind “sing”"),
    (_step(say_es=""), "Step “stay” of the script “help” needs “say_es”"),
    (_step(say_en="Don’t worry, you will be fine."), "promises what nobody can keep"),
    (_step(say_en="An ambulance will be there in ten minutes"), "promises what nobody can keep"),
    (_step(say_es="La ambulancia llegara en diez minutos"), "promises what nobody can keep"),
    (lambda content: content["scripts"]["help"].update(steps=[]), "has no steps"),
    (
        lambda content: content["scripts"]["help"]["steps"].append(content["scripts"]["help"]["steps"][0]),
        "two steps",
    ),
    (_concept(en="", es=""), "The concept “fever” has no phrases"),
    (_concept(en="hot ~"), "nothing on one side of “~”"),
    (_concept(en="... hot"), "needs words on both sides"),
    (_concept(en="hot? cold?"), "needs words on both sides"),
    (_concept(en="(hot|)"), "has an empty entry"),
    (_concept(en="so hot["), "which is not a word that could be matched"),
    (_concept(en="{heat} up"), "uses the word list “heat”"),
    (_concept(en="a ~ b ~ c ~ d ~ e ~ f ~ g ~ h"), "stands for more than"),
]


@pytest.mark.parametrize(("spoil", "sentence"), WRONG, ids=[sentence[:50] for _, sentence in WRONG])
def test_what_is_wrong_is_said_in_one_sentence(spoil: Callable[[Content], None], sentence: str) -> None:
    content = small_content()
    spoil(content)
    with pytest.raises(ProtocolError) as said:
        read_protocol(content)
    assert sentence in str(said.value)
    assert "\n" not in str(said.value)
    assert str(said.value).endswith(".")


@pytest.mark.parametrize(
    "content", [{}, {"name": 3}, {"name": "x", "rules": [3]}, {"name": "x", "scripts": {"a": 1}}]
)
def test_nothing_like_a_protocol_is_refused(content: Content) -> None:
    with pytest.raises(ProtocolError):
        read_protocol(content)


def test_a_rule_needs_a_word_to_be_said() -> None:
    content = small_content()
    content["concepts"]["operated"] = {"title": "Operated", "context": {"days_since_procedure_to": 14}}
    content["rules"][2]["when"] = ["operated"]
    with pytest.raises(ProtocolError, match="could be met without a word"):
        read_protocol(content)


def test_a_protocol_keeps_what_it_was_given() -> None:
    protocol = read_protocol(small_content())
    rule = protocol.rule("1.1")
    assert rule is not None
    assert (rule.scenario, rule.documentation, rule.clock_minutes) == ("EA-01", ("onset",), 2)
    assert rule.when == (("chest_pain",), ("breath",))
    assert protocol.rule("9.9") is None
    assert protocol.script("none") is None


def test_the_starter_can_be_read_and_says_what_it_is() -> None:
    protocol = read_protocol(read_starter())
    assert protocol.name == "Telephone red flags, general"
    assert len(protocol.rules) > 50
    assert all(concept.es or concept.reads for concept in protocol.concepts.values())
    named = {rule.scenario for rule in protocol.rules}
    assert named >= {f"EA-{number:02}" for number in range(1, 20)} | {"EA-22", "EA-23", "EA-24", "EA-25"}
