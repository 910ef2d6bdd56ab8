"""Runs `python -m frontdesk prepare`: tables, rights, static files and the demo clinic, in one process."""

from __future__ import annotations

import codecs
import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from frontdesk.up import processes
from frontdesk.up.paths import checkout
from frontdesk.up.problems import ExitCode, Problem

Logins = list[list[str]]
LOGIN = re.compile(r"login:\s*(.+)", re.DOTALL)
COMMAND_ERROR = "CommandError: "  # how Django begins the sentence of a command that gives up
FAILURES = (COMMAND_ERROR, "Traceback (most recent call last)")
BETWEEN = re.compile(r"\t+|\s{2,}")


def prepare(
    environment: Mapping[str, str], owner_url: str, app_role: str, demo_size: str, log: Path
) -> Logins:
    """Run it as the database's owner; what it says goes to the terminal and to the log, a traceback to the log alone.

    Returns the log-ins: its lines "login: maya a-password Scheduler, Main Street", in cells. Raises Problem if it
    fails.
    """
    told = {**environment, "DATABASE_URL": owner_url, "FRONTDESK_APP_ROLE": app_role}
    if sys.stdout.isatty():
        told["FRONTDESK_TERMINAL"] = "1"
    command = [sys.executable, "-m", "frontdesk", "prepare", "--demo-size", demo_size]
    process = processes.spawn(
        command,
        tied=signal.SIGTERM,
        env=told,
        cwd=checkout(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        said = _Listener(log)
        for chunk in _chunks(process):
            said.hear(chunk)
        process.wait()
    finally:
        processes.stop_group(process, 2)
        if process.stdout:
            process.stdout.close()
    said.end()
    if process.returncode:
        raise _failure(said.last_line, log)
    return said.logins


def _chunks(process: subprocess.Popen[bytes]) -> Iterator[str]:
    """The output as it comes."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    while process.stdout and (chunk := os.read(process.stdout.fileno(), 65_536)):
        yield decoder.decode(chunk)


class _Listener:
    """Passes lines on to the terminal (progress bars too, which are drawn over with a carriage return), keeps the
    log-ins back, and shows nothing more once an error begins."""

    def __init__(self, log: Path) -> None:
        self.logins: Logins = []
        self.last_line = ""
        self._log = log
        self._held = ""
        self._showing = True
        log.write_text("")

    def hear(self, text: str) -> None:
        """Take in some output, which may end within a line."""
        *lines, self._held = re.split(r"(?<=[\r\n])", self._held + text)
        for line in lines:
            self._hear_line(line)

    def end(self) -> None:
        """Take in what was left without a line's end."""
        if self._held:
            self.hear("\n")

    def _hear_line(self, line: str) -> None:
        found = LOGIN.match(line)
        if found:
            text = found[1].strip()
            self.logins.append(BETWEEN.split(text) if BETWEEN.search(text) else text.split(maxsplit=2))
            return
        with self._log.open("a") as log:
            log.write(line)
        self.last_line = line.strip() or self.last_line
        self._showing &= not line.startswith(FAILURES)
        if self._showing:
            with contextlib.suppress(OSError):
                sys.stdout.write(line)
                sys.stdout.flush()


def _failure(last_line: str, log: Path) -> Problem:
    """The sentence for a preparation that failed."""
    last_line = last_line.removeprefix(COMMAND_ERROR)
    if "No space left on device" in last_line:
        return Problem("The disk is full, so the database could not be prepared.", ExitCode.STORAGE)
    return Problem(
        f"The database could not be prepared: {last_line[:300] or 'it gave no reason'} (more in {log})"
    )
