"""A full session, and time that an expired hold still has: who gives time back may take it again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from frontdesk.book.actions import cancels, moves
from frontdesk.book.actions.days import remake_days
from frontdesk.book.actions.moves import Move, wanted_of
from frontdesk.book.actions.time import TimeTaken
from frontdesk.book.models import Appointment, HoldEnd, Session
from tests.factories.soundness import faults
from tests.universe import LAST_OPEN, NOW, TODAY, Universe, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def full(universe: Universe) -> Appointment:
    """Dr. Calden sees one patient on a Tuesday, and has her."""
    Session.objects.filter(resource=universe.dr_carol, weekday=1).update(capacity=1)
    remake_days(resources=[universe.dr_carol.pk], first=TODAY, last=LAST_OPEN)
    return universe.book(at(11))


def test_a_visit_moves_within_its_own_full_session(universe: Universe, full: Appointment) -> None:
    with pytest.raises(TimeTaken):
        universe.hold(at(14), request=universe.ready(universe.chen))
    moved = moves.move(
        visit=full, to=wanted_of(full, at(14)), move=Move(why="patient-asked"), version=1, key="", by=universe.alice,
        now=NOW,
    )  # fmt: skip
    assert moved.start == at(14)
    with pytest.raises(TimeTaken):
        universe.hold(at(11), request=universe.ready(universe.chen))
    assert faults(now=NOW) == []


def test_a_request_changes_its_hold_within_a_full_session(universe: Universe, full: Appointment) -> None:
    cancels.cancel(
        visit=full, why="patient-asked", note="", version=1, key="", by=universe.alice, now=NOW
    )  # fmt: skip
    request = universe.ready(universe.chen)
    first = universe.hold(at(11), request=request)
    second = universe.hold(at(15), request=request)
    first.refresh_from_db()
    assert (first.ended_how, second.start) == (HoldEnd.LET_GO, at(15))
    assert faults(now=NOW) == []


def test_an_expired_hold_does_not_keep_a_visit_from_being_restored(universe: Universe) -> None:
    visit = universe.book(at(14))
    visit = cancels.cancel(
        visit=visit, why="patient-asked", note="", version=1, key="", by=universe.alice, now=NOW
    )  # fmt: skip
    stale = universe.hold(at(14), request=universe.ready(universe.chen))
    later = NOW + timedelta(minutes=11)
    visit = cancels.undo(visit=visit, version=2, by=universe.alice, now=later)
    stale.refresh_from_db()
    assert (visit.status, stale.ended_how) == ("booked", HoldEnd.EXPIRED)
    assert faults(now=NOW) == []
