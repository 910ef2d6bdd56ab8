"""Whatever is offered together can be booked together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta

import pytest

from frontdesk.book.actions import plans
from frontdesk.book.actions.plans import PlanVisit
from frontdesk.book.actions.wanted import wanted_from
from frontdesk.book.engine.plans import Gap, Rhythm
from frontdesk.book.models import PlanKind
from frontdesk.book.queries.check_days import differences
from frontdesk.book.queries.family_offers import Family, Member, family_offers
from frontdesk.book.queries.find import Option
from frontdesk.book.queries.plan_offers import Course, Linked, Step, linked_offers, series_offers
from frontdesk.clinic.models import Closure, VisitType
from frontdesk.triage.models import Request
from tests.factories.family import Therapy, therapy
from tests.universe import NOW, TODAY, Universe, at

pytestmark = pytest.mark.django_db
TWICE = Rhythm(weekdays=(1, 3))
DAY = timedelta(days=1)


@pytest.fixture
def gym(universe: Universe) -> Therapy:
    return therapy(universe)


def course(cast: Universe, gym: Therapy, **more: object) -> Course:
    wanted = {"first": TODAY + DAY, "count": 12, "rhythm": TWICE, "at": time(9), **more}
    return Course(cast.ben, gym.session, cast.main, **wanted)  # type: ignore[arg-type]


def as_visits(
    options: Sequence[Option], types: Sequence[VisitType], requests: Sequence[Request]
) -> list[PlanVisit]:
    return [
        PlanVisit(wanted_from(option, kind), request.patient, request.pk)  # type: ignore[arg-type]
        for option, kind, request in zip(options, types, requests, strict=True)
    ]


def test_a_course_of_twelve_twice_a_week_is_offered_and_can_be_booked(
    universe: Universe, gym: Therapy
) -> None:
    rows = series_offers(course(universe, gym), now=NOW)
    assert [row.number for row in rows] == list(range(1, 13))
    assert {row.day.weekday() for row in rows} == {1, 3}
    assert {row.choices[0].local_start.time() for row in rows} == {time(9)}
    assert len({row.choices[0].provider for row in rows}) == 1
    request = universe.ready(universe.ben)
    visits = as_visits([row.choices[0] for row in rows], [gym.session] * 12, [request] * 12)
    plan = plans.book_series(
        visits=visits,
        order_ref="Order 12",
        every_days=None,
        ends_on=None,
        key="k",
        by=universe.alice,
        now=NOW,
    )
    assert (plan.kind, plan.visits_wanted, plan.visits.count()) == (PlanKind.SERIES, 12, 12)
    assert differences(now=NOW) == []


def test_the_worst_choice_in_each_row_can_be_booked_as_well(universe: Universe, gym: Therapy) -> None:
    rows = series_offers(course(universe, gym, rhythm=Rhythm(every_days=2), count=9, at=time(16)), now=NOW)
    request = universe.ready(universe.ben)
    visits = as_visits([row.choices[-1] for row in rows], [gym.session] * 9, [request] * 9)
    plan = plans.book_series(
        visits=visits, order_ref="", every_days=2, ends_on=None, key="k", by=universe.alice, now=NOW
    )
    assert plan.visits.count() == 9


def test_a_day_that_is_closed_gives_way(universe: Universe, gym: Therapy) -> None:
    closed = TODAY + 2 * DAY  # the Thursday of this week
    Closure.objects.create(site=universe.main, day=closed, name="Snow", closed_at=NOW, closed_by=universe.dan)
    rows = series_offers(course(universe, gym, count=3), now=NOW)
    assert [row.day for row in rows] == [date(2026, 3, 6), date(2026, 3, 10), date(2026, 3, 12)]


def test_what_is_taken_is_offered_beside_its_day_and_what_cannot_be_is_said(
    universe: Universe, gym: Therapy
) -> None:
    gym.session.minutes = 480
    gym.session.save()
    first = series_offers(course(universe, gym, count=1), now=NOW)[0]
    request = universe.ready(universe.dora)
    for key, provider in (("a", gym.therapist), ("b", gym.other_therapist)):
        option = next(one for one in first.choices[:1])
        wanted = wanted_from(option, gym.session)
        room = gym.gym if key == "a" else gym.second_gym
        wanted = type(wanted)(gym.session, universe.main, provider, option.start, room)
        patient = universe.dora if key == "a" else universe.chen
        asked = request if key == "a" else universe.ready(universe.chen)
        plans.book_series(
            visits=[PlanVisit(wanted, patient, asked.pk)], order_ref="", every_days=None, ends_on=None,
            key=key, by=universe.alice, now=NOW,
        )  # fmt: skip
    again = series_offers(course(universe, gym, count=2), now=NOW)
    assert again[0].choices[0].local_start.date() == first.day + DAY
    narrow = series_offers(course(universe, gym, count=1, last=first.day, first=first.day), now=NOW)
    assert narrow[0].choices == () and narrow[0].why_not == "Everything is taken on Thu 5 Mar."


def test_days_beyond_the_open_book_say_so(universe: Universe) -> None:
    gym = therapy(universe, until=TODAY + 20 * DAY)
    rows = series_offers(course(universe, gym, count=8), now=NOW)
    assert len(rows) == 8 and not rows[-1].choices
    assert rows[-1].why_not == "The book at Main Street is open until 23 Mar so far."
    far = series_offers(course(universe, gym, count=1, first=TODAY + 200 * DAY), now=NOW)
    assert far[0].why_not == "This visit type can be booked until 1 Jun so far."


def test_nothing_is_offered_over_another_visit_of_the_patient(universe: Universe, gym: Therapy) -> None:
    universe.book(at(9, day=TODAY + 2 * DAY), request=universe.ready(universe.ben))
    rows = series_offers(course(universe, gym, count=1), now=NOW)
    assert rows[0].choices[0].local_start.time() in (time(8, 15), time(9, 30))


def linked(cast: Universe, gym: Therapy, gap: Gap, **more: object) -> Linked:
    steps = (Step(gym.lab), Step(cast.follow_up))
    wanted = {"first": TODAY + DAY, "last": TODAY + 30 * DAY, "at": time(10), **more}
    return Linked(cast.ben, steps, (gap,), [cast.main], **wanted)  # type: ignore[arg-type]


@pytest.mark.parametrize("gap", [Gap(1, 7), Gap(0, 0, 60, 180), Gap(7, 7), Gap(0, 3, 30)], ids=str)
def test_linked_visits_keep_their_gap_and_can_be_booked(gap: Gap, universe: Universe, gym: Therapy) -> None:
    found = linked_offers(linked(universe, gym, gap), now=NOW)
    assert len(found.rows) == 5 and not found.why_not
    for place, row in enumerate(found.rows):
        request = universe.ready(universe.ben)
        plan = plans.book_linked(
            visits=as_visits(row, [gym.lab, universe.follow_up], [request] * 2), gaps=[gap], order_ref="",
            key=f"k{place}", by=universe.alice, now=NOW,
        )  # fmt: skip
        plans.cancel_rest(
            plan=plan, from_place=1, why="patient-asked", note="", key="", by=universe.alice, now=NOW
        )
    days = {row[1].local_start.date() for row in found.rows}
    assert len(days) == 5
    assert {row[1].local_start.time() for row in found.rows} <= {time(10), time(10, 15), time(9, 45)}


def test_linked_visits_that_cannot_be_say_why(universe: Universe, gym: Therapy) -> None:
    short = linked_offers(linked(universe, gym, Gap(9, 9), last=TODAY + 5 * DAY), now=NOW)
    assert short.why_not == "The order does not fit between the first and the last day."
    weekend = linked_offers(
        linked(universe, gym, Gap(1, 1), first=date(2026, 3, 6), last=date(2026, 3, 7)), now=NOW
    )
    assert weekend.why_not == "Nothing is free for Follow-up in these days."


def family(cast: Universe, *, at_once: bool, **more: object) -> Family:
    members = [Member(one, cast.follow_up) for one in (cast.ben, cast.chen, cast.dora)]
    wanted = {"first": TODAY + DAY, "last": TODAY + 14 * DAY, "at": time(9), **more}
    return Family(members, cast.main, at_once=at_once, **wanted)  # type: ignore[arg-type]


def test_a_family_of_three_one_after_another(universe: Universe, gym: Therapy) -> None:
    found = family_offers(family(universe, at_once=False), now=NOW)
    row = found.rows[0]
    assert len({option.provider for option in row}) == 1
    starts = sorted(option.local_start.time() for option in row)
    assert starts == [time(9), time(9, 30), time(10)]
    requests = [universe.ready(one) for one in (universe.ben, universe.chen, universe.dora)]
    plan = plans.book_family(
        visits=as_visits(row, [universe.follow_up] * 3, requests), key="k", by=universe.alice, now=NOW
    )
    assert plan.visits.count() == 3
    assert differences(now=NOW) == []


def test_a_family_at_once_needs_a_provider_and_a_room_for_each(universe: Universe, gym: Therapy) -> None:
    three = family_offers(family(universe, at_once=True), now=NOW)
    assert (three.rows, three.why_not) == ([], "No day in these weeks has room for all of them.")
    asked = family(universe, at_once=True)
    two = family_offers(
        Family(asked.members[:2], universe.main, asked.first, asked.last, at_once=True), now=NOW
    )
    for row in two.rows:
        assert row[0].start == row[1].start
        assert not set(row[0].resources) & set(row[1].resources)
    requests = [universe.ready(one) for one in (universe.ben, universe.chen)]
    plan = plans.book_family(
        visits=as_visits(two.rows[0], [universe.follow_up] * 2, requests), key="k", by=universe.alice, now=NOW
    )
    assert plan.visits.count() == 2


def test_a_member_who_is_busy_changes_the_order(universe: Universe, gym: Therapy) -> None:
    universe.book(at(9, day=TODAY + DAY), request=universe.ready(universe.ben))
    row = family_offers(family(universe, at_once=False), now=NOW).rows[0]
    assert row[0].local_start.date() == TODAY + DAY
    assert row[0].local_start.time() >= time(9, 30) or row[0].end <= at(9, day=TODAY + DAY)
