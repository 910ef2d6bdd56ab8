"""Small things about processes that the standard library leaves to us."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(signum: signal.Signals) -> Callable[[], None] | None:
    """A `preexec_fn` after which the child gets `signum` when this process ends, even by kill -9.

    Linux alone can do this; elsewhere it is None, and a left-over is dealt with at the next start.
    """
    libc, parent = _LIBC, os.getpid()
    if libc is None:
        return None

    def ask_the_kernel() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(signum))
        if os.getppid() != parent:  # the parent ended between fork and here
            os._exit(1)

    return ask_the_kernel


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
