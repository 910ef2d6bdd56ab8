"""Fifty people at the desk's own door want one time: a real server of two processes, real sessions, real forms.

Never more than there is; nobody is told that a time is held or a visit booked whose it is not; no error, no deadlock.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from threading import Barrier

import pytest
from django.core import signing
from django.db import connection
from django.utils import timezone

from frontdesk.accounts.permissions import Role
from frontdesk.book.actions import cancels, gatherings, holds
from frontdesk.book.actions.days import open_days
from frontdesk.book.models import Appointment, Claim, Hold
from frontdesk.clinic.models import Room, VisitType
from frontdesk.desk.pages.find_page import SIGNED
from frontdesk.people.models import Patient
from frontdesk.triage.models import Request
from tests.factories import clinic as factory
from tests.factories import staff
from tests.factories.callers import callers
from tests.factories.crowd import crowd
from tests.factories.served import Answer, Desk, deadlocks, log_in, served, troubles
from tests.factories.soundness import faults
from tests.universe import OPENER, Universe, build

pytestmark = pytest.mark.django_db(transaction=True)

FULL = bool(
    os.environ.get("FRONTDESK_FULL_PROOFS")
)  # fifty clients and twenty rounds of everything: some minutes
CLIENTS = 50
ROUNDS = 20 if FULL else 3
PLACES = 5
FEW = CLIENTS if FULL else 10  # clients of a round where the race is the same and only the field differs
ASKED = "visit_type=follow-up"
HELD, TAKEN = "Held for you until", "This time was just taken."
_keys = count(1)
Choice = tuple[int, datetime]  # provider, start


@dataclass
class Caller:
    """A request, the person who sees to it, and what the page offers them: the signed form of each time."""

    request: Request
    desk: Desk
    offers: dict[Choice, str]

    def holds(self, choice: Choice) -> Answer:
        return self.desk.post(
            f"/requests/{self.request.pk}/hold/",
            option=self.offers[choice],
            key=f"race-{next(_keys)}",
            asked=ASKED,
        )

    def takes(self, group: int) -> Answer:
        return self.desk.post(
            f"/groups/{group}/take/", request=str(self.request.pk), key=f"race-{next(_keys)}"
        )

    @property
    def address(self) -> str:
        return f"/requests/{self.request.pk}/"

    def looks(self) -> str:
        return self.desk.get(f"/requests/{self.request.pk}/find/?{ASKED}").body


@dataclass
class Door:
    """The clinic, its server, and who stands before it."""

    clinic: Universe
    plain: list[Caller]
    spanish: list[Caller]
    pool: ThreadPoolExecutor

    def choice(self, which: int, late: int = 0) -> Choice:
        """The first time of Dr. Calden (0) or Dr. Demir (1), or so many quarters of an hour later."""
        doctor = (self.clinic.dr_carol, self.clinic.dr_yusuf)[which].pk
        starts = sorted(start for provider, start in self.plain[0].offers if provider == doctor)
        return doctor, starts[0] + timedelta(minutes=15 * late)

    def run(self, tasks: Sequence[Callable[[], Answer]]) -> list[Answer]:
        """All at the same moment; every answer sends the browser on."""
        barrier = Barrier(len(tasks))

        def one(task: Callable[[], Answer]) -> Answer:
            barrier.wait(60)
            return task()

        answers = list(self.pool.map(one, tasks))
        assert {answer.status for answer in answers} == {302}, [answer.body[:300] for answer in answers]
        return answers

    def round(self, clients: list[Caller], choices: Sequence[Choice], *, ask_all: bool) -> list[Hold]:
        """Each wants one of the choices, turn about. Answers who has a time; the pages say the same."""
        wants = [(one, choices[place % len(choices)]) for place, one in enumerate(clients)]
        self.run([partial(one.holds, choice) for one, choice in wants])
        held = list(Hold.objects.filter(ended_at=None).select_related("site").order_by("start"))
        winners = {hold.asked_for for hold in held}
        shown = clients if ask_all else [one for one in clients if one.request.pk in winners] + clients[:2]
        for one, page in zip(shown, self.pool.map(Caller.looks, shown), strict=True):
            has = one.request.pk in winners
            assert (HELD in page) == has, one.request.pk
            assert has or TAKEN in page, one.request.pk  # who won may still read of an earlier round
        return held

    def let_go(self, held: list[Hold]) -> None:
        for hold in held:
            holds.let_go(hold=hold, by=self.clinic.alice, now=timezone.now())

    def cancel(self, visit: Appointment) -> None:
        cancels.cancel(
            visit=visit, why="patient-asked", note="", version=visit.version, key="", by=self.clinic.alice,
            now=timezone.now(),
        )  # fmt: skip


def offers(desk: Desk, request: Request) -> dict[Choice, str]:
    """The times that the page offers for the request, each with its signed form."""
    page = desk.get(f"/requests/{request.pk}/find/?{ASKED}").body
    found = {}
    for signed in re.findall(r'name="option" value="([^"]+)"', page):
        plain = signing.loads(signed, salt=SIGNED)
        found[plain["resources"][0], datetime.fromisoformat(plain["start"])] = signed
    assert found, page[:2000]
    return found


def open_real_days(clinic: Universe) -> None:
    """The days from tomorrow on, as the server's own clock has them."""
    everybody = [clinic.dr_carol, clinic.dr_yusuf, clinic.exam_1, clinic.exam_2, clinic.marisol]
    tomorrow = timezone.now().date() + timedelta(days=1)
    open_days(
        resources=everybody, first=tomorrow, last=tomorrow + timedelta(days=6), by=OPENER, now=timezone.now()
    )


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server") / "web.log"


