"""A visit that a clinician directed stays directed when it is moved, within the direction's limits."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from frontdesk.accounts.models import User
from frontdesk.book.actions import conflicts, moves
from frontdesk.book.actions.days import remake_days
from frontdesk.book.actions.moves import Move, wanted_of
from frontdesk.book.actions.taking import KeptTime
from frontdesk.book.actions.wanted import wanted_from
from frontdesk.book.models import Appointment, ChainLink, Session
from frontdesk.book.queries.check_days import differences
from frontdesk.book.queries.conflicts import hits_of
from frontdesk.book.queries.moving import Target, nearest_to, place_for, why_not
from frontdesk.book.queries.resolve import nearest_time, proposals
from frontdesk.book.rules import BookingGate
from frontdesk.clinic.models import Room, VisitType
from frontdesk.triage.actions import handoffs, lanes, words
from frontdesk.triage.models import Request
from tests.factories.protocol import FEVER, VOMITING
from tests.factories.time import slot_class
from tests.universe import LAST_OPEN, NOW, TODAY, Universe, at

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TOMORROW, AFTER = TODAY + DAY, TODAY + 2 * DAY
KEPT = "This time is kept for: Directed and opens by a clinician’s direction."


@pytest.fixture(autouse=True)
def _kept(universe: Universe) -> None:
    """Dr. Carol keeps 14:00 to 16:00 of every day for follow-ups that a clinician directed."""
    kept = slot_class("directed", "Directed", universe.follow_up, by_direction=True)
    for weekday in range(5):
        Session.objects.create(
            resource=universe.dr_carol, site=universe.main, weekday=weekday, starts=time(14), ends=time(16),
            valid_from=TODAY, slot_class=kept,
        )  # fmt: skip
    remake_days(resources=[universe.dr_carol.pk], first=TODAY, last=LAST_OPEN)


def direct(universe: Universe, request: Request, kind: VisitType | None = None) -> None:
    """Bob directs a visit (a follow-up unless told otherwise) by tomorrow."""
    handoff = handoffs.accept(handoff=request.handoffs.get(directed_at=None), by=universe.bob, now=NOW)
    handoffs.direct(
        handoff=handoff, direction="within_days", visit_type=kind or universe.follow_up, visit_by=TOMORROW,
        by=universe.bob, now=NOW,
    )  # fmt: skip


@pytest.fixture
def visit(universe: Universe) -> Appointment:
    """Ben's follow-up, directed by tomorrow, tomorrow at 11:00 in time that is kept for nobody."""
    request = universe.ready(said=FEVER)
    direct(universe, request)
    return universe.book(at(11, day=TOMORROW), request=request)


def move(
    universe: Universe, visit: Appointment, start: datetime, *, by: User | None = None, waive: bool = False
) -> Appointment:
    visit.refresh_from_db()
    return moves.move(
        visit=visit, to=wanted_of(visit, start), move=Move("patient-asked"), version=visit.version, key="",
        by=by or universe.alice, now=NOW, waivers={"Request": "She asks for it"} if waive else None,
    )  # fmt: skip


def request_of(visit: Appointment) -> Request:
    assert visit.asked_for is not None
    return Request.objects.get(pk=visit.asked_for)


def link(visit: Appointment) -> ChainLink:
    return ChainLink.objects.get(appointment=visit, link="Request")


