"""The product's own web server as a process of its own, against the test's database, and people logged in at it."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection
from django.test import Client

from frontdesk.accounts.models import User
from frontdesk.up.paths import checkout

PATIENCE = 240.0  # seconds until the server must answer, on a machine with much else to do
CSRF = "a" * 32


@dataclass
class Answer:
    """What the server said. `place` is where it sends the browser."""

    status: int
    place: str
    body: str


@dataclass(frozen=True)
class Desk:
    """Somebody logged in. Each request has a connection of its own: the server closes those that lie idle."""

    port: int
    session: str

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def post(self, path: str, **fields: str) -> Answer:
        return self._ask("POST", path, urlencode({**fields, "csrfmiddlewaretoken": CSRF}))

    def _ask(self, method: str, path: str, body: str = "") -> Answer:
        headers = {"Cookie": f"sessionid={self.session}; csrftoken={CSRF}"}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        try:
            line.request(method, path, body or None, headers)
            answer = line.getresponse()
            text = unescape(answer.read().decode())
            return Answer(answer.status, answer.headers.get("Location", ""), text)
        finally:
            line.close()


def log_in(user: User, port: int) -> Desk:
    """A session as the log-in page makes it, without the page."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return Desk(port, client.cookies["sessionid"].value)


@contextmanager
def served(log: Path, *, workers: int = 2) -> Iterator[int]:
    """The port of a running server whose words go to `log`; it is stopped at the end. Raises AssertionError."""
    process, port = start(log, database_url(), workers=workers)
    try:
        yield port
    finally:
        stop(process)


def start(
    log: Path, database: str, *, workers: int = 2, port: int = 0, secret: str = ""
) -> tuple[subprocess.Popen[bytes], int]:
    """A server process and its port, when it answers."""
    port = port or free_port()
    command = [sys.executable, "-m", "frontdesk.up.web", "--port", str(port), "--workers", str(workers)]
    told = {
        "DATABASE_URL": database,
        "FRONTDESK_SECRET_KEY": secret or settings.SECRET_KEY,
        "PYTHONPATH": str(checkout()),
    }
    environment = {name: value for name, value in os.environ.items() if name != "EMAIL_URL"}
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, env=environment | told, stdout=output, stderr=output, cwd=checkout()
        )
    try:
        _wait_ready(process, port, log)
    except BaseException:
        stop(process)
        raise
    return process, port


def stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database_url() -> str:
    """The address of the database that this test uses, for another process."""
    found = connection.get_connection_params()
    password = f":{quote(found['password'])}" if found.get("password") else ""
    query = {key: str(found[key]) for key in ("host", "port") if found.get(key)}
    return f"postgresql://{quote(found.get('user') or '')}{password}@/{found['dbname']}?{urlencode(query)}"


def deadlocks() -> int:
    """How many deadlocks PostgreSQL has broken in this database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def troubles(log: Path) -> list[str]:
    """Lines of the server's log that speak of an error."""
    return [line for line in log.read_text().splitlines() if re.search(r"ERROR|Traceback|deadlock", line)]


def _wait_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()[-2000:]
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            line.request("GET", "/healthz")
            if line.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            line.close()
    raise AssertionError(f"The server does not answer: {log.read_text()[-2000:]}")
