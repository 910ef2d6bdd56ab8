"""Many hands on the places of one group, and on the same course. Real connections, everything committed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import pytest

from frontdesk.book.actions import cancels, gatherings, places, plans
from frontdesk.book.actions.gatherings import GroupWanted
from frontdesk.book.actions.places import GroupFull
from frontdesk.book.actions.plans import PlanVisit, VisitRefused
from frontdesk.book.actions.wanted import Wanted
from frontdesk.book.models import Appointment, Claim, Gathering, Plan
from frontdesk.book.queries.check_days import differences
from frontdesk.book.rules_changes import Ended
from frontdesk.daybook.verify import verify
from frontdesk.people.models import Patient
from frontdesk.triage.models import Request
from tests.factories.callers import callers
from tests.factories.crowd import Crowd, crowd
from tests.factories.family import Therapy, therapy
from tests.universe import NOW, TODAY, Universe, at

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS, PLACES = 50, 5
ROUNDS = 8 if os.environ.get("FRONTDESK_FULL_PROOFS") else 3
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def fifty() -> Iterator[Crowd]:
    with crowd(CLIENTS) as clients:
        yield clients


@pytest.fixture
def gym(universe: Universe) -> Iterator[Therapy]:
    """After each race the days and the daybook must be sound."""
    yield therapy(universe)
    assert differences(now=NOW) == []
    assert verify().faults == ()


def _asking(cast: Universe, group: Gathering, request: Request) -> Callable[[], Appointment]:
    assert request.patient is not None
    return partial(
        places.take_place, gathering=group, patient=request.patient, request_id=request.pk,
        key=f"{group.pk}-{request.pk}", by=cast.alice, now=NOW,
    )  # fmt: skip


def _group(cast: Universe, gym: Therapy, day: int) -> Gathering:
    wanted = GroupWanted(gym.group, cast.main, gym.therapist, at(10, day=TODAY + day * DAY), gym.gym)
    return gatherings.plan_group(wanted=wanted, key="", by=cast.alice, now=NOW)


def test_five_places_go_to_exactly_five_of_fifty(universe: Universe, gym: Therapy, fifty: Crowd) -> None:
    requests = callers(CLIENTS, site=universe.main, by=universe.alice, now=NOW)
    for turn in range(ROUNDS):
        group = _group(universe, gym, 7 * turn + 1)
        outcome = fifty.run([_asking(universe, group, one) for one in requests])
        won = [one for one in outcome if isinstance(one, Appointment)]
        assert sorted(one.place or 0 for one in won) == [1, 2, 3, 4, 5], turn
        for one in outcome:
            assert isinstance(one, Appointment | GroupFull), repr(one)
        assert group.visits.filter(status="booked").count() == PLACES
        for visit in won:
            cancels.cancel(
                visit=visit, why="patient-asked", note="", version=1, key="", by=universe.alice, now=NOW
            )


def test_a_group_that_is_cancelled_meanwhile_leaves_nobody_in_it(
    universe: Universe, gym: Therapy, fifty: Crowd
) -> None:
    requests = callers(12, site=universe.main, by=universe.alice, now=NOW)
    for turn in range(ROUNDS):
        group = _group(universe, gym, 7 * (turn + 1))
        end = partial(
            gatherings.cancel_gathering, gathering=group, why="room-or-machine", note="", key="",
            by=universe.alice, now=NOW,
        )  # fmt: skip
        own = requests[turn % 4 :: 4]
        tasks: list[Callable[[], object]] = [*(_asking(universe, group, one) for one in own), end]
        outcome = fifty.run(tasks)
        for one in outcome:
            assert not isinstance(one, Exception) or isinstance(one, Ended), repr(one)
        assert not group.visits.filter(status="booked").exists()
        assert not Claim.objects.live().filter(gathering=group).exists()


def test_an_interpreter_shared_by_many_is_taken_once_and_leaves_with_the_last(
    universe: Universe, gym: Therapy, fifty: Crowd
) -> None:
    made = callers(PLACES, site=universe.main, by=universe.alice, now=NOW)
    Patient.objects.filter(requests__in=made).update(language="es", needs_interpreter=True)
    requests = list(Request.objects.filter(pk__in=[one.pk for one in made]).select_related("patient"))
    for turn in range(ROUNDS):
        group = _group(universe, gym, 7 * turn + 1)
        helped = Claim.objects.live().filter(gathering=group, resource=universe.marisol)
        first = fifty.run([_asking(universe, group, one) for one in requests[1:]])
        assert [getattr(one, "interpreter", one) for one in first] == [universe.marisol] * (PLACES - 1)
        assert helped.count() == 1
        leave = [_leaving(universe, one) for one in first if isinstance(one, Appointment)]
        outcome = fifty.run([*leave, _asking(universe, group, requests[0])])
        assert all(isinstance(one, Appointment) for one in outcome), outcome
        assert helped.count() == 1
        (last,) = group.visits.filter(status="booked")
        _leaving(universe, last)()
        assert not helped.exists()


def _leaving(cast: Universe, visit: Appointment) -> Callable[[], Appointment]:
    return partial(
        cancels.cancel, visit=visit, why="patient-asked", note="", version=1, key="", by=cast.alice, now=NOW
    )


def test_one_course_goes_to_one_of_many_and_nobody_gets_half(
    universe: Universe, gym: Therapy, fifty: Crowd
) -> None:
    requests = callers(20, site=universe.main, by=universe.alice, now=NOW)
    starts = [at(9, day=TODAY + (2 + 7 * week) * DAY) for week in range(4)]

    def booking(request: Request, key: str) -> Callable[[], Plan]:
        assert request.patient is not None
        wanted = [Wanted(gym.session, universe.main, gym.therapist, one, gym.gym) for one in starts]
        visits = [PlanVisit(one, request.patient, request.pk) for one in wanted]
        return partial(
            plans.book_series, visits=visits, order_ref="", every_days=7, ends_on=None, key=key,
            by=universe.alice, now=NOW,
        )  # fmt: skip

    for turn in range(4):
        outcome = fifty.run([booking(one, f"{turn}-{one.pk}") for one in requests])
        won = [one for one in outcome if isinstance(one, Plan)]
        assert len(won) == 1
        for one in outcome:
            assert isinstance(one, Plan) or (isinstance(one, VisitRefused) and one.code == "TIME_TAKEN"), (
                repr(one)
            )
        assert Appointment.objects.filter(status="booked").count() == 4
        assert Plan.objects.count() == turn + 1
        plans.cancel_rest(plan=won[0], from_place=1, why="other", note="", key="", by=universe.alice, now=NOW)