class TestMove:
    def test_into_time_that_opens_by_direction_and_on(self, universe: Universe, visit: Appointment) -> None:
        assert move(universe, visit, at(14, day=TOMORROW)).start == at(14, day=TOMORROW)
        assert (link(visit).verdict, link(visit).code) == ("pass", "DIRECTED")
        assert link(visit).sentence == "Directed by Bob Blden, RN."
        assert move(universe, visit, at(15, day=TOMORROW)).start == at(15, day=TOMORROW)
        assert hits_of([visit])[0].urgent  # a conflict still counts it as directed
        assert differences(now=NOW) == []

    def test_whether_its_request_is_open_or_closed(self, universe: Universe, visit: Appointment) -> None:
        Request.objects.filter(pk=request_of(visit).pk).update(closed_at=NOW, closed_by=universe.alice)
        assert move(universe, visit, at(14, day=TOMORROW)).start == at(14, day=TOMORROW)

    def test_a_visit_without_direction_is_refused_there(self, universe: Universe, visit: Appointment) -> None:
        """Even where another visit of the patient is directed."""
        other = universe.book(at(9, day=TOMORROW), request=universe.ready(universe.ben))
        with pytest.raises(KeptTime, match=KEPT):
            move(universe, other, at(14, day=TOMORROW))
        assert move(universe, other, at(9, 30, day=TOMORROW)).start == at(9, 30, day=TOMORROW)
        assert link(other).code == ""

    def test_after_the_directed_day_only_a_clinician_lets_it_go(
        self, universe: Universe, visit: Appointment
    ) -> None:
        with pytest.raises(BookingGate, match="directed a visit by Wed 04 Mar") as refused:
            move(universe, visit, at(11, day=AFTER))
        assert refused.value.code == "GATE_DIRECTION"
        assert move(universe, visit, at(11, day=AFTER), by=universe.bob, waive=True).start.day == AFTER.day
        assert (link(visit).verdict, link(visit).waived_by) == ("waived", universe.bob)

    def test_a_waived_day_does_not_open_directed_time(self, universe: Universe, visit: Appointment) -> None:
        with pytest.raises(KeptTime):
            move(universe, visit, at(14, day=AFTER), by=universe.bob, waive=True)

    def test_beyond_its_day_it_goes_no_further_and_may_come_back(
        self, universe: Universe, visit: Appointment
    ) -> None:
        move(universe, visit, at(11, day=AFTER), by=universe.bob, waive=True)
        assert move(universe, visit, at(9, day=AFTER)).start == at(9, day=AFTER)
        assert (link(visit).verdict, link(visit).code) == ("warn", "GATE_DIRECTION")
        with pytest.raises(BookingGate):
            move(universe, visit, at(9, day=AFTER + DAY))
        assert move(universe, visit, at(14, day=TOMORROW)).start == at(14, day=TOMORROW)
        assert link(visit).code == "DIRECTED"

    def test_another_visit_type_than_was_directed(self, universe: Universe, visit: Appointment) -> None:
        to = universe.wanted(at(14, day=TOMORROW), visit_type=universe.same_day)
        with pytest.raises(BookingGate, match="directed this visit type: Follow-up"):
            moves.move(
                visit=visit, to=to, move=Move("wrong-type"), version=1, key="", by=universe.alice, now=NOW
            )

    def test_while_no_direction_stands_it_moves_as_any_other(
        self, universe: Universe, visit: Appointment
    ) -> None:
        request = request_of(visit)
        words.add(request=request, text=VOMITING, by=universe.alice, now=NOW)
        with pytest.raises(KeptTime):
            move(universe, visit, at(14, day=TOMORROW))
        assert move(universe, visit, at(10, day=TOMORROW)).start == at(10, day=TOMORROW)
        assert (link(visit).verdict, link(visit).code) == ("warn", "DIRECTED")
        direct(universe, request)
        assert move(universe, visit, at(14, day=TOMORROW)).start == at(14, day=TOMORROW)

    def test_a_lower_lane_needs_no_direction_and_has_no_limit(
        self, universe: Universe, visit: Appointment
    ) -> None:
        request = request_of(visit)
        lanes.lower_lane(request=request, to="routine", reason="Well again", by=universe.bob, now=NOW)
        assert move(universe, visit, at(11, day=AFTER)).start == at(11, day=AFTER)


