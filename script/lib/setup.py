"""Makes .venv, installs what is locked, and becomes the program that was asked for.

    setup.py run|dev|train ARGUMENTS...
                                     `run` installs what the product needs, `dev` the checks and tests too, `train`
                                     what training the second reader needs; then .venv/bin/python runs with ARGUMENTS

Only the standard library is used: this runs before anything is installed. Every package is checked against the hashes
in requirements/*.lock. Nothing here names a package index: pip's and uv's own configuration say where packages are.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import package_index

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = ROOT / "requirements"
LOCKS = {"run": ["run.lock"], "dev": ["run.lock", "dev.lock"], "train": ["run.lock", "train.lock"]}
# Bytecode is written when a module is first used, which most never are.
QUIETLY = ["--quiet", "--no-compile", "--root-user-action", "ignore"]
PACKAGE = re.compile(r"^[\w.\[\]-]+==", re.MULTILINE)
EXIT_CODE = 7
NO_VENV = (
    "Frontdesk needs Python's venv with pip, which this Python was packaged without. "
    "Install it (Debian, Ubuntu: apt-get install python3-venv) and start again."
)


class SetUpProblem(Exception):
    """Set-up cannot go on; `str()` is a sentence for the person at the keyboard."""


def say(line: str) -> None:
    print(f"Frontdesk: {line}", flush=True)


def main(arguments: list[str]) -> int:
    """Set up for `arguments[0]`; returns 0, or the exit code after saying what is in the way."""
    try:
        set_up(arguments[0])
    except SetUpProblem as problem:
        print(problem, file=sys.stderr)
        return EXIT_CODE
    except OSError as error:
        print(f"Cannot set up {VENV}: {error.strerror or error}.", file=sys.stderr)
        return EXIT_CODE
    return 0


def set_up(kind: str) -> None:
    """Bring .venv up to date for `run` or `dev`; costs a few milliseconds where it is."""
    if is_current(kind):
        return
    with one_at_a_time():
        if is_current(kind):  # another set-up did it while we waited
            return
        begun = time.monotonic()
        if not is_sound():
            make_venv()
        install(kind)
        write_launchers()
        stamp(kind).write_text(fingerprint(kind))
        say(f"set up in {time.monotonic() - begun:.0f} s")


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two commands in a fresh checkout must not set up at once; the lock is on the folder and leaves no file."""
    handle = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


# ---- is there anything to do? ----


def stamp(kind: str) -> Path:
    return VENV / f".frontdesk-{kind}"


def fingerprint(kind: str) -> str:
    """What the installed packages depend on: the locks, where .venv lies, and the Python below it."""
    digest = hashlib.sha256(f"{VENV}\n{PYTHON.resolve()}\n".encode())
    for name in LOCKS[kind]:
        digest.update((REQUIREMENTS / name).read_bytes())
    return digest.hexdigest()


def is_current(kind: str) -> bool:
    """Whether .venv was set up for exactly these locks, here; what is there for `dev` serves `run` too."""
    kinds = {"run": ["run", "dev"], "dev": ["dev"], "train": ["train"]}[kind]
    return PYTHON.exists() and any(
        stamp(each).is_file() and stamp(each).read_text() == fingerprint(each) for each in kinds
    )


def is_sound() -> bool:
    """Whether .venv is a virtual environment that lies where it was made and whose Python still runs."""
    if not PYTHON.exists():
        return False
    script = "import sys, pip; print(sys.prefix); sys.exit(sys.version_info < (3, 11))"
    asked = subprocess.run([PYTHON, "-c", script], capture_output=True, text=True, check=False)
    return asked.returncode == 0 and asked.stdout.strip() == str(VENV) and not _was_moved()


def _was_moved() -> bool:
    """A copied or moved environment keeps the old path in its scripts."""
    pip = VENV / "bin" / "pip"
    return pip.exists() and str(VENV) not in pip.read_text(errors="replace")


# ---- making .venv ----


