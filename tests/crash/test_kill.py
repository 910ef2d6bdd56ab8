"""kill -9 of the web server and of PostgreSQL while hundreds of visits are booked at once.

The whole product runs as `frontdesk up` runs it, with its own database and fsync on. Clerks in processes of their own
book through the actions, four people book at the web's door. What was acknowledged must be there afterwards, whole.
FRONTDESK_CRASH_VISITS says how many visits; two thousand take some minutes.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

import pytest

from frontdesk.up import processes
from frontdesk.up.paths import checkout
from frontdesk.up.postgres import Cluster
from tests.factories.served import Desk, free_port

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

EVERYBODY = int(os.environ.get("FRONTDESK_CRASH_VISITS", "160"))
AT_THE_DOOR = EVERYBODY // 10
VISITS = EVERYBODY - AT_THE_DOOR
CLERKS = 3
PATIENCE = 600.0  # seconds for the whole race, on a machine with much else to do
ASKED = "visit_type=door"


@dataclass
class Product:
    """`frontdesk up` in a folder of its own."""

    folder: Path
    port: int
    process: subprocess.Popen[str] = field(init=False)

    def __post_init__(self) -> None:
        named = ("DATABASE_URL", "MIGRATION_DATABASE_URL", "EMAIL_URL", "COVERAGE_PROCESS_START")
        kept = {name: value for name, value in os.environ.items() if name not in named}
        self.environment = {**kept, "FRONTDESK_VAR": str(self.var), "PYTHONPATH": str(checkout())}
        self.environment["FRONTDESK_SECRET_KEY"] = "kept-for-the-length-of-a-test"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "frontdesk", "up", "--no-demo", "--port", str(self.port)],
            env=self.environment, cwd=checkout(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        said = ""
        assert self.process.stdout
        while "Ctrl-C stops everything" not in said:
            line = self.process.stdout.readline()
            assert line, said
            said += line
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
        """The postmaster itself; its back ends end when they notice."""
        os.kill(int((self.cluster.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def kill_web(self) -> None:
        """The web server and both of its workers."""
        os.kill(self._child("frontdesk.up.web"), signal.SIGKILL)

    def _child(self, module: str) -> int:
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


SETTINGS = {"DJANGO_SETTINGS_MODULE": "frontdesk.config.settings"}


@dataclass
class Clerk:
    """A process that books; killed, it begins again with what it has not been told of."""

    product: Product
    jobs: list[dict[str, Any]]
    name: str
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.told = self.product.folder / f"{self.name}.told"
        self.told.touch()
        self.begin()

    def begin(self) -> None:
        done = {int(line.split()[0]) for line in self.acknowledged()}
        jobs = self.product.folder / f"{self.name}.jobs"
        jobs.write_text(json.dumps([job for job in self.jobs if job["request"] not in done]))
        environment = {**self.product.environment, "DATABASE_URL": self.product.cluster.app_url, **SETTINGS}
        with (self.product.folder / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.crash.clerk", str(jobs), str(self.told)],
                env=environment, cwd=checkout(), stdout=log, stderr=log,
            )  # fmt: skip

    def acknowledged(self) -> list[str]:
        return [line for line in self.told.read_text().splitlines() if len(line.split()) == 2]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class AtTheDoor(Thread):
    """Somebody with a browser who tries again until the visit is booked, or until told to leave."""

    def __init__(
        self, product: Product, jobs: list[dict[str, Any]], booked: Callable[[int], None], leave: Event
    ):
        super().__init__()
        self.product, self.jobs, self.booked, self.leave = product, jobs, booked, leave
        self.broken = 0

    def run(self) -> None:
        for job in self.jobs:
            held = ""
            while not self.leave.is_set():
                desk = Desk(self.product.port, job["session"])
                try:
                    held = held or self._hold(desk, job["request"])
                    if held and self._book(desk, held, job["request"]):
                        self.booked(job["request"])
                        break
                except (OSError, http.client.HTTPException):
                    self.broken += 1
                    time.sleep(0.2)

    def _hold(self, desk: Desk, request: int) -> str:
        """The address that books what is held; nothing where the server was cut off from its database."""
        desk.post(f"/requests/{request}/hold-first/", key="door", asked=ASKED)
        page = desk.get(f"/requests/{request}/find/?{ASKED}")
        found = re.search(r"/holds/\d+/book/", page.body)
        return found[0] if found else ""

    def _book(self, desk: Desk, held: str, request: int) -> bool:
        answer = desk.post(held)
        self.broken += answer.status >= 500
        return answer.status == 302 and answer.place == f"/requests/{request}/"


@dataclass
class Race:
    """Everybody who books, and what they have been told."""

    product: Product
    clerks: list[Clerk]
    people: list[AtTheDoor]
    door: list[int]
    leave: Event

    @property
    def told(self) -> int:
        return len(self.door) + sum(len(clerk.acknowledged()) for clerk in self.clerks)

    def wait_for(self, told: int, *, at_the_door: bool = False) -> None:
        """Until so many visits are acknowledged, by anybody or by the web alone."""
        deadline = time.monotonic() + PATIENCE
        while (len(self.door) if at_the_door else self.told) < told:
            assert time.monotonic() < deadline, f"only {self.told} of {told}"
            for clerk in self.clerks:
                assert clerk.process.poll() in (None, 0), (
                    clerk.product.folder / f"{clerk.name}.log"
                ).read_text()[-3000:]
            time.sleep(0.05)

    def end(self) -> None:
        self.leave.set()
        for clerk in self.clerks:
            clerk.kill()
        for person in self.people:
            person.join()


@pytest.fixture
def product() -> Iterator[Product]:
    folder = Path(tempfile.mkdtemp(prefix="fd-crash-"))
    folder.chmod(0o755)
    made = Product(folder, free_port())
    yield made
    made.stop()
    shutil.rmtree(folder)


@pytest.fixture
def race(product: Product) -> Iterator[Race]:
    seeded = json.loads(product.python("tests.crash.seed", str(VISITS), str(AT_THE_DOOR)))
    assert len(seeded["jobs"]) == VISITS
    door: list[int] = []
    lock, leave = Lock(), Event()

    def booked(request: int) -> None:
        with lock:
            door.append(request)

    people = [AtTheDoor(product, seeded["door"][n::4], booked, leave) for n in range(4)]
    clerks = [Clerk(product, seeded["jobs"][n::CLERKS], f"clerk{n}") for n in range(CLERKS)]
    made = Race(product, clerks, people, door, leave)
    for person in people:
        person.start()
    yield made
    made.end()


def _check(race: Race) -> dict[str, Any]:
    """What is wrong in the book once the database answers again."""
    deadline = time.monotonic() + 120
    while not race.product.answers():
        assert time.monotonic() < deadline, "it does not come back"
        time.sleep(0.1)
    told = "\n".join(line for clerk in race.clerks for line in clerk.acknowledged())
    found: dict[str, Any] = json.loads(race.product.python("tests.crash.check", told=told))
    return found


def test_what_was_acknowledged_outlives_kills_of_web_server_and_database(race: Race) -> None:
    product = race.product
    race.wait_for(4, at_the_door=True)
    product.kill_web()
    race.wait_for(AT_THE_DOOR // 2, at_the_door=True)
    product.kill_database()
    race.wait_for(EVERYBODY * 3 // 5)
    race.clerks[0].kill()
    race.clerks[0].begin()
    race.wait_for(EVERYBODY * 4 // 5)
    # Last, everything at once, and nobody comes back to make whole what was left half done.
    product.kill_database()
    product.kill_web()
    race.end()
    found = _check(race)
    assert (found["lost"], found["twice"], found["faults"]) == ([], [], [])
    assert found["visits"] >= race.told >= EVERYBODY * 4 // 5
    assert sum(person.broken for person in race.people), "nobody at the door noticed: the kills came too late"
    assert "All is well." in product.python("frontdesk", "verify")
    for clerk in race.clerks:
        assert not processes.exists(clerk.process.pid)
