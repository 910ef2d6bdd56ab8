"""A rule may say what can follow from it: nobody directs or books anything else, by any door."""

from __future__ import annotations

import copy
from datetime import time, timedelta
from typing import Any

import pytest

from frontdesk.book.actions import moves
from frontdesk.book.actions.days import remake_days
from frontdesk.book.actions.moves import Move, wanted_of
from frontdesk.book.actions.taking import KeptTime
from frontdesk.book.models import Session
from frontdesk.book.ports import Ask
from frontdesk.book.queries.find import Wish, open_times
from frontdesk.book.rules import BookingGate, findings, only_in
from frontdesk.clinic.models import SlotClass
from frontdesk.kit.errors import BadValue
from frontdesk.triage.actions import handoffs, requests
from frontdesk.triage.limits import limits_for
from frontdesk.triage.models import Handoff, Request
from tests.factories import protocol
from tests.factories.protocol import CHECK_UP, FEVER, SMALL
from tests.factories.time import slot_class
from tests.universe import LAST_OPEN, NOW, TODAY, Universe, at

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TOMORROW = TODAY + DAY


def limit(universe: Universe, rule: str, **limits: Any) -> None:
    """From now on the small protocol's rule has these limits; rule R1 is met by a yearly check-up."""
    content: Any = copy.deepcopy(SMALL)
    content["concepts"]["discharged"] = {"title": "Discharged", "en": ["yearly"]}
    content["rules"].append(
        {"code": "R1", "title": "After discharge", "lane": "routine", "when": ["discharged"], "script": "urgent",
         "target": "nurse", "clock_minutes": 60, "documentation": ["discharge_date"]}
    )  # fmt: skip
    next(one for one in content["rules"] if one["code"] == rule)["limits"] = limits
    protocol.protocol(content, approved_by=universe.carol, at=NOW - timedelta(days=1), version=2)


@pytest.fixture
def kept(universe: Universe) -> SlotClass:
    """Dr. Carol keeps 14:00 to 16:00 of every day, for follow-ups."""
    made = slot_class("transitional", "After discharge", universe.follow_up)
    for weekday in range(5):
        Session.objects.create(
            resource=universe.dr_carol, site=universe.main, weekday=weekday, starts=time(14), ends=time(16),
            valid_from=TODAY, slot_class=made,
        )  # fmt: skip
    remake_days(resources=[universe.dr_carol.pk], first=TODAY, last=LAST_OPEN)
    return made


def accepted(universe: Universe, request: Request) -> Handoff:
    return handoffs.accept(handoff=request.handoffs.get(), by=universe.bob, now=NOW)


def direct(universe: Universe, handoff: Handoff, direction: str = "within_days", **more: Any) -> Handoff:
    wanted = {"visit_type": universe.follow_up, "visit_by": TOMORROW, **more}
    return handoffs.direct(handoff=handoff, direction=direction, by=universe.bob, now=NOW, **wanted)


def offered(universe: Universe, request: Request, days: int = 3) -> set[str]:
    """The local times that the search offers with Dr. Carol, as the page asks for them."""
    ask = Ask(request.pk, universe.ben, universe.follow_up, universe.alice, NOW, site=universe.main)
    wish = Wish(
        visit_type=universe.follow_up, sites=[universe.main], providers=[universe.dr_carol.pk], earliest=NOW,
        until=TODAY + timedelta(days=days), only=only_in(findings(ask)),
    )  # fmt: skip
    return {f"{one.local_start:%H:%M}" for one in open_times(wish, now=NOW)}