def make_venv() -> None:
    """A new .venv with pip in it. Raises SetUpProblem where this Python has no way to make one."""
    if Path(sys.executable).is_relative_to(VENV):
        raise SetUpProblem(f"{VENV} is of no use any more; remove it and start again.")
    say(f"making .venv with Python {sys.version.split()[0]}")
    shutil.rmtree(VENV, ignore_errors=True)
    command = [sys.executable, "-m", "venv", str(VENV)]
    made = run([*command] if _has("ensurepip") else [*command, "--without-pip"])
    if made.returncode == 0 and not _has("ensurepip"):
        made = pip_from_elsewhere()
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        if "No module named" in made.stderr:
            raise SetUpProblem(NO_VENV)
        raise problem_of(made, "This Python cannot make a virtual environment")


def _has(module: str) -> bool:
    return (
        subprocess.run(
            [sys.executable, "-c", f"import {module}"], capture_output=True, check=False
        ).returncode
        == 0
    )


def pip_from_elsewhere() -> subprocess.CompletedProcess[str]:
    """Where Python was packaged without ensurepip, a pip that this machine has may install the locked one."""
    if not _has("pip"):
        shutil.rmtree(VENV, ignore_errors=True)
        raise SetUpProblem(NO_VENV)
    return run(
        [sys.executable, "-m", "pip", "--python", str(PYTHON), "install", *QUIETLY, *hashed("tools.lock")]
    )


# ---- installing ----


def hashed(*locks: str) -> list[str]:
    """pip's and uv's arguments for lock files: nothing without its hash, nothing that has to be compiled."""
    files = [word for name in locks for word in ("-r", str(REQUIREMENTS / name))]
    return ["--require-hashes", "--only-binary", ":all:", *files]


def install(kind: str) -> None:
    """Install the locked packages with uv; with pip where uv has no build for this machine or fails."""
    locks = LOCKS[kind]
    count = sum(len(PACKAGE.findall((REQUIREMENTS / name).read_text())) for name in locks)
    say(f"installing {count} packages")
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", *QUIETLY]
    if (
        run([*pip, *hashed("tools.lock")]).returncode == 0
        and run(
            [str(VENV / "bin" / "uv"), "pip", "install", "--quiet", "--python", str(PYTHON), *hashed(*locks)],
            package_index.environment_for_uv(str(PYTHON)),
        ).returncode
        == 0
    ):
        return
    say("uv could not do it; trying pip, which takes longer")
    done = run([*pip, *hashed(*locks)])
    if done.returncode:
        raise problem_of(done, "The packages could not be installed")


def run(command: list[str], environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a tool and keep what it says for the case that it fails."""
    try:
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, "", str(error))


def problem_of(done: subprocess.CompletedProcess[str], what: str) -> SetUpProblem:
    """The sentence for a tool that failed, from the words that it failed with."""
    said = done.stderr + done.stdout
    lowered = said.lower()
    if "no space left on device" in lowered:
        return SetUpProblem(f"{what}: the disk of {ROOT} is full (about 700 MB are needed).")
    if "read-only file system" in lowered or "permission denied" in lowered:
        return SetUpProblem(f"{what}: {VENV} cannot be written.")
    if "do not match the hashes" in lowered or "hash mismatch" in lowered:
        return SetUpProblem(f"{what}: a package is not the one that was locked. Nothing of it was installed.")
    if "no matching distribution" in lowered or "no version" in lowered:
        return SetUpProblem(
            f"{what}: {_last_line(said)} (no build for this machine, or no package index in reach)."
        )
    if any(word in lowered for word in ("name resolution", "connection", "timed out", "network", "ssl")):
        return SetUpProblem(
            f"{what}: the package index cannot be reached. Check the network and pip's configuration."
        )
    return SetUpProblem(f"{what}: {_last_line(said)}")


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")]
    return (errors or lines or ["no reason was given"])[-1]


# ---- making it reachable ----


def write_launchers() -> None:
    """Let `import frontdesk` work from any folder, and leave `.venv/bin/frontdesk`, which is script/frontdesk."""
    asked = run([str(PYTHON), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"])
    Path(asked.stdout.strip(), "frontdesk-checkout.pth").write_text(f"{ROOT}\n")
    launcher = VENV / "bin" / "frontdesk"
    launcher.write_text(f'#!/bin/sh\nexec {shlex.quote(str(ROOT / "script" / "frontdesk"))} "$@"\n')
    launcher.chmod(0o755)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    if code:
        sys.exit(code)
    sys.stdout.flush()
    # One process from here on, so that signals reach the program itself.
    os.execv(PYTHON, [str(PYTHON), *sys.argv[2:]])
