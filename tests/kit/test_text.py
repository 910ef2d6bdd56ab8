from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.kit.text import clean, fold, one_line

ANYTHING = st.text(st.characters(codec=None), max_size=200)


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("José  Ñúñez", "jose nunez"),
        ("O’Brien", "o’brien"),
        ("STRASSE Straße", "strasse strasse"),
        ("  Ana\tMaría\n", "ana maria"),
        ("ﬁnn", "finn"),
        ("", ""),
    ],
)
def test_fold_makes_names_comparable(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@given(ANYTHING)
def test_fold_folds_once_for_all(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(ANYTHING, st.integers(0, 50))
def test_clean_keeps_within_its_limit_and_leaves_nothing_that_a_database_refuses(
    text: str, limit: int
) -> None:
    kept = clean(text, limit=limit)
    assert len(kept) <= limit
    assert "\x00" not in kept
    assert not [
        letter for letter in kept if unicodedata.category(letter) in ("Cc", "Cs") and letter not in "\t\n\r"
    ]
    kept.encode("utf-8")


@given(ANYTHING, st.integers(0, 50))
def test_one_line_is_one_line(text: str, limit: int) -> None:
    kept = one_line(text, limit=limit)
    assert len(kept) <= limit
    assert len(kept.splitlines()) <= 1
    assert "  " not in kept


def test_clean_keeps_paragraphs_emoji_and_other_scripts() -> None:
    assert clean(" שלום\nadiós 🙂 ", limit=50) == "שלום\nadiós 🙂"
