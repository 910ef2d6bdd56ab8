"""Content is written as TOML and read back, and two protocols are compared without losing anything."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from frontdesk.triage.engine.change import (
    key_for,
    mark_of,
    next_code,
    put_part,
    put_rule,
    put_words,
    remove_rule,
    take_concept,
)
from frontdesk.triage.engine.compare import compare
from frontdesk.triage.engine.protocol import read_protocol
from frontdesk.triage.engine.shapes import ProtocolError
from frontdesk.triage.engine.toml import read_toml, write_toml
from frontdesk.triage.starter import read_starter
from tests.factories.protocols import with_rash
from tests.triage.engine.small import small_content

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=30)
PLAIN = st.one_of(
    TEXT, st.integers(-(2**60), 2**60), st.booleans(), st.floats(allow_nan=False, allow_infinity=False)
)
LISTS = st.lists(TEXT, max_size=5)
FLAT = st.dictionaries(TEXT, st.one_of(PLAIN, LISTS, st.dictionaries(TEXT, PLAIN, max_size=3)), max_size=4)
CONTENT = st.dictionaries(
    TEXT, st.one_of(PLAIN, LISTS, FLAT, st.lists(FLAT, min_size=1, max_size=3)), max_size=5
)


@given(content=CONTENT)
@example(content={"a\0b": {}, "\0": {"c": {"d": 1}}})
def test_what_is_written_is_read_back(content: dict[str, Any]) -> None:
    assert tomllib.loads(write_toml(content)) == content


def test_the_starter_goes_into_a_file_and_back() -> None:
    content = read_starter()
    text = write_toml(content)
    assert read_toml(text) == content
    assert text.startswith('name = "Telephone red flags, general"\n')


@pytest.mark.parametrize("text", ["name = ", "[rules", "a = 1\na = 2", "[" * 5000, "\x00"])
def test_a_file_that_is_no_toml_is_told_where(text: str) -> None:
    with pytest.raises(ProtocolError, match=r"^The file is not written as TOML: .*[.]$"):
        read_toml(text)


def test_the_same_is_not_different() -> None:
    protocol = read_protocol(small_content())
    assert compare(protocol, read_protocol(small_content())).is_empty


def test_what_came_and_went_is_said_both_ways() -> None:
    was = small_content()
    content = with_rash(remove_rule(was, "1.2"), script="help")
    content, _ = put_part(
        content, "concepts", "fever", {"title": "Fever", "en": "fever\nburning up", "es": "fiebre"}
    )
    content = put_rule(content, "1.1", {**was["rules"][0], "lane": "urgent", "clock_minutes": 9})
    content = put_words(content, "pain", ["pain", "agony"])
    steps = [{**was["scripts"]["help"]["steps"][0], "say_en": "I am with you."}]
    content, _ = put_part(content, "scripts", "help", {"title": "Help", "steps": steps})
    there = compare(read_protocol(was), read_protocol(content))
    back = compare(read_protocol(content), read_protocol(was))
    for found, turn in ((there, 1), (back, -1)):
        rules = {one.key: (one.was is None, one.becomes is None) for one in found.rules}
        assert rules == {"1.1": (False, False), "1.2": (turn < 0, turn > 0), "S1": (turn > 0, turn < 0)}
        lane = next(one for one in found.rules if one.key == "1.1").turns[0]
        assert (lane.was, lane.becomes)[::turn] == ("emergency", "urgent")
        fever = next(one for one in found.concepts if one.key == "fever")
        assert (fever.words[0].removed, fever.words[0].added)[::turn] == (
            ("temp ... #38-43",),
            ("burning up",),
        )
        assert [one.key for one in found.lists] == ["pain"]
        assert [one.what for one in found.scripts[0].turns] == ["step"]


def test_keys_and_codes_are_made_once() -> None:
    assert key_for("Chest pain, new!", ["chest_pain_new"]) == "chest_pain_new_2"
    assert key_for("¿Ñ?", []) == "n" and key_for("!", []) == "it"
    assert next_code(small_content()) == "11.2"
    assert next_code({"rules": []}) == "1"


def test_the_mark_does_not_hang_on_the_order_of_keys() -> None:
    assert mark_of({"a": 1, "b": 2}, None) == mark_of({"b": 2, "a": 1}, None) != mark_of({"a": 1, "b": 2}, 3)


def test_a_concept_is_taken_over_with_the_lists_it_needs() -> None:
    taken = take_concept({"name": "x", "rules": []}, "chest_pain", small_content())
    read_protocol({**taken, "scripts": {}}, unfinished=True)
    with pytest.raises(ProtocolError, match="already"):
        take_concept(taken, "chest_pain", small_content())


def test_word_lists_may_stand_in_any_order() -> None:
    lists = {"a": "{b}, hurts", "b": "sore"}
    read_protocol({**small_content(), "words": {**lists, "pain": "{a}"}})
    with pytest.raises(ProtocolError, match="uses itself"):
        read_protocol({**small_content(), "words": {"pain": "{other}", "other": "{pain}"}})
