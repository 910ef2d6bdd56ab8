"""Papers wanted today: open time only. They displace nobody, whoever asks and by whatever door."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest
from django.http import QueryDict

from frontdesk.book.actions import holds, moves
from frontdesk.book.actions.days import remake_days
from frontdesk.book.actions.moves import Move
from frontdesk.book.actions.taking import KeptTime, NotOverbookable
from frontdesk.book.actions.wanted import wanted_from
from frontdesk.book.models import Session
from frontdesk.book.ports import Ask
from frontdesk.book.queries.find import Wish, open_times
from frontdesk.book.queries.overbook import extra_times
from frontdesk.book.rules import BookingGate, check_can_book
from frontdesk.desk.pages.find_page import FindPage
from frontdesk.triage.actions import handoffs, requests
from frontdesk.triage.models import Request
from tests.factories.overbooking import signed
from tests.factories.protocol import FEVER
from tests.factories.time import slot_class
from tests.universe import LAST_OPEN, NOW, TODAY, Universe, at

pytestmark = pytest.mark.django_db
TOMORROW = TODAY + timedelta(days=1)
KEPT = at(14, day=TOMORROW)


@pytest.fixture(autouse=True)
def _kept(universe: Universe) -> None:
    """Dr. Carol keeps 14:00 to 16:00 of every day for follow-ups of the day."""
    made = slot_class("urgent", "Same-day urgent", universe.follow_up)
    for weekday in range(5):
        Session.objects.create(
            resource=universe.dr_carol, site=universe.main, weekday=weekday, starts=time(14), ends=time(16),
            valid_from=TODAY, slot_class=made,
        )  # fmt: skip
    remake_days(resources=[universe.dr_carol.pk], first=TODAY, last=LAST_OPEN)


def papers(cast: Universe) -> Request:
    return cast.ready(kind="paperwork", said="I need this school form signed today")


def offered(cast: Universe, request: Request) -> set[str]:
    """The local times of tomorrow that the page's own search offers with Dr. Carol."""
    query = QueryDict(f"visit_type=follow-up&with={cast.dr_carol.pk}&from={TOMORROW}")
    wish = FindPage(request, user=cast.alice, now=NOW, asked=query).wish
    assert wish is not None
    times = open_times(wish, now=NOW)
    return {f"{one.local_start:%H:%M}" for one in times if one.local_start.date() == TOMORROW}


def test_a_visit_type_for_people_who_are_ill_is_refused(universe: Universe) -> None:
    ask = Ask(papers(universe).pk, universe.ben, universe.same_day, universe.alice, NOW)
    with pytest.raises(BookingGate) as refused:
        check_can_book(ask)
    assert refused.value.code == "GATE_PAPERWORK"


def test_kept_time_is_refused_and_open_time_is_not(universe: Universe) -> None:
    request = papers(universe)
    with pytest.raises(KeptTime) as refused:
        universe.hold(KEPT, request=request)
    assert refused.value.code == "GATE_PAPERWORK"
    assert (
        refused.value.sentence == "This time is kept for: Same-day urgent. This request has open time only."
    )
    assert universe.hold(at(11, day=TOMORROW), request=request).start == at(11, day=TOMORROW)


def test_kept_time_is_not_offered_and_first_available_does_not_take_it(universe: Universe) -> None:
    request, other = papers(universe), universe.ready(universe.dora)
    assert "14:00" in offered(universe, other)
    assert not {"14:00", "14:30", "15:30"} & offered(universe, request)
    assert "11:00" in offered(universe, request)
    wish = Wish(
        visit_type=universe.follow_up, sites=[universe.main], providers=[universe.dr_carol.pk],
        earliest=KEPT, until=TOMORROW,
    )  # fmt: skip
    with pytest.raises(KeptTime):  # a wish that was made without asking is refused when the time is taken
        holds.place_first(
            wish=wish, patient=universe.ben, request_id=request.pk, key="k", by=universe.alice, now=NOW
        )


def test_an_extra_visit_is_refused(universe: Universe) -> None:
    rule = signed(universe)
    universe.book(at(9, day=TOMORROW), request=universe.ready(universe.dora))
    wish = Wish(
        visit_type=universe.follow_up, sites=[universe.main], providers=[universe.dr_carol.pk],
        earliest=at(9, day=TOMORROW), until=TOMORROW,
    )  # fmt: skip
    extra = extra_times(wish, now=NOW)[0]
    wanted = replace(wanted_from(extra.option, universe.follow_up), overbook=rule)
    request = papers(universe)
    with pytest.raises(NotOverbookable) as refused:
        holds.place(
            wanted=wanted, patient=universe.ben, request_id=request.pk, key="k", by=universe.alice, now=NOW
        )
    assert refused.value.code == "GATE_PAPERWORK"


def test_a_visit_that_was_booked_for_papers_is_not_moved_into_kept_time(universe: Universe) -> None:
    visit = universe.book(at(11, day=TOMORROW), request=papers(universe))
    with pytest.raises(KeptTime):
        moves.move(
            visit=visit, to=universe.wanted(KEPT), move=Move(why="patient-asked"), version=visit.version,
            key="m", by=universe.bob, now=NOW,
        )  # fmt: skip


def test_said_to_be_papers_later_it_is_refused_all_the_same(universe: Universe) -> None:
    request = universe.ready()
    hold = universe.hold(at(11, day=TOMORROW), request=request)
    requests.save_field(request=request, field="kind", value="paperwork", by=universe.alice, now=NOW)
    ask = Ask(request.pk, universe.ben, universe.same_day, universe.alice, NOW)
    with pytest.raises(BookingGate):
        check_can_book(ask)
    assert hold.ended_at is None


def test_words_that_need_a_clinician_go_before_the_papers(universe: Universe) -> None:
    request = universe.ready(kind="paperwork", said=FEVER)
    handoff = handoffs.accept(handoff=request.handoffs.get(), by=universe.bob, now=NOW)
    handoffs.direct(
        handoff=handoff, direction="within_days", visit_type=universe.follow_up, visit_by=TOMORROW,
        by=universe.bob, now=NOW,
    )  # fmt: skip
    assert universe.hold(KEPT, request=request).start == KEPT
