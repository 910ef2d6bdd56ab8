"""Small things about processes that the standard library leaves to us."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def spawn(command: Sequence[str], *, tied: signal.Signals | None, **popen: Any) -> subprocess.Popen[bytes]:
    """Start a program at the head of a process group of its own, with nothing to read; `popen` goes to Popen.

    With `tied` it gets that signal when this process ends, even by kill -9. Linux alone can do that; elsewhere a
    left-over database server is dealt with at the next start.
    """
    parent = os.getpid()
    # Run between fork and exec: safe, as nothing here has threads when it starts a program.
    tie = (lambda: tie_to_parent(tied, parent)) if tied and _LIBC else None
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=tie,  # noqa: PLW1509
        **popen,
    )


def tie_to_parent(signum: signal.Signals, parent: int) -> None:
    """Have the kernel send `signum` to this process when `parent` ends. Does nothing but on Linux."""
    if _LIBC is None:
        return
    _LIBC.prctl(_PR_SET_PDEATHSIG, int(signum))
    if os.getppid() != parent:  # it ended before we asked
        os._exit(1)


def exists(pid: int) -> bool:
    """Whether a process with this id is there (a zombie counts as gone)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (OSError, IndexError):
        return False


def works_in(pid: int, folder: Path) -> bool:
    """Whether process `pid` is a postmaster of the data folder `folder`: process ids are used again by strangers."""
    proc = Path(f"/proc/{pid}")
    if proc.parent.joinpath("self").exists():
        try:
            return (proc / "cwd").resolve() == folder.resolve()
        except OSError:
            return False
    told = subprocess.run(
        ["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False
    )
    return "postgres" in told.stdout and str(folder) in told.stdout


def wait_gone(pid: int, seconds: float) -> bool:
    """Wait until a process that is not our child has ended; False where it is still there after `seconds`."""
    deadline = time.monotonic() + seconds
    while exists(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def wait_child(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait for our own child; False where it still runs after `seconds`."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def signal_group(pid: int, signum: signal.Signals) -> None:
    """Send a signal to a whole process group; nothing happens where it is gone already."""
    try:
        os.killpg(pid, signum)
    except (ProcessLookupError, PermissionError):
        # macOS answers EPERM for a group of zombies.
        return


def stop_group(process: subprocess.Popen[bytes], patience: float) -> None:
    """Ask a child that leads its own group to end; after `patience` seconds end the whole group by force."""
    if process.poll() is None:
        process.terminate()
        wait_child(process, patience)
    signal_group(process.pid, signal.SIGKILL)
    process.wait()