class TestSearch:
    def target(self, universe: Universe, start: datetime) -> Target:
        return Target(universe.follow_up, universe.main, universe.dr_carol, start)

    def test_the_preview_has_a_place_there(self, universe: Universe, visit: Appointment) -> None:
        place = place_for(visit, self.target(universe, at(14, day=TOMORROW)), now=NOW)
        assert place is not None and place.start == at(14, day=TOMORROW)

    def test_but_not_after_the_day(self, universe: Universe, visit: Appointment) -> None:
        target = self.target(universe, at(14, day=AFTER))
        assert place_for(visit, target, now=NOW) is None
        assert why_not(visit, target, now=NOW) == KEPT

    def test_nor_for_a_visit_without_direction(self, universe: Universe) -> None:
        other = universe.book(at(9, day=TOMORROW), request=universe.ready(universe.ben))
        target = self.target(universe, at(14, day=TOMORROW))
        assert place_for(other, target, now=NOW) is None
        assert why_not(other, target, now=NOW) == KEPT
        assert not any(
            14 <= one.local_start.hour < 16
            for one in nearest_to(other, target, providers=[universe.dr_carol.pk], now=NOW, limit=60)
        )

    def test_why_not_does_not_blame_what_is_open_to_it(self, universe: Universe, visit: Appointment) -> None:
        universe.book(at(16, day=TOMORROW), request=universe.ready(universe.dora))
        found = why_not(visit, self.target(universe, at(15, 45, day=TOMORROW)), now=NOW)
        assert found == "Dr. Carol Calden has somebody else then."

    def test_what_is_nearest_can_be_had(self, universe: Universe, visit: Appointment) -> None:
        target = self.target(universe, at(15, day=TOMORROW))
        found = nearest_to(visit, target, providers=[universe.dr_carol.pk], now=NOW, limit=60)
        assert at(15, day=TOMORROW) in {one.start for one in found}
        assert {one.local_start.date() for one in found} == {TOMORROW}
        for one in (found[0], found[-1]):
            visit.refresh_from_db()
            to = wanted_from(one, universe.follow_up)
            moves.move(
                visit=visit, to=to, move=Move("patient-asked"), version=visit.version, key="",
                by=universe.alice, now=NOW,
            )  # fmt: skip


class TestConflict:
    @pytest.fixture(autouse=True)
    def _no_other_room(self, universe: Universe) -> None:
        Room.objects.filter(pk=universe.exam_2.pk).update(room_type="imaging")

    def offered(self, universe: Universe, visit: Appointment) -> datetime:
        """The room leaks tomorrow until 14:00, and Dr. Carol is full before and after what she keeps."""
        conflict = conflicts.report(
            resource=universe.exam_1, start=at(8, day=TOMORROW), end=at(14, day=TOMORROW), cause="Water",
            close=True, by=universe.alice, now=NOW,
        )  # fmt: skip
        (one,) = proposals(conflict, now=NOW)
        assert one.option is not None
        conflicts.move_to(
            conflict=conflict, visit=visit, option=one.option, version=visit.version, key="",
            by=universe.alice, now=NOW,
        )  # fmt: skip
        return one.option.start

    def test_a_directed_visit_is_offered_directed_time(self, universe: Universe, visit: Appointment) -> None:
        assert self.offered(universe, visit) == at(14, day=TOMORROW)

    def test_another_visit_is_offered_what_it_can_have(self, universe: Universe) -> None:
        other = universe.book(at(11, day=TOMORROW), request=universe.ready(universe.ben))
        assert self.offered(universe, other) == at(16, day=TOMORROW)

    def test_nothing_is_offered_after_the_directed_day(self, universe: Universe, visit: Appointment) -> None:
        Session.objects.filter(resource=universe.dr_carol, weekday=2).update(valid_until=TODAY)
        remake_days(resources=[universe.dr_carol.pk], first=TOMORROW, last=TOMORROW)
        assert nearest_time(visit, now=NOW) is None
