"""The second reader: it only adds to the rules, says by which words, and is the one that was trained on our lines."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.triage.engine.grams import CONTEXT, PIECE, WORDS, grams, known
from frontdesk.triage.engine.lanes import Lane
from frontdesk.triage.engine.protocol import ProtocolError, read_protocol
from frontdesk.triage.engine.reader import LANES, Model, about, fingerprint, model, pack, read, unpack
from frontdesk.triage.engine.screen import screen
from frontdesk.triage.engine.shapes import Context
from frontdesk.triage.engine.words import tokens
from frontdesk.triage.starter import read_starter
from tests.triage.engine.small import phrases_alone

ROOT = Path(__file__).resolve().parents[3]
NOTHING = tuple(0.0 for _ in LANES)


def _model(**words: tuple[float, ...]) -> Model:
    """A model that knows single words: the number of each lane, in the order of LANES."""
    return Model(
        "small", {PIECE: {}, WORDS: {word: (1.0, *row) for word, row in words.items()}}, (NOTHING,) * len(CONTEXT),
        NOTHING,
    )  # fmt: skip


SMALL = _model(crushed=(0.0, 0.0, 0.0, 9.0), sore=(0.0, 0.0, 9.0, 0.0), invoice=(9.0, 0.0, 0.0, 0.0))


WITH, RULES_ALONE = read_protocol(read_starter()), read_protocol(phrases_alone())
BY_THEMSELVES = ("5.1",)


def test_what_weighed_most_is_named_in_the_callers_own_words() -> None:
    text = "Since noon my thumb is CRUSHED, about the invoice another time"
    found = screen(text, protocol=WITH, second_reader=SMALL)
    assert (found.lane, found.matches[0].by_reader) == (Lane.EMERGENCY, True)
    assert found.matches[0].words == "CRUSHED"
    assert all(text[one.start : one.end] == one.words for match in found.matches for one in match.reasons)


def test_the_share_decides_and_its_limit_is_the_protocols() -> None:
    assert screen("It is sore.", protocol=WITH, second_reader=SMALL).lane is Lane.URGENT
    content = read_starter()
    content["concepts"]["reads_clinician"]["at_least"] = 0.9999  # type: ignore[index]
    strict = read_protocol(content)
    assert screen("It is sore.", protocol=strict, second_reader=SMALL).lane is Lane.ROUTINE


@given(st.text(max_size=200))
def test_it_never_takes_away_what_phrases_say_by_themselves(text: str) -> None:
    with_it, without = screen(text, protocol=WITH), screen(text, protocol=RULES_ALONE)
    alone = {match.rule for match in without.matches if match.rule in BY_THEMSELVES}
    assert alone <= {match.rule for match in with_it.matches}


def test_a_phrase_may_need_a_message_that_is_a_little_like_one_that_needed_a_clinician() -> None:
    text = "The wound is oozing pus, and then there is the invoice"
    about_money, unknown = _model(invoice=(400.0, 0.0, 0.0, 0.0)), _model(oozing=(0.0, 0.0, 0.1, 0.0))
    assert screen(text, protocol=RULES_ALONE).lane is Lane.URGENT
    assert screen(text, protocol=WITH, second_reader=unknown).lane is Lane.URGENT
    assert screen(text, protocol=WITH, second_reader=about_money).lane is Lane.ROUTINE
    assert (
        screen("The wound is oozing pus, invoice", protocol=WITH, second_reader=about_money).lane
        is Lane.URGENT
    )
    assert screen(f"My chest hurts. {text}", protocol=WITH, second_reader=unknown).lane is Lane.EMERGENCY
    assert screen(f"My chest hurts. {text}", protocol=WITH, second_reader=about_money).lane is Lane.ROUTINE


def test_words_of_suicide_need_no_likeness() -> None:
    text = "I want to kill myself, and then there is the invoice that nobody has sent"
    about_money = _model(invoice=(400.0, 0.0, 0.0, 0.0))
    found = screen(text, protocol=WITH, second_reader=about_money)
    assert (found.lane, found.matches[0].by_reader) == (Lane.EMERGENCY, False)


@given(st.text(max_size=300), st.booleans(), st.none() | st.integers(0, 110))
def test_any_text_has_shares_that_add_up(text: str, pregnant: bool, age: int | None) -> None:
    said = tokens(text)
    reading = read(said, Context(age=age, pregnant=pregnant), model())
    assert sum(reading.shares) == pytest.approx(1)
    assert 0 <= reading.start <= reading.end <= len(said)


def test_a_denial_marks_the_words_that_follow_it_in_its_sentence() -> None:
    words = grams(tokens("No chest pain but fever. Pain"))[WORDS]
    assert {"~chest", "~pain", "but", "fever", "pain"} <= set(words)


@pytest.mark.parametrize(
    ("context", "marks"),
    [
        (Context(), (0, 0, 0, 0, 0, 0)),
        (Context(age=0), (1, 1, 0, 0, 0, 0)),
        (Context(age=70, days_since_procedure=31), (0, 0, 1, 0, 0, 0)),
        (Context(pregnant=True, days_since_procedure=3, flags=frozenset({"asthma"})), (0, 0, 0, 1, 1, 1)),
    ],
)
def test_what_is_known_of_the_patient(context: Context, marks: tuple[int, ...]) -> None:
    assert known(context) == marks


def test_a_model_comes_back_from_its_file_as_it_went_in() -> None:
    rng = random.Random(5)
    words = {f"word{n}": tuple(rng.uniform(-3, 3) for _ in LANES) for n in range(40)}
    before = _model(**words)
    after = unpack(pack(before, {"lines": 40}))
    assert after.grams[WORDS].keys() == before.grams[WORDS].keys()
    for word, row in words.items():
        assert after.grams[WORDS][word][1:] == pytest.approx(row, abs=0.02)


def test_the_shipped_model_was_trained_on_the_lines_that_are_here() -> None:
    """After a change of a line: script/train-reader."""
    said = about((ROOT / "frontdesk/triage/reader/model.bin").read_bytes())
    files = sorted((ROOT / "training/triage").glob("*.jsonl"))
    assert said["trained_on"] == fingerprint(file.read_bytes() for file in files)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reads": "fate"}, "must be one of emergency, clinician, possible, operational"),
        ({"at_least": 1}, "as a number between 0 and 1"),
        ({"at_least": True}, "as a number between 0 and 1"),
        ({"en": ["chest pain"]}, "not a part of it that is known"),
    ],
)
def test_a_concept_for_the_second_reader_is_checked(change: dict[str, object], sentence: str) -> None:
    content = read_starter()
    content["concepts"]["reads_clinician"] |= change  # type: ignore[index]
    with pytest.raises(ProtocolError, match=sentence):
        read_protocol(content)
