"""`python -m frontdesk up`: the whole product on this machine, until it is told to stop.

In order: the state folder, the database (embedded, or the one that DATABASE_URL names), its tables and the demo clinic
(`python -m frontdesk prepare`), then mailbox, worker and web server under one supervisor.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from frontdesk.up.paths import log_file, make_var, only_one, secret_file, var_folder
from frontdesk.up.postgres import APP, Cluster
from frontdesk.up.prepare import Logins, prepare
from frontdesk.up.problems import ExitCode, Problem, storage_problem
from frontdesk.up.supervisor import Program, Stopped, Supervisor, ignore_stop_signals, stop_signals_raise

READY_PATIENCE = 120.0  # seconds until the first page must be there, on a machine with much else to do


class EmbeddedDatabase(Cluster):
    """The embedded cluster as a service to be watched."""

    name = "database"

    @property
    def log(self) -> Path:
        """Where the server's own words are kept."""
        return self.home / "log" / "postgres.log"


@dataclass(frozen=True)
class Addresses:
    """Where the database is, for the application's role and for the role that owns the tables."""

    app: str
    owner: str
    app_role: str


def run(arguments: Sequence[str]) -> int:
    """Run until stopped; returns the exit code (see ExitCode; 0 when it was told to stop)."""
    options = _options(arguments)
    os.umask(0o077)
    try:
        with stop_signals_raise():
            serve(options)
    except Problem as problem:
        return _complain(problem)
    except OSError as error:  # the disk filled up, or was taken away, at some later moment
        return _complain(storage_problem(var_folder(), error))
    except Stopped:
        say("Stopped. The data stay where they are.")
    return 0


def _complain(problem: Problem) -> int:
    print(problem, file=sys.stderr)
    return problem.code


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="script/server",
        description="Runs Frontdesk on this machine: database, web server, worker, mailbox.",
    )
    parser.add_argument(
        "--port", type=_port, default=8000, help="the web server's port on 127.0.0.1 (default 8000)"
    )
    parser.add_argument(
        "--no-demo", action="store_true", help="do not load the demo clinic into an empty database"
    )
    parser.add_argument(
        "--size", choices=["small", "clinic", "network"], default="clinic", help="of the demo clinic"
    )
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65_535):
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is not a port: a whole number from 1 to 65535")
    return int(text)


def say(line: str = "") -> None:
    """One line for the person at the terminal, who may have gone."""
    with contextlib.suppress(OSError):
        print(line, flush=True)


def serve(options: argparse.Namespace) -> None:
    """Start everything, say where it is, and watch it; ends by an exception only (Stopped, Problem)."""
    var = var_folder()
    make_var(var)
    address = f"http://127.0.0.1:{options.port}"
    with only_one(var / "lock", f"Frontdesk at {address} (process {os.getpid()})"):
        check_port_free(options.port)
        supervisor = Supervisor(say)
        try:
            _serve(options, var, address, supervisor)
        finally:
            ignore_stop_signals()
            supervisor.stop()


def _serve(options: argparse.Namespace, var: Path, address: str, supervisor: Supervisor) -> None:
    database = start_database(var, supervisor)
    environment = child_environment(os.environ, var, database, address)
    logins = prepare(
        environment, database.owner, database.app_role, demo_size(options), log_file(var, "prepare")
    )
    if "EMAIL_URL" not in environment:
        start_mailbox(var, environment, supervisor)
    python = [sys.executable, "-m"]
    worker = [*python, "frontdesk", "worker"]
    web = [*python, "frontdesk.up.web", "--port", str(options.port)]
    supervisor.start(Program("worker", worker, environment, log_file(var, "worker"), patience=3))
    supervisor.start(Program("web server", web, environment, log_file(var, "web"), patience=2.5))
    wait_until_ready(options.port, supervisor, var)
    announce(address, logins)
    while True:
        supervisor.watch(3600)


def demo_size(options: argparse.Namespace) -> str:
    """What `prepare --demo-size` is told."""
    return "none" if options.no_demo else str(options.size)


def check_port_free(port: int) -> None:
    """Raise Problem where the port cannot be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise Problem(
                f"This account may not listen on port {port}. Choose one above 1023: script/server --port 8000",
                ExitCode.PORT,
            ) from None
        except OSError:
            other = port + 1 if port < 65_535 else 8000
            raise Problem(
                f"Port {port} is taken by another program. Choose another: script/server --port {other}",
                ExitCode.PORT,
            ) from None


def start_database(var: Path, supervisor: Supervisor) -> Addresses:
    """The database's addresses: the one named by DATABASE_URL once it is seen to do, else the embedded one, started."""
    named = os.environ.get("DATABASE_URL", "").strip()
    if named:
        from frontdesk.up.database import check_database

        owner = os.environ.get("MIGRATION_DATABASE_URL", "").strip()
        role = check_database(named)
        if owner:
            check_database(owner, "MIGRATION_DATABASE_URL")
        return Addresses(named, owner or named, role)
    cluster = EmbeddedDatabase(var)
    if not cluster.data.exists():
        say("Making the database ...")
    supervisor.start(cluster)
    return Addresses(cluster.app_url, cluster.owner_url, APP)


def child_environment(
    environ: Mapping[str, str], var: Path, database: Addresses, address: str
) -> dict[str, str]:
    """What the application's processes are told through their environment."""
    told = {
        "DATABASE_URL": database.app,
        "MIGRATION_DATABASE_URL": database.owner,
        "FRONTDESK_VAR": str(var),
        "FRONTDESK_ADDRESS": address,
        "FRONTDESK_STATIC": "collected",
        "PYTHONUNBUFFERED": "1",
    }
    if not environ.get("FRONTDESK_SECRET_KEY"):
        told["FRONTDESK_SECRET_KEY_FILE"] = environ.get("FRONTDESK_SECRET_KEY_FILE") or str(secret_file(var))
    return {**{name: value for name, value in environ.items() if value or name != "EMAIL_URL"}, **told}


def start_mailbox(var: Path, environment: dict[str, str], supervisor: Supervisor) -> None:
    """Start the demo's mailbox and tell the application where it is."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    folder = var / "mailbox"
    environment["EMAIL_URL"] = f"smtp://127.0.0.1:{port}"
    environment["FRONTDESK_MAILBOX_DIR"] = str(folder)
    command = [sys.executable, "-m", "frontdesk.up.mailbox", "--port", port, "--dir", str(folder)]
    supervisor.start(Program("mailbox", command, environment, log_file(var, "mailbox"), patience=1))


def wait_until_ready(port: int, supervisor: Supervisor, var: Path) -> None:
    """Watch until GET /healthz answers 200; raises Problem where that takes too long."""
    deadline = time.monotonic() + READY_PATIENCE
    while not answers(port):
        if time.monotonic() > deadline:
            raise Problem(f"The web server does not answer; its log says why: {var / 'log' / 'web.log'}")
        supervisor.watch(0.1)


def answers(port: int) -> bool:
    """Whether the application says that it is well."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def announce(address: str, logins: Logins) -> None:
    """Say where Frontdesk is and, with the demo clinic, who can log in."""
    say(f"\nFrontdesk is at {address}")
    if logins:
        say("\nDemo log-ins:")
        widths = [
            max(len(row[column]) for row in logins if column < len(row))
            for column in range(max(map(len, logins)))
        ]
        for row in logins:
            say(
                "  "
                + "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip()
            )
    say(f"\nLogs and data are in {var_folder()}. Ctrl-C stops everything.")
