"""`python -m frontdesk.up.command COMMAND`: one of Frontdesk's commands on the same data as script/server.

Where DATABASE_URL is not set, the embedded database is used: the running one, else one that is started for the
command and stopped when it (and every other command that came to use it meanwhile) has ended.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from frontdesk.up.main import Addresses, child_environment
from frontdesk.up.paths import make_var, only_one, var_folder
from frontdesk.up.postgres import APP, Cluster
from frontdesk.up.problems import ExitCode, Problem

PATIENCE = 30.0  # seconds for a server that is just starting
# These change tables or load data in bulk, and run as the role that owns the tables.
OWNERS_COMMANDS = {
    "migrate",
    "prepare",
    "demo",
    "dbshell",
    "sqlmigrate",
    "makemigrations",
    "showmigrations",
    "flush",
}


def main(arguments: list[str]) -> int:
    """Run the command; returns its exit code."""
    python = [sys.executable, "-P", "-m", "frontdesk", *arguments]
    if arguments[:1] == ["up"] or os.environ.get("DATABASE_URL"):
        os.execv(sys.executable, python)
    try:
        with embedded_database(var_folder()) as database:
            return subprocess.run(python, env=environment_for(arguments, database), check=False).returncode
    except Problem as problem:
        print(problem, file=sys.stderr)
        return problem.code
    except KeyboardInterrupt:
        return 130


def environment_for(arguments: list[str], database: Addresses) -> dict[str, str]:
    """The command's environment; only what changes tables gets the owner's address as DATABASE_URL."""
    environment = child_environment(os.environ, var_folder(), database, "")
    if arguments and arguments[0] in OWNERS_COMMANDS:
        environment |= {"DATABASE_URL": database.owner, "FRONTDESK_APP_ROLE": database.app_role}
    return environment


@contextmanager
def embedded_database(var: Path) -> Iterator[Addresses]:
    """The embedded database's addresses, with its server running while the block runs."""
    make_var(var)
    cluster = Cluster(var)
    with ExitStack() as held:
        try:
            held.enter_context(only_one(var / "lock", f"A Frontdesk command (process {os.getpid()})"))
        except Problem as problem:
            if problem.code is not ExitCode.BUSY:
                raise
            _wait_for_server(cluster, problem)
            with _in_use(var, fcntl.LOCK_SH):
                yield Addresses(cluster.app_url, cluster.owner_url, APP)
            return
        held.callback(cluster.stop)
        cluster.start()
        held.callback(_wait_for_others, var)
        yield Addresses(cluster.app_url, cluster.owner_url, APP)


def _wait_for_server(cluster: Cluster, busy: Problem) -> None:
    deadline = time.monotonic() + PATIENCE
    while not cluster.running():
        if time.monotonic() > deadline:
            raise busy
        time.sleep(0.1)


@contextmanager
def _in_use(var: Path, how: int) -> Iterator[None]:
    """Hold the mark that a command uses the server which another command started."""
    handle = os.open(var / "users.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)


def _wait_for_others(var: Path) -> None:
    with _in_use(var, fcntl.LOCK_EX):
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
