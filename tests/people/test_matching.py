from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.kit.text import fold
from frontdesk.people.engine.matching import Known, Said, agreeing, name_agrees, one_slip

LETTERS = st.text("abcdefghij", min_size=1, max_size=9)


@pytest.mark.parametrize(
    ("said", "known", "agrees"),
    [
        ("ana lucero", "ana lucero", True),
        ("lucero, ana", "ana lucero", True),
        ("ana lucera", "ana lucero", True),  # one letter wrong
        ("ana lucer", "ana lucero", True),  # the beginning
        ("ana lcuero", "ana lucero", True),  # two letters swapped
        ("ana luc", "ana lucero", True),
        ("ana lu", "ana lucero", False),  # too short a beginning
        ("anna lucero", "ana lucero", False),  # a short name must be right
        ("ana", "ana lucero", False),  # one word finds nobody
        ("ana lucero gomez", "ana lucero", False),  # a word too many
        ("ana gomez", "ana lucero-gomez", True),
        ("ana lucero", "ana lucero-gomez", True),
        ("jose nunez", fold("José Núñez"), True),
        ("ana lucena", "ana lucero", False),  # two letters wrong
        ("", "ana lucero", False),
        ("ana lucero", "", False),
    ],
)
def test_names_agree(said: str, known: str, agrees: bool) -> None:
    assert name_agrees(said, known) is agrees


@given(LETTERS, LETTERS)
def test_one_slip_goes_both_ways(a: str, b: str) -> None:
    assert one_slip(a, b) == one_slip(b, a)


@given(LETTERS, st.integers(0, 8), st.sampled_from("abcz"))
def test_a_letter_wrong_missing_added_or_swapped_is_one_slip(word: str, place: int, letter: str) -> None:
    place %= len(word)
    slips = [
        word[:place] + letter + word[place + 1 :],
        word[:place] + word[place + 1 :],
        word[:place] + letter + word[place:],
        word[:place] + word[place : place + 2][::-1] + word[place + 2 :],
    ]
    assert all(one_slip(word, slip) for slip in slips)


def _within_one(a: str, b: str) -> bool:
    """Every word that is one slip away from `a`, written out."""
    letters = "abc"
    near = {a}
    for i in range(len(a) + 1):
        near |= {a[:i] + x + a[i:] for x in letters}
        near |= {a[:i] + x + a[i + 1 :] for x in letters if i < len(a)}
        near |= {a[:i] + a[i + 1 :], a[:i] + a[i : i + 2][::-1] + a[i + 2 :]}
    return b in near


@given(st.text("abc", min_size=1, max_size=5), st.text("abc", min_size=1, max_size=5))
def test_one_slip_is_no_more_and_no_less(a: str, b: str) -> None:
    assert one_slip(a, b) == _within_one(a, b)


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_two_names_can_be_compared(said: str, known: str) -> None:
    assert name_agrees(said, known) in (True, False)


def test_it_says_on_what_it_agrees() -> None:
    known = Known(1, "ana lucero", date(1979, 3, 14), ["+12125550101"], "900-000-01")
    said = Said("ana lucero", date(1979, 3, 14), "+12125550101", "900-000-01")
    assert agreeing(said, known) == ("name", "birth date", "phone", "record number")
    assert said.given == 4
    assert agreeing(Said(), known) == ()
    assert agreeing(Said(), Known(2, "", None)) == ()
    assert agreeing(Said("ana lucero", date(1979, 3, 15)), known) == ("name",)
