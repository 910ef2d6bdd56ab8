from __future__ import annotations

from datetime import timedelta

import pytest

from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import BadValue, NotAllowed
from frontdesk.triage.actions import handoffs, lanes
from frontdesk.triage.actions.handoffs import AlreadyAccepted, NotAccepted, accepted_name
from frontdesk.triage.models import Handoff
from frontdesk.work.models import Queue, Task
from tests.factories.protocol import CHEST_PAIN, FEVER
from tests.universe import NOW, TODAY, Universe

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(seconds=40)


@pytest.fixture
def offered(universe: Universe) -> Handoff:
    """An urgent handoff that waits for the nurse."""
    return universe.ready(said=FEVER).handoffs.get()


@pytest.fixture
def accepted(universe: Universe, offered: Handoff) -> Handoff:
    return handoffs.accept(handoff=offered, by=universe.bob, now=SOON)


def test_it_is_offered_with_a_clock_in_the_nurses_queue(universe: Universe, offered: Handoff) -> None:
    assert (offered.due_at, offered.offered_by, offered.situation) == (
        NOW + timedelta(minutes=15),
        None,
        "Fever",
    )
    task = Task.objects.open().get()
    assert (task.queue, task.due_at, task.weight) == (Queue.NURSE, offered.due_at, 2)
    assert task in Task.objects.visible_to(universe.bob)
    assert task not in Task.objects.visible_to(universe.charlie)


class TestAccept:
    def test_it_names_who_and_when(self, universe: Universe, accepted: Handoff) -> None:
        assert (accepted.accepted_by, accepted.accepted_at) == (universe.bob, SOON)
        entry = Entry.objects.get(kind="HandoffAccepted")
        assert (entry.facts["accepted_by"], entry.facts["after_seconds"]) == ("Bob Blden, RN", 40)
        assert Task.objects.open().get().owner == universe.bob

    def test_the_second_hears_who_was_first(self, universe: Universe, accepted: Handoff) -> None:
        with pytest.raises(AlreadyAccepted, match="Bob Blden, RN has accepted this already"):
            handoffs.accept(handoff=accepted, by=universe.carol, now=SOON)
        assert Entry.objects.filter(kind="HandoffAccepted").count() == 1

    @pytest.mark.parametrize("who", ["alice", "dan", "erin", "pat"])
    def test_only_a_clinician_may(self, universe: Universe, offered: Handoff, who: str) -> None:
        with pytest.raises(NotAllowed):
            handoffs.accept(handoff=offered, by=getattr(universe, who), now=SOON)

    def test_the_desk_writes_down_that_911_did(self, universe: Universe) -> None:
        handoff = universe.ready(said=CHEST_PAIN).handoffs.get()
        handoff = handoffs.accept(handoff=handoff, by=universe.alice, now=SOON, other=" 911, operator 12 ")
        assert accepted_name(handoff) == "911, operator 12"
        assert handoff.accepted_by == universe.alice

    @pytest.mark.parametrize("who", ["erin", "pat"])
    def test_not_everybody_may_write_that_down(self, universe: Universe, offered: Handoff, who: str) -> None:
        with pytest.raises(NotAllowed):
            handoffs.accept(handoff=offered, by=getattr(universe, who), now=SOON, other="911")


class TestDirect:
    def test_the_clinician_says_what_may_be_booked(self, universe: Universe, accepted: Handoff) -> None:
        day = TODAY + timedelta(days=3)
        directed = handoffs.direct(
            handoff=accepted, direction="within_days", by=universe.bob, now=SOON,
            visit_type=universe.follow_up, visit_by=day, note="Bring the\nmedicines",
        )  # fmt: skip
        assert (directed.direct_visit_type, directed.direct_by) == (universe.follow_up, day)
        assert (directed.directed_by, directed.directed_at) == (universe.bob, SOON)
        assert directed.direction_note == "Bring the medicines"
        assert not Task.objects.open().exists()

    def test_same_day_means_today(self, universe: Universe, accepted: Handoff) -> None:
        directed = handoffs.direct(
            handoff=accepted, direction="same_day", by=universe.bob, now=SOON, visit_type=universe.same_day
        )
        assert directed.direct_by == TODAY

    def test_not_before_it_is_accepted(self, universe: Universe, offered: Handoff) -> None:
        with pytest.raises(NotAccepted):
            handoffs.direct(handoff=offered, direction="no_visit", by=universe.bob, now=SOON)

    def test_not_by_the_desk(self, universe: Universe, accepted: Handoff) -> None:
        with pytest.raises(NotAllowed):
            handoffs.direct(handoff=accepted, direction="no_visit", by=universe.alice, now=SOON)

    @pytest.mark.parametrize(
        ("direction", "days", "typed", "field"),
        [
            ("", None, True, "direction"),
            ("dance", None, True, "direction"),
            ("same_day", None, False, "visit_type"),
            ("within_days", None, True, "visit_by"),
            ("within_days", -1, True, "visit_by"),
            ("within_days", 61, True, "visit_by"),
        ],
    )
    def test_what_makes_no_sense_is_refused(
        self, universe: Universe, accepted: Handoff, direction: str, days: int | None, typed: bool, field: str
    ) -> None:
        with pytest.raises(BadValue) as refused:
            handoffs.direct(
                handoff=accepted, direction=direction, by=universe.bob, now=SOON,
                visit_type=universe.follow_up if typed else None,
                visit_by=None if days is None else TODAY + timedelta(days=days),
            )  # fmt: skip
        assert refused.value.field == field
        assert Handoff.objects.get(pk=accepted.pk).directed_at is None

    def test_an_emergency_is_never_directed_into_the_calendar(self, universe: Universe) -> None:
        handoff = universe.ready(said=CHEST_PAIN).handoffs.get()
        handoff = handoffs.accept(handoff=handoff, by=universe.bob, now=SOON)
        with pytest.raises(BadValue, match="An emergency is never booked"):
            handoffs.direct(
                handoff=handoff, direction="same_day", by=universe.bob, now=SOON, visit_type=universe.same_day
            )
        lanes.lower_lane(request=handoff.request, to="urgent", reason="Muscle", by=universe.bob, now=SOON)
        handoffs.direct(
            handoff=handoff, direction="same_day", by=universe.bob, now=SOON, visit_type=universe.same_day
        )
