"""Booking, extending and ending plans: all visits or none."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from frontdesk.book.actions import cancels, holds, moves, plans
from frontdesk.book.actions.cancels import TooLate
from frontdesk.book.actions.days import remake_days
from frontdesk.book.actions.plans import PlanClosed, PlanVisit, VisitRefused
from frontdesk.book.actions.wanted import Wanted, wanted_of
from frontdesk.book.engine.plans import Gap
from frontdesk.book.models import Appointment, ChainLink, Claim, Hold, Plan, PlanKind, Session
from frontdesk.book.queries.check_days import differences
from frontdesk.book.queries.plans import breaks, gaps_of, plans_of, rhythm_of, running_series, visible_plan
from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import BadValue, NotAllowed
from frontdesk.outreach.models import Message
from frontdesk.triage.actions import lanes
from frontdesk.triage.models import Request
from tests.factories.family import Therapy, therapy
from tests.universe import NOW, TODAY, Universe, at

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def gym(universe: Universe) -> Therapy:
    return therapy(universe)


def session(gym: Therapy, cast: Universe, start: datetime) -> Wanted:
    return Wanted(gym.session, cast.main, gym.therapist, start, gym.gym)


def week(number: int, hour: int = 9) -> datetime:
    """The Thursday of a week from this one on."""
    return at(hour, day=TODAY + (2 + 7 * number) * DAY)


def course(
    cast: Universe, gym: Therapy, *starts: datetime, request: Request | None = None, key: str = "k"
) -> Plan:
    request = request or cast.ready(cast.ben)
    visits = [PlanVisit(session(gym, cast, start), cast.ben, request.pk) for start in starts]
    return plans.book_series(
        visits=visits, order_ref=" Order 7 ", every_days=7, ends_on=None, key=key, by=cast.alice, now=NOW,
        rhythm="Every 7 days",
    )  # fmt: skip


def counts() -> tuple[int, int, int]:
    return Plan.objects.count(), Appointment.objects.count(), Claim.objects.live().count()


def test_a_series_is_booked_with_all_that_a_single_visit_has(universe: Universe, gym: Therapy) -> None:
    plan = course(universe, gym, week(1), week(0), week(2))
    assert (plan.kind, plan.order_ref, plan.visits_wanted, plan.every_days) == ("series", "Order 7", 3, 7)
    visits = list(plan.visits.order_by("plan_place"))
    assert [one.plan_place for one in visits] == [1, 2, 3]
    assert [one.start for one in visits] == [week(0), week(1), week(2)]
    booked = Entry.objects.filter(kind="AppointmentBooked")
    assert {entry.facts["plan_id"] for entry in booked} == {plan.pk} and booked.count() == 3
    assert Message.objects.filter(about_kind="appointment").count() == 3
    assert ChainLink.objects.filter(appointment=visits[2], link="Room").exists()
    assert rhythm_of(plan) == "Every 7 days"
    fact = Entry.objects.about("plan", plan.pk).get(kind="PlanBooked").facts
    assert fact["visits"] == [one.pk for one in visits]
    assert differences(now=NOW) == []


def test_one_visit_that_cannot_be_booked_keeps_all_out(universe: Universe, gym: Therapy) -> None:
    universe.book(week(1), request=universe.ready(universe.dora), wanted=session(gym, universe, week(1)))
    before = counts()
    with pytest.raises(VisitRefused) as refused:
        course(universe, gym, week(0), week(1, 9) + timedelta(minutes=15), week(2))
    assert refused.value.place == 2 and refused.value.code == "TIME_TAKEN"
    assert refused.value.sentence == (
        "Visit 2 (Benjamin Okafor, Thu 12 Mar, 09:15) cannot be booked: This time was just taken. "
        "Nothing was booked."
    )
    assert counts() == before and differences(now=NOW) == []


def test_the_patient_is_never_in_two_places(universe: Universe, gym: Therapy) -> None:
    universe.book(week(1), request=universe.ready(universe.ben))
    with pytest.raises(VisitRefused, match=r"Visit 2 .* another visit at 09:00"):
        course(universe, gym, week(0), week(1) - timedelta(minutes=15))
    with pytest.raises(VisitRefused, match="two visits at once"):
        request = universe.ready(universe.ben)
        other = Wanted(gym.session, universe.main, gym.other_therapist, week(3), gym.second_gym)
        visits = [
            PlanVisit(one, universe.ben, request.pk) for one in (session(gym, universe, week(3)), other)
        ]
        plans.book_series(
            visits=visits, order_ref="", every_days=None, ends_on=None, key="z", by=universe.alice, now=NOW
        )


def test_the_gate_holds_for_every_visit(universe: Universe, gym: Therapy) -> None:
    request = universe.ready(universe.ben)
    lanes.raise_lane(request=request, to="emergency", reason="Worse", by=universe.alice, now=NOW)
    with pytest.raises(VisitRefused) as refused:
        course(universe, gym, week(0), week(1), request=request)
    assert refused.value.code == "GATE_EMERGENCY"
    with pytest.raises(NotAllowed):
        plans.book_family(visits=[], key="", by=universe.carol, now=NOW)
    with pytest.raises(BadValue, match="at least one"):
        course(universe, gym, request=request)


def test_the_same_key_books_once(universe: Universe, gym: Therapy) -> None:
    request = universe.ready(universe.ben)
    first = course(universe, gym, week(0), request=request)
    assert course(universe, gym, week(0), request=request) == first
    assert Appointment.objects.count() == 1


def test_holds_of_the_request_are_let_go(universe: Universe, gym: Therapy) -> None:
    request = universe.ready(universe.ben)
    hold = holds.place(
        wanted=session(gym, universe, week(0)), patient=universe.ben, request_id=request.pk, key="h",
        by=universe.alice, now=NOW,
    )  # fmt: skip
    course(universe, gym, week(0), week(1), request=request)
    assert Hold.objects.get(pk=hold.pk).ended_how == "let_go"
    assert differences(now=NOW) == []


def test_a_session_with_a_capacity_counts_each_visit_of_the_plan(universe: Universe, gym: Therapy) -> None:
    Session.objects.filter(resource=universe.dr_carol).update(capacity=2)
    remake_days(resources=[universe.dr_carol.pk], first=TODAY, last=TODAY + 10 * DAY)
    people = (universe.ben, universe.chen, universe.dora)
    visits = [
        PlanVisit(universe.wanted(week(0) + timedelta(minutes=30 * place)), one, universe.ready(one).pk)
        for place, one in enumerate(people)
    ]
    with pytest.raises(VisitRefused, match="Visit 3"):
        plans.book_family(visits=visits, key="k", by=universe.alice, now=NOW)
    assert plans.book_family(visits=visits[:2], key="k", by=universe.alice, now=NOW).visits.count() == 2


def test_a_family_is_one_plan_for_several_requests(universe: Universe) -> None:
    requests = [universe.ready(universe.dora), universe.ready(universe.ben)]
    visits = [
        PlanVisit(universe.wanted(at(9, 30 * place, day=TODAY + DAY)), request.patient, request.pk)  # type: ignore[arg-type]
        for place, request in enumerate(requests)
    ]
    plan = plans.book_family(visits=visits, key="k", by=universe.alice, now=NOW)
    assert plan.kind == PlanKind.FAMILY
    assert {one.asked_for for one in plan.visits.all()} == {one.pk for one in requests}
    with pytest.raises(BadValue, match="another person"):
        plans.book_family(visits=[visits[0], visits[0]], key="x", by=universe.alice, now=NOW)


def linked(cast: Universe, gym: Therapy, lab: datetime, visit: datetime, gap: Gap) -> Plan:
    request = cast.ready(cast.ben)
    wanted = [
        Wanted(gym.lab, cast.main, gym.nurse, lab, gym.lab_room),
        Wanted(cast.follow_up, cast.main, cast.dr_carol, visit, cast.exam_1),
    ]
    visits = [PlanVisit(one, cast.ben, request.pk) for one in wanted]
    return plans.book_linked(visits=visits, gaps=[gap], order_ref="", key="l", by=cast.alice, now=NOW)


def test_linked_visits_keep_their_gap_and_a_move_that_breaks_it_is_told(
    universe: Universe, gym: Therapy
) -> None:
    gap = Gap(1, 7)
    with pytest.raises(BadValue, match=r"Follow-up would lie 14 days .* at most 7"):
        linked(universe, gym, week(0), week(2), gap)
    plan = linked(universe, gym, week(0), week(0) + 4 * DAY, gap)
    assert gaps_of(plan) == [gap]
    lab, visit = plan.visits.order_by("plan_place")
    assert breaks(plan, visit, week(0) + 6 * DAY) == []
    assert breaks(plan, visit, week(2)) == [
        "Follow-up would lie 14 days after the visit before; at most 7 are allowed (Thu 5 Mar, 09:00)."
    ]
    assert breaks(plan, lab, week(0) + 4 * DAY) == [
        "Follow-up (Mon 9 Mar, 09:00) would then begin before the visit that comes first has ended."
    ]
    assert breaks(plan, lab, week(0) + 4 * DAY - timedelta(hours=1)) == [
        "Follow-up (Mon 9 Mar, 09:00) would then lie 0 days after the visit before; at least 1 are needed."
    ]


def test_a_move_within_a_series_or_family_tells_what_it_breaks(universe: Universe, gym: Therapy) -> None:
    plan = course(universe, gym, week(0), week(1), week(2))
    second = plan.visits.get(plan_place=2)
    assert breaks(plan, second, week(1, 11)) == []
    assert breaks(plan, second, week(2, 11)) == [
        "Visit 3 of the series is on the same day (Thu 19 Mar, 09:00)."
    ]
    assert breaks(plan, second, week(3)) == [
        "It would change places with visit 3 of the series (Thu 19 Mar, 09:00)."
    ]
    visits = [
        PlanVisit(universe.wanted(at(13, 30 * place, day=TODAY + DAY)), one, universe.ready(one).pk)
        for place, one in enumerate((universe.chen, universe.dora))
    ]
    family = plans.book_family(visits=visits, key="f", by=universe.alice, now=NOW)
    chen = family.visits.get(plan_place=1)
    assert breaks(family, chen, at(14, day=TODAY + DAY)) == []
    assert "no longer be beside" in breaks(family, chen, at(15, day=TODAY + DAY))[0]
    assert "no longer be beside" in breaks(family, chen, at(13, day=TODAY + DAY), site=universe.harbor)[0]


def test_a_visit_of_a_plan_moves_like_any_other(universe: Universe, gym: Therapy) -> None:
    plan = course(universe, gym, week(0), week(1))
    visit = plan.visits.get(plan_place=2)
    moved = moves.move(
        visit=visit, to=wanted_of(visit, week(1, 11)), move=moves.Move("patient-asked"), version=1, key="m",
        by=universe.alice, now=NOW,
    )  # fmt: skip
    assert (moved.plan, moved.plan_place, moved.start) == (plan, 2, week(1, 11))


def test_cancelling_the_rest_ends_the_plan(universe: Universe, gym: Therapy) -> None:
    plan = course(universe, gym, week(0), week(1), week(2), week(3))
    second = plan.visits.get(plan_place=2)
    cancels.cancel(visit=second, why="patient-ill", note="", version=1, key="", by=universe.alice, now=NOW)
    later = week(0) + DAY
    ended = plans.cancel_rest(
        plan=plan, from_place=1, why="not-needed", note="Better", key="c", by=universe.alice, now=later
    )
    assert [one.status for one in plan.visits.order_by("plan_place")] == [
        "booked", "cancelled", "cancelled", "cancelled",
    ]  # fmt: skip
    assert (ended.ended_at, ended.ended_because) == (later, "No longer needed. Better")
    fact = Entry.objects.about("plan", plan.pk).get(kind="PlanEnded").facts
    assert len(fact["cancelled"]) == 2 and fact["whose"] == "patient"
    again = plans.cancel_rest(
        plan=plan, from_place=1, why="not-needed", note="Better", key="c", by=universe.alice, now=later
    )
    assert again == ended
    with pytest.raises(PlanClosed):
        plans.cancel_rest(
            plan=plan, from_place=1, why="not-needed", note="", key="d", by=universe.alice, now=later
        )
    with pytest.raises(BadValue, match="reason"):
        plans.cancel_rest(plan=plan, from_place=1, why="x", note="", key="e", by=universe.alice, now=later)
    assert differences(now=later) == []


def test_the_rest_of_a_family_is_cancelled_at_once(universe: Universe) -> None:
    visits = [
        PlanVisit(universe.wanted(at(13, 30 * place, day=TODAY + DAY)), one, universe.ready(one).pk)
        for place, one in enumerate((universe.chen, universe.dora))
    ]
    plan = plans.book_family(visits=visits, key="f", by=universe.alice, now=NOW)
    plans.cancel_rest(plan=plan, from_place=1, why="site-closed", note="", key="", by=universe.alice, now=NOW)
    assert not Claim.objects.live().exists() and differences(now=NOW) == []


def test_a_series_is_extended_at_its_end(universe: Universe, gym: Therapy) -> None:
    plan = course(universe, gym, week(0), week(1))
    request = universe.ready(universe.ben)

    def more(*starts: datetime, key: str = "e") -> Plan:
        visits = [PlanVisit(session(gym, universe, start), universe.ben, request.pk) for start in starts]
        return plans.extend(plan=plan, visits=visits, key=key, by=universe.alice, now=NOW)

    assert more(week(2), week(3)).visits_wanted == 4
    assert more(week(2), week(3)).visits_wanted == 4
    assert list(plan.visits.order_by("plan_place").values_list("plan_place", flat=True)) == [1, 2, 3, 4]
    with pytest.raises(VisitRefused, match="Visit 3"):
        more(week(4), week(5), week(5), key="f")
    assert plan.visits.count() == 4
    other = PlanVisit(session(gym, universe, week(5)), universe.dora, universe.ready(universe.dora).pk)
    with pytest.raises(BadValue, match="different patients"):
        plans.extend(plan=plan, visits=[other], key="g", by=universe.alice, now=NOW)
    assert running_series(universe.ben) == [plan]
    plans.cancel_rest(plan=plan, from_place=1, why="not-needed", note="", key="", by=universe.alice, now=NOW)
    assert running_series(universe.ben) == []
    with pytest.raises(PlanClosed):
        more(week(6), key="h")


def test_a_series_is_never_extended_before_its_last_visit(universe: Universe, gym: Therapy) -> None:
    plan = course(universe, gym, week(0), week(2))
    early = PlanVisit(session(gym, universe, week(1)), universe.ben, universe.ready(universe.ben).pk)
    before = counts()
    with pytest.raises(BadValue, match=r"after its last visit \(Thu 19 Mar, 09:00\)"):
        plans.extend(plan=plan, visits=[early], key="", by=universe.alice, now=NOW)
    assert counts() == before
    last = plan.visits.get(plan_place=2)
    cancels.cancel(visit=last, why="patient-ill", note="", version=1, key="", by=universe.alice, now=NOW)
    assert plans.extend(plan=plan, visits=[early], key="", by=universe.alice, now=NOW).visits_wanted == 3


def _undo(cast: Universe, visit: Appointment) -> Appointment:
    return cancels.undo(visit=visit, version=visit.version, by=cast.alice, now=NOW)


def test_what_no_longer_fits_its_plan_is_not_taken_back(universe: Universe, gym: Therapy) -> None:
    """The other visit was moved while this one did not stand, and nobody was told that the two break the gap."""
    plan = linked(universe, gym, week(0), week(0) + 4 * DAY, Gap(1, 7))
    lab, visit = plan.visits.order_by("plan_place")
    lab = cancels.cancel(visit=lab, why="patient-ill", note="", version=1, key="", by=universe.alice, now=NOW)
    assert breaks(plan, visit, week(0) - DAY) == []
    late = moves.move(
        visit=visit, to=wanted_of(visit, week(0) - DAY), move=moves.Move("patient-asked"), version=1, key="",
        by=universe.alice, now=NOW,
    )  # fmt: skip
    with pytest.raises(
        TooLate, match=r"plan has changed meanwhile. Follow-up \(Wed 4 Mar, 09:00\) would then"
    ):
        _undo(universe, lab)
    lab.refresh_from_db()
    assert lab.status == "cancelled" and differences(now=NOW) == []
    moves.move(
        visit=late, to=wanted_of(late, week(0) + 4 * DAY), move=moves.Move("patient-asked"), version=2, key="",
        by=universe.alice, now=NOW,
    )  # fmt: skip
    assert _undo(universe, lab).status == "booked"


def test_a_break_that_was_known_hinders_no_undo(universe: Universe, gym: Therapy) -> None:
    plan = course(universe, gym, week(0), week(1), week(2))
    second = plan.visits.get(plan_place=2)
    second = moves.move(
        visit=second, to=wanted_of(second, week(3)), move=moves.Move("patient-asked"), version=1, key="",
        by=universe.alice, now=NOW,
    )  # fmt: skip
    later = NOW + timedelta(minutes=1)
    second = cancels.cancel(
        visit=second, why="patient-ill", note="", version=2, key="", by=universe.alice, now=later
    )
    assert cancels.undo(visit=second, version=3, by=universe.alice, now=later).status == "booked"


def test_a_longer_visit_may_break_a_gap_of_minutes(universe: Universe, gym: Therapy) -> None:
    start = week(0)
    plan = linked(universe, gym, start, start + timedelta(minutes=45), Gap(0, 0, least_minutes=30))
    lab = plan.visits.get(plan_place=1)
    assert breaks(plan, lab, start) == []
    (said,) = breaks(plan, lab, start, end=start + timedelta(minutes=45))
    assert "would then leave 0 min after the visit before; at least 30 are needed" in said


def test_who_sees_a_plan(universe: Universe, gym: Therapy) -> None:
    plan = course(universe, gym, week(0))
    assert visible_plan(plan.pk, universe.alice) == plan
    assert visible_plan(plan.pk, universe.charlie) is None
    assert plans_of(universe.ben, universe.alice) == [plan]
    assert plans_of(universe.ben, universe.charlie) == []
