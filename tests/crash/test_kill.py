"""kill -9 of the web server and of PostgreSQL while hundreds of visits are booked at once.

The whole product runs as `frontdesk up` runs it, with its own database and fsync on. Clerks in processes of their own
book through the actions, four people book at the web's door. What was acknowledged must be there afterwards, whole.
FRONTDESK_CRASH_VISITS says how many visits; two thousand take some minutes.
"""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import Any

import pytest

from frontdesk.up import processes
from frontdesk.up.paths import checkout
from tests.crash.product import AT_THE_DOOR, EVERYBODY, SETTINGS, Product
from tests.factories.served import Desk

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

CLERKS = 3
PATIENCE = 600.0  # seconds for the whole race, on a machine with much else to do
ASKED = "visit_type=door"


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
def race(product: Product, seeded: dict[str, Any]) -> Iterator[Race]:
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
