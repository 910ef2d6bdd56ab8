from __future__ import annotations

import io
import re

import pytest

from frontdesk.kit.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_elsewhere_than_on_a_terminal_each_tenth_is_a_line() -> None:
    stream = io.StringIO()
    with Progress("Patients", 1_000, stream) as bar:
        for _ in range(1_000):
            bar.add()
    lines = stream.getvalue().splitlines()
    assert len(lines) == 10
    assert re.fullmatch(r"Patients \[###\.{27}\] 100/1,000 \d+ s", lines[0])
    assert re.fullmatch(r"Patients \[#{30}\] 1,000/1,000 \d+ s", lines[-1])


def test_a_leap_over_several_tenths_is_one_line() -> None:
    stream = io.StringIO()
    with Progress("Rows", 10, stream) as bar:
        bar.add(7)
        bar.add(3)
    assert [line.split()[2] for line in stream.getvalue().splitlines()] == ["7/10", "10/10"]


def test_a_terminal_gets_one_line_that_is_drawn_over() -> None:
    stream = Terminal()
    with Progress("Rows", 110_527, stream) as bar:
        for _ in range(110_527):
            bar.add()
    shown = stream.getvalue()
    assert shown.endswith("\n") and shown.count("\n") == 1
    assert "] 110,527/110,527 " in shown.split("\r")[-1]
    assert shown.count("\r") < 1_000


def test_a_pipe_to_a_terminal_may_be_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRONTDESK_TERMINAL", "1")
    stream = io.StringIO()
    with Progress("Rows", 10, stream) as bar:
        bar.add(10)
    assert "\r" in stream.getvalue()


def test_what_was_done_stays_to_be_seen_when_it_ends_early() -> None:
    stream = io.StringIO()
    with pytest.raises(ValueError), Progress("Rows", 100, stream) as bar:
        bar.add(45)
        bar.add(4)
        raise ValueError
    assert "] 49/100 " in stream.getvalue().splitlines()[-1]


def test_nothing_to_do_is_all_done() -> None:
    stream = io.StringIO()
    with Progress("Rows", 0, stream):
        pass
    assert "[" + "#" * 30 + "] 0/0" in stream.getvalue()
