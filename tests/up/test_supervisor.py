"""Processes under watch: started, started again, given up on, stopped with all that they started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from frontdesk.up import processes, supervisor
from frontdesk.up.problems import Problem
from frontdesk.up.supervisor import Program, Stopped, Supervisor, stop_signals_raise


def program(folder: Path, script: str, *, name: str = "worker", patience: float = 5) -> Program:
    """A service that runs a few lines of Python."""
    return Program(name, [sys.executable, "-c", script], os.environ, folder / f"{name}.log", patience)


def until(condition: Callable[[], bool], watcher: Supervisor | None = None) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it never came about"
        if watcher:
            watcher.watch(0.05)
        else:
            time.sleep(0.05)


NOTE_PID = "import os, pathlib, time; pathlib.Path({path!r}).open('a').write(f'{{os.getpid()}}\\n')\n"


def pids(path: Path) -> list[int]:
    return [int(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_a_program_that_dies_is_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    note = tmp_path / "pids"
    watcher = Supervisor(said.append)
    watcher.start(program(tmp_path, NOTE_PID.format(path=str(note)) + "time.sleep(60)"))
    until(lambda: len(pids(note)) == 1, watcher)
    os.kill(pids(note)[0], signal.SIGKILL)
    until(lambda: len(pids(note)) == 2, watcher)
    watcher.stop()
    assert said == [f"The worker stopped by itself and is started again; its log: {tmp_path / 'worker.log'}"]
    assert not any(processes.exists(pid) for pid in pids(note))


def test_a_program_that_dies_every_time_is_given_up_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "MOST_DEATHS", 2)
    watcher = Supervisor(lambda _line: None)
    watcher.start(program(tmp_path, "print('no such table'); raise SystemExit(3)"))
    with pytest.raises(Problem, match="The worker stopped 2 times within a minute; its log says why: "):
        watcher.watch(30)
    watcher.stop()
    assert "no such table" in (tmp_path / "worker.log").read_text()


class Stumbling(Program):
    """A program whose second start fails as often as it is told to, as a server's does that is killed meanwhile."""

    fails = 0
    starts = 0

    def start(self) -> None:
        self.starts += 1
        if 1 < self.starts <= 1 + self.fails:
            raise Problem("The worker did not start.")
        super().start()


def stumbling(folder: Path, script: str, *, fails: int) -> Stumbling:
    made = Stumbling("worker", [sys.executable, "-c", script], os.environ, folder / "worker.log", 5)
    made.fails = fails
    return made


def test_one_that_dies_while_it_is_started_again_is_tried_once_more(tmp_path: Path) -> None:
    note = tmp_path / "pids"
    watcher = Supervisor(lambda _line: None)
    service = stumbling(tmp_path, NOTE_PID.format(path=str(note)) + "time.sleep(60)", fails=1)
    watcher.start(service)
    until(lambda: len(pids(note)) == 1, watcher)
    os.kill(pids(note)[0], signal.SIGKILL)
    until(lambda: len(pids(note)) == 2, watcher)
    watcher.stop()
    assert service.starts == 3


def test_one_that_never_starts_again_is_given_up_with_its_own_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "MOST_DEATHS", 2)
    watcher = Supervisor(lambda _line: None)
    watcher.start(stumbling(tmp_path, "raise SystemExit(3)", fails=9))
    with pytest.raises(Problem, match="The worker did not start"):
        watcher.watch(30)
    watcher.stop()


def test_stopping_goes_from_the_last_started_to_the_first(tmp_path: Path) -> None:
    order = tmp_path / "order"
    script = (
        "import signal, sys, time, pathlib\n"
        f"def end(*_): pathlib.Path({str(order)!r}).open('a').write(sys.argv[1]); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end); pathlib.Path(sys.argv[2]).touch(); time.sleep(60)"
    )
    watcher = Supervisor(lambda _line: None)
    for name in "abc":
        service = program(tmp_path, script, name=name)
        service.command = [*service.command, name, str(tmp_path / f"ready-{name}")]
        watcher.start(service)
    until(lambda: len(list(tmp_path.glob("ready-*"))) == 3)
    watcher.stop()
    assert order.read_text() == "cba"


def test_a_program_that_will_not_end_and_its_children_are_ended_by_force(tmp_path: Path) -> None:
    note = tmp_path / "pids"
    script = (
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); import os; os.fork()\n"
        + NOTE_PID.format(path=str(note))
        + "time.sleep(60)"
    )
    service = program(tmp_path, script, patience=0.2)
    service.start()
    until(lambda: len(pids(note)) == 2)
    service.stop()
    until(lambda: not any(processes.exists(pid) for pid in pids(note)))


@pytest.mark.skipif(sys.platform != "linux", reason="asks the Linux kernel")
def test_a_program_ends_with_its_supervisor_even_when_that_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pids"
    child = NOTE_PID.format(path=str(note)) + "time.sleep(60)"
    script = (
        "import os, pathlib, sys, time; from frontdesk.up.supervisor import Program\n"
        "Program('worker', [sys.executable, '-c', sys.argv[1]], os.environ, pathlib.Path(sys.argv[2]), 1).start()\n"
        "time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script, child, str(tmp_path / "log")])
    until(lambda: len(pids(note)) == 1)
    parent.kill()
    parent.wait()
    until(lambda: not processes.exists(pids(note)[0]))


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_stop_is_heard_once_and_the_handlers_are_put_back(signum: signal.Signals) -> None:
    before = signal.getsignal(signum)
    with pytest.raises(Stopped), stop_signals_raise():
        try:
            os.kill(os.getpid(), signum)
            time.sleep(30)
        finally:
            os.kill(os.getpid(), signum)  # somebody in a hurry: tidying up goes on
    assert signal.getsignal(signum) == before
