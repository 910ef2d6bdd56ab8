"""Where Frontdesk keeps its state on this machine: everything lies below one folder, `var/`."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from frontdesk.up.problems import ExitCode, Problem, storage_problem

MEGABYTE = 1024 * 1024
# A new cluster with the demo clinic takes about 300 MB with its write-ahead log; an old one needs room for the log.
ROOM_FOR_A_NEW_CLUSTER = 400 * MEGABYTE
ROOM_TO_GO_ON = 40 * MEGABYTE
LOG_LIMIT = 5 * MEGABYTE


def checkout() -> Path:
    """The folder that holds the package."""
    return Path(__file__).resolve().parents[2]


def var_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of all state: FRONTDESK_VAR, else `var` in the checkout. An absolute path; it need not exist."""
    named = environ.get("FRONTDESK_VAR", "").strip()
    return Path(named).expanduser().absolute() if named else checkout() / "var"


def make_folder(path: Path, mode: int) -> None:
    """Make a folder (and its parents) unless it is there; raises Problem where it cannot be made."""
    try:
        if not path.is_dir():
            path.mkdir(parents=True)
            path.chmod(mode)
    except OSError as error:
        raise storage_problem(path, error) from error


def make_var(var: Path) -> None:
    """Make the state folder and see that it can be written and has room; raises Problem with the sentence why not."""
    # As root the database runs under another account, which must pass through this folder but not list it.
    make_folder(var, 0o711 if os.geteuid() == 0 else 0o700)
    for name in ("log", "mailbox"):
        make_folder(var / name, 0o700)
    probe = var / f".probe-{os.getpid()}"
    try:
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        raise storage_problem(var, error) from error


def check_room(folder: Path, needed: int) -> None:
    """Raise Problem where the disk of `folder` has fewer than `needed` bytes free."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Problem(
            f"The disk of {folder} has {free // MEGABYTE} MB free and Frontdesk needs {needed // MEGABYTE} MB. "
            "Free some room, or set FRONTDESK_VAR to a folder on another disk.",
            ExitCode.STORAGE,
        )


@contextmanager
def only_one(lock: Path, who: str) -> Iterator[None]:
    """Hold the lock file while the block runs, so that two servers never share one state folder.

    `who` is left in the file for the one that comes second. The kernel frees the lock however we end.
    Raises Problem (BUSY) where another process holds it.
    """
    try:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise storage_problem(lock.parent, error) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise _busy(lock) from error
        os.ftruncate(handle, 0)
        os.pwrite(handle, who.encode(), 0)
        yield
    finally:
        os.close(handle)


def _busy(lock: Path) -> Problem:
    who = lock.read_text(errors="replace").strip() or "another Frontdesk"
    return Problem(
        f"{who} already uses the data in {lock.parent}. "
        "Stop it first, or set FRONTDESK_VAR to another folder to run a second one.",
        ExitCode.BUSY,
    )


def secret_file(var: Path) -> Path:
    """The file with the application's secret key, made once with 64 random bytes, readable by its owner alone."""
    path = var / "secret"
    if path.exists():
        return path
    draft = var / f".secret-{os.getpid()}"
    try:
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(64) + "\n")
        draft.rename(path)
    except OSError as error:
        raise storage_problem(var, error) from error
    return path


def log_file(var: Path, name: str) -> Path:
    """The path of a service's log; one that has grown past 5 MB is set aside first, and the one before it dropped."""
    path = var / "log" / f"{name}.log"
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_suffix(".log.1"))
    return path
