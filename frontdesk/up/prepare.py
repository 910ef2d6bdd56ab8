"""Runs `python -m frontdesk prepare`: tables, rights, static files and the demo clinic, in one process."""

from __future__ import annotations

import codecs
import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from frontdesk.up import processes
from frontdesk.up.paths import checkout
from frontdesk.up.problems import Problem

Logins = list[list[str]]
LOGIN = re.compile(r"login:\s*(.+)", re.DOTALL)
BETWEEN = re.compile(r"\t+|\s{2,}")


def prepare(
    environment: Mapping[str, str], owner_url: str, app_role: str, demo_size: str, log: Path
) -> Logins:
    """Run it as the database's owner; what it prints goes to the terminal, what goes wrong to the log.

    Returns the log-ins: the lines "login: scheduler  maya  password", split into cells. Raises Problem if it fails.
    """
    told = {**environment, "DATABASE_URL": owner_url, "FRONTDESK_APP_ROLE": app_role}
    command = [sys.executable, "-m", "frontdesk", "prepare", "--demo-size", demo_size]
    with log.open("w+b") as errors:
        process = processes.spawn(
            command, tied=signal.SIGTERM, env=told, cwd=checkout(), stdout=subprocess.PIPE, stderr=errors
        )
        try:
            logins = _pass_on(process)
            process.wait()
        finally:
            processes.stop_group(process, 2)
            if process.stdout:
                process.stdout.close()
        if process.returncode:
            errors.seek(0)
            raise _failure(errors.read().decode(errors="replace"), log)
    return logins


def _pass_on(process: subprocess.Popen[bytes]) -> Logins:
    """Copy the output to the terminal as it comes, progress bars (which end in \\r) too; keep the log-ins back."""
    logins: Logins = []
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    held = ""
    while process.stdout:
        chunk = os.read(process.stdout.fileno(), 65_536)
        held += decoder.decode(chunk, final=not chunk)
        *lines, held = re.split(r"(?<=[\r\n])", held) if chunk else [held, ""]
        for line in lines:
            found = LOGIN.match(line)
            if found:
                logins.append([cell for cell in BETWEEN.split(found[1].strip()) if cell])
            else:
                _show(line)
        if not chunk:
            break
    return logins


def _show(text: str) -> None:
    with contextlib.suppress(OSError):
        sys.stdout.write(text)
        sys.stdout.flush()


def _failure(said: str, log: Path) -> Problem:
    """The sentence for a preparation that failed; a traceback stays in the log."""
    if "No space left on device" in said:
        return Problem("The disk is full, so the database could not be prepared.")
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    last = lines[-1] if lines else "it gave no reason"
    return Problem(f"The database could not be prepared: {last[:300]} (more in {log})")