@pytest.fixture
def door(transactional_db: None, log: Path) -> Iterator[Door]:
    clinic = build()
    open_real_days(clinic)
    now = timezone.now()
    clerks = [staff.user(f"clerk{n}", Role.SCHEDULER, sites=(clinic.main,)) for n in range(CLIENTS)]
    requests = callers(CLIENTS + FEW, site=clinic.main, by=clinic.alice, now=now)
    spanish = requests[CLIENTS:]
    Patient.objects.filter(requests__in=spanish).update(language="es", needs_interpreter=True)
    before = deadlocks()
    with crowd(1), served(log) as port, ThreadPoolExecutor(CLIENTS) as pool:
        desks = [log_in(clerk, port) for clerk in clerks]
        desks += [log_in(clerks[n], port) for n in range(FEW)]
        offered = list(pool.map(offers, desks, requests))
        people = [Caller(*one) for one in zip(requests, desks, offered, strict=True)]
        yield Door(clinic, people[:CLIENTS], people[CLIENTS:], pool)
    assert faults(now=timezone.now()) == []
    assert troubles(log) == []
    assert deadlocks() == before
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")  # not ours, so not emptied with our tables


def test_fifty_at_the_door_never_get_more_than_there_is(door: Door) -> None:
    """One server and one clinic for all the races, since starting them takes longer than a race."""
    _same_slot(door)
    _overlapping_slots(door)
    _only_one_room(door)
    _only_one_interpreter(door)
    _one_hold_booked_by_many(door)
    _five_places(door)


def _same_slot(door: Door) -> None:
    for turn in range(ROUNDS):
        held = door.round(door.plain, [door.choice(0)], ask_all=turn == 0)
        assert len(held) == 1
        assert Claim.objects.live().count() == 2
        door.let_go(held)


def _overlapping_slots(door: Door) -> None:
    choices = [door.choice(0), door.choice(0, 1), door.choice(0, 2)]
    for turn in range(ROUNDS):
        held = door.round(door.plain[:FEW], choices, ask_all=turn == 0)
        assert [hold.start for hold in held] in (
            [choices[1][1]],
            [choices[0][1], choices[2][1]],
            [choices[0][1]],
        )
        door.let_go(held)


def _only_one_room(door: Door) -> None:
    Room.objects.filter(pk=door.clinic.exam_2.pk).update(active=False)
    for turn in range(ROUNDS):
        held = door.round(door.plain[:FEW], [door.choice(0), door.choice(1, 1)], ask_all=turn == 0)
        assert len(held) == 1
        door.let_go(held)
    Room.objects.filter(pk=door.clinic.exam_2.pk).update(active=True)


def _only_one_interpreter(door: Door) -> None:
    for turn in range(ROUNDS):
        held = door.round(door.spanish, [door.choice(0), door.choice(1)], ask_all=turn == 0)
        assert len(held) == 1
        assert held[0].interpreter_id == door.clinic.marisol.pk
        door.let_go(held)


def _one_hold_booked_by_many(door: Door) -> None:
    """Whoever books a hold that is booked already is told of that one visit."""
    for _ in range(ROUNDS):
        (held,) = door.round(door.plain[:FEW], [door.choice(0)], ask_all=False)
        door.run([partial(one.desk.post, f"/holds/{held.pk}/book/") for one in door.plain[:FEW]])
        (visit,) = Appointment.objects.filter(status="booked")
        page = door.plain[3].desk.get(f"/requests/{held.asked_for}/").body
        assert f"Booked for {visit.start.astimezone(visit.site.zone):%A %d %B, %H:%M}." in page
        door.cancel(visit)
        for one in door.plain[:FEW]:
            one.looks()  # what was said is read, so that the next round begins anew


def _five_places(door: Door) -> None:
    clinic, now = door.clinic, timezone.now()
    _, start = door.choice(1)
    kind = factory.visit_type("group", "Group class", in_=clinic.dr_yusuf.specialty, minutes=60)
    VisitType.objects.filter(pk=kind.pk).update(places=PLACES)
    kind.refresh_from_db()
    wanted = gatherings.GroupWanted(kind, clinic.main, clinic.dr_yusuf, start, clinic.exam_1)
    group = gatherings.plan_group(wanted=wanted, key="group", by=clinic.alice, now=now)
    for turn in range(ROUNDS):
        callers = door.plain if turn == 0 else door.plain[:FEW]
        answers = door.run([partial(one.takes, group.pk) for one in callers])
        visits = list(Appointment.objects.filter(gathering=group, status="booked").select_related("site"))
        assert sorted(visit.place or 0 for visit in visits) == list(range(1, PLACES + 1))
        told = {
            one.request.pk for one, said in zip(callers, answers, strict=True) if said.place == one.address
        }
        assert told == {visit.asked_for for visit in visits}
        for visit in visits:
            door.cancel(visit)
