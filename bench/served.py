"""The product's own web server, and the processor time that it, the database and this process use."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection


@dataclass(frozen=True)
class Server:
    """A running web server: its port on this machine, and the process above its workers."""

    port: int
    pid: int


@contextmanager
def serving(workers: int) -> Iterator[Server]:
    """The product's web server on a free port, while the block runs."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "frontdesk.up.web", "--port", str(port), "--workers", str(workers)]
    process = subprocess.Popen(command, env=dict(os.environ))
    try:
        _wait_for(port, workers)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(port: int, workers: int) -> None:
    """Until every worker listens: whoever connects sooner would stay with the first of them."""
    for _ in range(1200):
        if _listening(port) >= workers:
            return
        time.sleep(0.1)
    raise RuntimeError("The web server did not start.")


def _listening(port: int) -> int:
    """How many sockets of this machine listen on the port (/proc/net/tcp: local address, and state 0A)."""
    rows = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return sum(row[1].endswith(f":{port:04X}") and row[3] == "0A" for row in rows)


@dataclass(frozen=True)
class Spent:
    """Seconds of processor time."""

    server: float
    database: float
    here: float

    def since(self, before: Spent) -> Spent:
        """What was spent between two looks."""
        return Spent(
            self.server - before.server, self.database - before.database, self.here - before.here
        )  # fmt: skip


def spent(server: Server) -> Spent:
    """What the server with its workers, PostgreSQL with all its processes, and this process have spent so far.

    A database on another machine counts as nothing.
    """
    times = os.times()
    return Spent(_tree(server.pid), _database(), times.user + times.system)


def _database() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = int(cursor.fetchone()[0])
    stat = _stat(backend)
    return _tree(int(stat[1])) if stat and "postgres" in _name(backend) else 0.0


def _tree(root: int) -> float:
    """The processor time of a process, its descendants, and those of them that have ended."""
    stats = {int(one.name): stat for one in Path("/proc").glob("[0-9]*") if (stat := _stat(int(one.name)))}
    found, total = {root}, 0.0
    for pid in sorted(stats):
        if int(stats[pid][1]) in found:
            found.add(pid)
    for pid in found & set(stats):
        total += sum(int(ticks) for ticks in stats[pid][11:15])
    return total / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on; none where there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text()
