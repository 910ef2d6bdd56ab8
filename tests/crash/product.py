"""The whole product as `frontdesk up` runs it, in a folder of its own, for tests that kill parts of it."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from frontdesk.up.paths import checkout
from frontdesk.up.postgres import Cluster

EVERYBODY = int(os.environ.get("FRONTDESK_CRASH_VISITS", "320"))
AT_THE_DOOR = EVERYBODY // 10
VISITS = EVERYBODY - AT_THE_DOOR
SETTINGS = {"DJANGO_SETTINGS_MODULE": "frontdesk.config.settings"}


@dataclass
class Product:
    """`frontdesk up` in a folder of its own."""

    folder: Path
    port: int
    process: subprocess.Popen[str] = field(init=False)
    said: str = field(init=False, default="")

    def __post_init__(self) -> None:
        named = ("DATABASE_URL", "MIGRATION_DATABASE_URL", "EMAIL_URL", "COVERAGE_PROCESS_START")
        kept = {name: value for name, value in os.environ.items() if name not in named}
        self.environment = {**kept, "FRONTDESK_VAR": str(self.var), "PYTHONPATH": str(checkout())}
        self.environment["FRONTDESK_SECRET_KEY"] = "kept-for-the-length-of-a-test"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "frontdesk", "up", "--no-demo", "--port", str(self.port)],
            env=self.environment, cwd=checkout(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        assert self.process.stdout
        while "Ctrl-C stops everything" not in self.said:
            line = self.process.stdout.readline()
            assert line, self.said
            self.said += line
        self.cluster = Cluster(self.var)

    @property
    def var(self) -> Path:
        return self.folder / "var"

    def python(self, *arguments: str, told: str = "") -> str:
        """A command that ends by itself; what it writes. It talks to the database as the product does."""
        environment = {**self.environment, "DATABASE_URL": self.cluster.app_url, **SETTINGS}
        done = subprocess.run(
            [sys.executable, "-m", *arguments], env=environment, cwd=checkout(), input=told, text=True,
            capture_output=True, check=False, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:] + done.stdout[-3000:]
        return done.stdout

    def kill_database(self) -> None:
        """The postmaster itself; its back ends end when they notice. One that is coming back is waited for first."""
        deadline = time.monotonic() + 120
        while not self.answers():
            assert time.monotonic() < deadline, "it does not come back"
            time.sleep(0.05)
        os.kill(int((self.cluster.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def kill_web(self) -> None:
        """The web server and both of its workers."""
        os.kill(self.child("frontdesk.up.web"), signal.SIGKILL)

    def child(self, module: str) -> int:
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(stat.read_text().rpartition(")")[2].split()[1])
                if parent == self.process.pid and module in (stat.parent / "cmdline").read_text():
                    return int(stat.parent.name)
            except OSError:  # it ended while we looked
                continue
        raise AssertionError(f"There is no {module}.")

    def answers(self) -> bool:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            line.request("GET", "/healthz")
            return line.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.stdout
        self.process.stdout.read()
        self.process.wait(60)
        self.process.stdout.close()
        assert self.process.returncode == 0
