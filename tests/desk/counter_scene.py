"""A walk-in and visits whose patients come late, for tests of the doors."""

from __future__ import annotations

from dataclasses import dataclass

from frontdesk.book.actions import appointments
from frontdesk.book.models import Appointment
from frontdesk.clinic.models import Provider, Room
from frontdesk.triage.actions import late_arrivals, requests
from frontdesk.triage.models import LateArrival, WalkIn
from tests.universe import NOW, Universe, at


@dataclass(frozen=True)
class CounterScene:
    """`tardy` began at nine, and nobody has said yet that its patient came late. Of `asked` the team is asked; of
    `feasible` it has said yes."""

    walk_in: WalkIn
    tardy: Appointment
    asked: LateArrival
    feasible: LateArrival


def counter_scene(cast: Universe) -> CounterScene:
    asked = late(cast, visit_at_nine(cast, "Lea", cast.dr_carol, cast.exam_1, hour=8))
    yes = late(cast, visit_at_nine(cast, "Lia", cast.dr_yusuf, cast.exam_2, hour=8))
    yes = late_arrivals.answer(late=yes, feasible=True, words="", by=cast.carol, now=NOW)
    tardy = visit_at_nine(cast, "Tara", cast.dr_carol, cast.exam_1)
    return CounterScene(walk_in(cast), tardy, asked, yes)


def walk_in(cast: Universe) -> WalkIn:
    """Somebody who came in at ten."""
    opened = requests.open_request(site=cast.main, by=cast.alice, now=NOW, channel="walk_in")
    opened = requests.save_field(
        request=opened, field="said_name", value="Wanda Walker", by=cast.alice, now=NOW
    )
    return WalkIn.objects.get(request=opened)


def visit_at_nine(
    cast: Universe, given: str, provider: Provider, room: Room, *, hour: int = 9
) -> Appointment:
    """A visit on the morning of NOW that was booked before the doors opened."""
    early, start = at(7, 55), at(hour, 30 if hour == 8 else 0)
    request = cast.ready(cast.newcomer(given, "Laroche"))
    wanted = cast.wanted(start, provider=provider, room=room)
    hold = cast.hold(start, request=request, wanted=wanted, now=early)
    return appointments.book(hold=hold, by=cast.alice, now=early)


def late(cast: Universe, visit: Appointment) -> LateArrival:
    return late_arrivals.record_arrival(visit=visit, arrived_at=at(9, 15), by=cast.alice, now=NOW)
