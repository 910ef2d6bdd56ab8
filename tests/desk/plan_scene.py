"""A plan, a group with a place taken, and the forms that make them, as a browser sends them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.http import QueryDict

from frontdesk.book.actions import gatherings, places, plans
from frontdesk.book.actions.gatherings import GroupWanted
from frontdesk.book.actions.plans import PlanVisit
from frontdesk.book.engine.plans import Rhythm
from frontdesk.book.models import Appointment, Gathering, Plan
from frontdesk.book.queries.plan_offers import Course, series_offers
from frontdesk.desk.pages.gatherings import NewGathering
from frontdesk.desk.pages.plan_tokens import Item, sign
from frontdesk.triage.models import Request
from tests.factories.family import Therapy, therapy
from tests.universe import NOW, TODAY, Universe, at

SOON = TODAY + timedelta(days=2)


@dataclass(frozen=True)
class PlanScene:
    """Wei's course of two visits at Main Street, and a back group in which Wei has a place.

    `time` is a signed time of a series for the request that was asked about, `group_time` one for a new group.
    """

    gym: Therapy
    plan: Plan
    group: Gathering
    place: Appointment
    time: str
    group_time: str


def plan_scene(cast: Universe, request: Request) -> PlanScene:
    gym = therapy(cast, until=TODAY + timedelta(days=14))
    wei = cast.newcomer("Wanda", "Course")
    own = cast.ready(wei)
    visits = [
        PlanVisit(
            cast.wanted(at(16, day=SOON + timedelta(days=week)), provider=cast.dr_yusuf, room=cast.exam_2),
            wei, own.pk,
        )
        for week in (0, 1)
    ]  # fmt: skip
    plan = plans.book_series(
        visits=visits, order_ref="Order 9", every_days=7, ends_on=None, key="scene", by=cast.alice, now=NOW
    )
    wanted = GroupWanted(gym.group, cast.main, gym.therapist, at(10, day=SOON), gym.gym)
    group = gatherings.plan_group(wanted=wanted, key="scene-group", by=cast.alice, now=NOW)
    place = places.take_place(
        gathering=group, patient=wei, request_id=own.pk, key="scene-place", by=cast.alice, now=NOW
    )
    return PlanScene(gym, plan, group, place, _time(cast, request), group_time(cast, gym))


def _time(cast: Universe, request: Request) -> str:
    assert request.patient is not None
    course = Course(request.patient, cast.follow_up, cast.main, SOON, 1, Rhythm())
    option = series_offers(course, now=NOW)[0].choices[0]
    return sign("series", request, [Item(option, cast.follow_up, request)])


def group_time(cast: Universe, gym: Therapy) -> str:
    """A time that Alice is offered for one more back group."""
    query = QueryDict(f"kind=group&visit_type=back-group&with={gym.therapist.pk}&from={SOON}&where=main")
    return NewGathering(user=cast.alice, now=NOW, query=query).times[0].signed
