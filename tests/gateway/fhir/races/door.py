"""People at the desk and programs at the machines' door, before one server and one book."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from threading import Barrier
from typing import Any

from django.utils import timezone

from frontdesk.accounts.permissions import Role
from frontdesk.book.actions import cancels, holds
from frontdesk.book.models import Appointment, Hold
from frontdesk.partners.actions import tokens
from frontdesk.people.models import ContactPoint, Patient
from tests.desk.test_races_http import Caller, Choice, offers, open_real_days
from tests.factories import partners, staff
from tests.factories.callers import callers
from tests.factories.crowd import crowd
from tests.factories.served import log_in, served
from tests.gateway.fhir.machine import moment, reference, string
from tests.universe import Universe, build

_keys = count(1)
SYSTEMS = 3  # different clients


@dataclass
class Said:
    """What the machines' door answered."""

    status: int
    body: dict[str, Any]

    @property
    def found(self) -> list[dict[str, Any]]:
        """The Appointments of the answer's Bundle."""
        inside = [one["resource"] for one in self.body.get("entry", ())]
        return [one for one in inside if one["resourceType"] == "Appointment"]

    @property
    def booked(self) -> str:
        """The id of the visit that is said to be booked; "" for none."""
        return self._with("booked")

    @property
    def held(self) -> str:
        """The id of the Appointment that is said to be held; "" for none."""
        return self._with("pending")

    def _with(self, status: str) -> str:
        told = [one["id"] for one in self.found if one["status"] == status] if self.status == 200 else []
        return str(told[0]) if told else ""


@dataclass
class Program:
    """A registered client's request for one patient. Each request has a connection of its own."""

    port: int
    token: str
    patient: Patient
    offers: dict[Choice, str] = field(default_factory=dict)

    def ask(self, name: str, *values: dict[str, Any], key: str = "") -> Said:
        """POST an operation on Appointment."""
        headers = {"Content-Type": "application/fhir+json", **partners.bearer(self.token)}
        if key:
            headers["Idempotency-Key"] = key
        body = json.dumps({"resourceType": "Parameters", "parameter": values})
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        try:
            line.request("POST", f"/fhir/Appointment/${name}", body, headers)
            answer = line.getresponse()
            return Said(answer.status, json.loads(answer.read()))
        finally:
            line.close()

    def looks(self) -> None:
        """Remember what is offered for the patient: the id of each proposal."""
        now = timezone.now()
        said = self.ask(
            "find", moment("start", now), moment("end", now + timedelta(days=7)), string("visit-type", "follow-up"),
            reference("patient-reference", f"Patient/{self.patient.pk}"), {"name": "_count", "valueInteger": 200},
        )  # fmt: skip
        assert said.status == 200, said.body
        self.offers = {_choice(one): one["id"] for one in said.found}

    def books(self, choice: Choice, *, key: str = "") -> Said:
        return self._takes("book", self.offers[choice], key)

    def holds(self, choice: Choice) -> Said:
        return self._takes("hold", self.offers[choice], "")

    def books_held(self, held: str) -> Said:
        return self._takes("book", held, "")

    def _takes(self, what: str, pk: str, key: str) -> Said:
        return self.ask(what, reference("appointment-reference", f"Appointment/{pk}"), key=key)


def _choice(one: dict[str, Any]) -> Choice:
    actors = [part["actor"]["reference"] for part in one["participant"]]
    (provider,) = (int(who.partition("/")[2]) for who in actors if who.startswith("Practitioner/"))
    return provider, datetime.fromisoformat(one["start"])


@dataclass
class Front:
    """The clinic, and everybody who wants a time in it."""

    clinic: Universe
    people: list[Caller]
    programs: list[Program]
    pool: ThreadPoolExecutor

    def choice(self, which: int, late: int = 0) -> Choice:
        """The first time that all are offered with Dr. Calden (0) or Dr. Demir (1), or so many quarters of an hour later."""
        doctor = (self.clinic.dr_carol, self.clinic.dr_yusuf)[which].pk
        starts = sorted(start for provider, start in self.people[0].offers if provider == doctor)
        return doctor, starts[0] + timedelta(minutes=15 * late)

    def run(self, tasks: Sequence[Callable[[], Any]]) -> list[Any]:
        """All at the same moment."""
        barrier = Barrier(len(tasks))

        def one(task: Callable[[], Any]) -> Any:
            barrier.wait(60)
            return task()

        return list(self.pool.map(one, tasks))

    def clear(self) -> None:
        """Give back all that was taken."""
        by, now = self.clinic.alice, timezone.now()
        for hold in Hold.objects.filter(ended_at=None):
            holds.let_go(hold=hold, by=by, now=now)
        for visit in Appointment.objects.filter(status="booked"):
            cancels.cancel(
                visit=visit, why="patient-asked", note="", version=visit.version, key="", by=by, now=now
            )


@contextmanager
def front(log: Path, *, clients: int, workers: int) -> Iterator[Front]:
    """Half of the `clients` are people at the desk, half programs of three systems."""
    clinic = build()
    open_real_days(clinic)
    now, half = timezone.now(), clients // 2
    requests = callers(clients, site=clinic.main, by=clinic.alice, now=now)
    patients = [one.patient for one in requests[half:] if one.patient]
    for one in requests[half:]:
        one.delete()  # whoever comes through a program has not called
    ContactPoint.objects.bulk_create(
        ContactPoint(patient=one, kind="phone", value=f"+1212555{number + 100:04}")
        for number, one in enumerate(patients)
    )
    clerks = [staff.user(f"clerk{n}", Role.SCHEDULER, sites=(clinic.main,)) for n in range(half)]
    systems = [partners.register(clinic, now=now).client for _ in range(SYSTEMS)]
    given = [tokens.issue(client=one, scopes=one.scopes, by=one.user, now=now) for one in systems]
    with crowd(1), served(log, workers=workers) as port, ThreadPoolExecutor(clients) as pool:
        programs = [Program(port, given[n % SYSTEMS], one) for n, one in enumerate(patients)]
        desks = [log_in(clerk, port) for clerk in clerks]
        offered = list(pool.map(offers, desks, requests[:half]))
        list(pool.map(Program.looks, programs))
        people = [Caller(*one) for one in zip(requests[:half], desks, offered, strict=True)]
        yield Front(clinic, people, programs, pool)