class TestDirections:
    def test_only_what_the_rule_allows_may_be_directed(self, universe: Universe) -> None:
        limit(universe, "U1", directions=["same_day", "call_back"])
        handoff = accepted(universe, universe.ready(said=FEVER))
        with pytest.raises(
            BadValue, match="allows only: Book a visit today; Clinician calls back"
        ) as refused:
            direct(universe, handoff)
        assert refused.value.field == "direction"
        assert direct(universe, handoff, "call_back").direction == "call_back"

    def test_a_day_beyond_the_rules_is_refused(self, universe: Universe) -> None:
        limit(universe, "U1", within_days=2)
        handoff = accepted(universe, universe.ready(said=FEVER))
        with pytest.raises(BadValue, match="due by Thu 05 Mar"):
            direct(universe, handoff, visit_by=TODAY + 3 * DAY)
        assert direct(universe, handoff, visit_by=TODAY + 2 * DAY).direct_by == TODAY + 2 * DAY

    def test_a_modality_must_be_chosen_where_the_rule_names_some(self, universe: Universe) -> None:
        universe.follow_up.converts_to = ["video"]
        universe.follow_up.save()
        limit(universe, "U1", modalities=["video"])
        request = universe.ready(said=FEVER)
        handoff = accepted(universe, request)
        with pytest.raises(BadValue, match="asks for a visit video"):
            direct(universe, handoff)
        direct(universe, handoff, modality="video")
        with pytest.raises(BookingGate, match="directed a visit video") as refused:
            universe.hold(at(11, day=TOMORROW), request=request)
        assert refused.value.code == "GATE_DIRECTION"

    def test_kept_time_must_be_for_the_visit_type(self, universe: Universe, kept: SlotClass) -> None:
        handoff = accepted(universe, universe.ready(said=FEVER))
        with pytest.raises(BadValue, match="is not for"):
            direct(universe, handoff, visit_type=universe.same_day, slot_class=kept)


class TestSlotClass:
    def test_only_the_directed_time_is_offered_and_taken(self, universe: Universe, kept: SlotClass) -> None:
        request = universe.ready(said=FEVER)
        direct(universe, accepted(universe, request), slot_class=kept)
        assert offered(universe, request) == {"14:00", "14:15", "14:30", "14:45", "15:00", "15:15", "15:30"}
        with pytest.raises(KeptTime, match="only in time that is kept for: After discharge"):
            universe.hold(at(11, day=TOMORROW), request=request)
        visit = universe.book(at(14, day=TOMORROW), request=request)
        with pytest.raises(KeptTime):
            self.move(universe, visit, at(11))
        assert self.move(universe, visit, at(15)).start == at(15)

    @staticmethod
    def move(universe: Universe, visit: Any, start: Any) -> Any:
        visit.refresh_from_db()
        return moves.move(
            visit=visit, to=wanted_of(visit, start), move=Move("patient-asked"), version=visit.version, key="",
            by=universe.alice, now=NOW,
        )  # fmt: skip


class TestRoutine:
    def test_after_discharge_only_time_kept_for_it_until_the_day_it_is_due(
        self, universe: Universe, kept: SlotClass
    ) -> None:
        limit(universe, "R1", slot_classes=["transitional"], within_days=7, counted_from="discharge_date")
        request = universe.ready(said=CHECK_UP)
        for value in ("02/27/2026",):
            requests.save_field(
                request=request, field="answer_discharge_date", value=value, by=universe.alice, now=NOW
            )
        request.refresh_from_db()
        assert limits_for(request, now=NOW).last_day == TODAY + 3 * DAY
        with pytest.raises(BookingGate, match="due by Fri 06 Mar"):
            universe.hold(at(14, day=TODAY + 6 * DAY), request=request)
        with pytest.raises(KeptTime):
            universe.hold(at(11, day=TOMORROW), request=request)
        assert (
            universe.book(at(14, day=TOMORROW), request=request).chain.get(link="Request").code
            == "WITHIN_RULE"
        )

    def test_without_limits_everything_is_as_before(self, universe: Universe, kept: SlotClass) -> None:
        limit(universe, "R1")
        request = universe.ready(said=CHECK_UP)
        assert {"11:00", "14:00"} <= offered(universe, request)

    def test_a_class_the_clinic_does_not_have_limits_nothing(self, universe: Universe) -> None:
        limit(universe, "R1", slot_classes=["no-such"])
        assert limits_for(universe.ready(said=CHECK_UP), now=NOW).classes == frozenset()
