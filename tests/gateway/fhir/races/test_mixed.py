"""People at the desk and programs at the door want one time, over real HTTP, with two web processes and with eight.

Never more than there is; whoever is told of a visit or of a hold has it, and nobody else; the same key is one visit.
Two processes and few rounds in the ordinary run; fifty at once, twenty rounds and both with FRONTDESK_FULL_PROOFS=1.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from frontdesk.book.models import Appointment, Claim, Hold
from frontdesk.clinic.models import Room
from frontdesk.triage.models import Channel, Request
from tests.desk.test_races_http import HELD, Choice
from tests.factories.served import Answer, deadlocks, troubles
from tests.factories.soundness import faults
from tests.gateway.fhir.races.door import Front, Said, front

pytestmark = pytest.mark.django_db(transaction=True)
FULL = bool(os.environ.get("FRONTDESK_FULL_PROOFS"))
CLIENTS, ROUNDS = (50, 20) if FULL else (12, 1)
WORKERS = (2, 8) if FULL else (2,)


@pytest.fixture(params=WORKERS, ids=lambda workers: f"{workers} processes")
def door(
    request: pytest.FixtureRequest, transactional_db: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    log = tmp_path_factory.mktemp("server") / "web.log"
    before = deadlocks()
    with front(log, clients=CLIENTS, workers=request.param) as made:
        yield made
    assert faults(now=timezone.now()) == []
    assert troubles(log) == []
    assert deadlocks() == before
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")  # not ours, so not emptied with our tables


def test_desk_and_programs_never_get_more_than_there_is(door: Front) -> None:
    """One server and one clinic for all the races, since starting them takes longer than a race."""
    for _ in range(ROUNDS):
        _same_slot(door)
        _overlapping_slots(door)
        _only_one_room(door)
        _a_hold_against_a_booking(door)
        _one_hold_booked_at_once(door)
        _one_key_at_once(door)


def _race(door: Front, choices: list[Choice], take: Callable[..., Callable[[], Said]]) -> None:
    """Everybody wants one of the choices, turn about; what they were told is what there is."""
    tasks: list[Callable[[], Any]] = [
        partial(one.holds, choices[place % len(choices)]) for place, one in enumerate(door.people)
    ]
    tasks += [take(one, choices[place % len(choices)]) for place, one in enumerate(door.programs)]
    answers = door.run(tasks)
    _check_people(door, answers[: len(door.people)])
    _check_programs(door, answers[len(door.people) :])


def _check_people(door: Front, answers: list[Answer]) -> None:
    assert {one.status for one in answers} == {302}
    held = set(Hold.objects.filter(ended_at=None).values_list("asked_for", flat=True))
    winners = [one for one in door.people if one.request.pk in held]
    losers = [one for one in door.people if one.request.pk not in held][:2]
    for one, page in zip(
        [*winners, *losers], door.pool.map(lambda one: one.looks(), [*winners, *losers]), strict=True
    ):
        assert (HELD in page) == (one in winners)


def _check_programs(door: Front, answers: list[Said]) -> None:
    """200 and an Appointment, or a refusal with an OperationOutcome; and the book says the same."""
    for program, said in zip(door.programs, answers, strict=True):
        assert said.status in (200, 404, 409), said.body
        visits = Appointment.objects.filter(patient=program.patient, status="booked")
        holds = Hold.objects.filter(patient=program.patient, ended_at=None)
        assert said.booked == "".join(str(one.pk) for one in visits), (said.status, said.body)
        assert said.held == "".join(f"hold-{one.pk}" for one in holds), (said.status, said.body)
        assert said.found or "OperationOutcome" in str(said.body)


def _taken() -> list[tuple[int, Any]]:
    """Provider and start of all that is taken."""
    visits = Appointment.objects.filter(status="booked").values_list("provider", "start")
    return sorted([*visits, *Hold.objects.filter(ended_at=None).values_list("provider", "start")])


def _books(one: Any, choice: Choice) -> Callable[[], Said]:
    return partial(one.books, choice)


def _same_slot(door: Front) -> None:
    choice = door.choice(0)
    _race(door, [choice], _books)
    assert _taken() == [choice]
    assert Claim.objects.live().count() == 2
    door.clear()


def _overlapping_slots(door: Front) -> None:
    choices = [door.choice(0), door.choice(0, 1), door.choice(0, 2)]
    _race(door, choices, _books)
    assert _taken() in ([choices[1]], [choices[0], choices[2]], [choices[0]], [choices[2]])
    door.clear()


def _only_one_room(door: Front) -> None:
    Room.objects.filter(pk=door.clinic.exam_2.pk).update(active=False)
    _race(door, [door.choice(0), door.choice(1, 1)], _books)
    assert len(_taken()) == 1
    Room.objects.filter(pk=door.clinic.exam_2.pk).update(active=True)
    door.clear()


def _a_hold_against_a_booking(door: Front) -> None:
    turn = {one.patient.pk: place % 2 for place, one in enumerate(door.programs)}
    choice = door.choice(1)
    _race(
        door, [choice], lambda one, wanted: partial(one.holds if turn[one.patient.pk] else one.books, wanted)
    )
    assert _taken() == [choice]
    door.clear()


def _one_hold_booked_at_once(door: Front) -> None:
    """Whoever books a hold that is booked already is told of that one visit."""
    program = door.programs[0]
    held = program.holds(door.choice(0)).held
    assert held
    answers = door.run([partial(program.books_held, held)] * len(door.programs))
    (visit,) = Appointment.objects.filter(status="booked")
    assert {one.booked for one in answers} == {str(visit.pk)}, [str(one.body)[-420:] for one in answers]
    door.clear()


def _one_key_at_once(door: Front) -> None:
    program, before, waiting = door.programs[1], Appointment.objects.count(), _waiting()
    key = f"key-{before}"
    answers = door.run([partial(program.books, door.choice(0), key=key)] * len(door.programs))
    (visit,) = Appointment.objects.filter(status="booked")
    assert Appointment.objects.count() == before + 1
    assert {one.booked for one in answers} == {str(visit.pk)}, [str(one.body)[-420:] for one in answers]
    again = program.books(door.choice(0), key=key)
    assert again.booked == str(visit.pk)
    assert _waiting() == waiting, "the requests of those who came second were kept"
    door.clear()


def _waiting() -> int:
    """Requests of programs that are open."""
    return Request.objects.filter(channel=Channel.PARTNER, closed_at=None).count()
