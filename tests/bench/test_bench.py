"""The bench runs and says what it measured; how long things take is never asserted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.screening import sentences
from bench.table import HEAD, Row, as_markdown, as_text, duration
from bench.timing import Timing, measure, timing

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("options", [[], ["--markdown"]])
def test_screening_is_measured_without_a_database(options: list[str]) -> None:
    command = [sys.executable, "-m", "bench", "--only", "screening", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env={"PATH": ""})
    assert (done.returncode, done.stderr) == (0, "")
    assert "cores" in done.stdout
    (line,) = [line for line in done.stdout.splitlines() if "Screening one message" in line]
    assert " 200 " in line
    assert "of 200 met a rule" in line
    assert any(unit in line for unit in (" ms", " µs"))


def test_an_unknown_name_is_refused_in_words() -> None:
    command = [sys.executable, "-m", "bench", "--only", "nothing"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "invalid choice: 'nothing'" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_sentences_are_two_hundred_different_ones() -> None:
    assert len(set(sentences())) == 200


def test_a_timing_has_the_middle_and_the_slow_end() -> None:
    assert timing([seconds / 100 for seconds in range(101)]) == Timing(0.5, 0.95, 101)
    assert timing([2.0]) == Timing(2.0, 2.0, 1)


def test_measuring_leaves_the_warm_up_out() -> None:
    calls: list[int] = []
    assert measure(lambda: calls.append(1), runs=7, warm_up=3).runs == 7
    assert len(calls) == 10


@pytest.mark.parametrize(("seconds", "words"), [(2.5, "2.50 s"), (0.00312, "3.12 ms"), (0.0000078, "7.8 µs")])
def test_a_duration_has_its_unit(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_a_row_is_set_beside_its_floor() -> None:
    row = Row("Saving", Timing(0.006, 0.009, 30), floor=Timing(0.002, 0.003, 30), floor_is="a commit")
    assert row.cells() == ("Saving", "6.00 ms", "9.00 ms", "2.00 ms", "3.0", "a commit", "30", "")
    text, table = as_text([row]).splitlines(), as_markdown([row]).splitlines()
    assert text[0].split()[:2] == ["What", "median"]
    assert len(table) == 3
    assert table[0].count("|") == len(HEAD) + 1
