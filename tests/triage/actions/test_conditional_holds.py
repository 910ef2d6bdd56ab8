"""Time that is kept for hours while something is missing: where a rule allows it and somebody approves it."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

import pytest

from frontdesk.accounts.models import User
from frontdesk.book.actions import appointments, holds
from frontdesk.book.actions.kept_holds import HoldOver
from frontdesk.book.models import Hold
from frontdesk.book.rules import BookingGate
from frontdesk.daybook.facts import System
from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import BadValue, NotAllowed
from frontdesk.triage.actions import words
from frontdesk.triage.actions.conditional_holds import NoConditionalHold, keep
from tests.factories import protocol
from tests.factories.protocol import CHECK_UP, CHEST_PAIN, SMALL
from tests.universe import NOW, TODAY, Universe, at

pytestmark = pytest.mark.django_db
HOUR, TOMORROW = timedelta(hours=1), TODAY + timedelta(days=1)
PAPERS = "The records have not come yet"


@pytest.fixture
def held(universe: Universe) -> Hold:
    """Tomorrow at eleven, for a caller whose rule lets time be kept."""
    content: Any = copy.deepcopy(SMALL)
    content["concepts"]["records"] = {"title": "Records", "en": ["records"]}
    content["rules"].append(
        {"code": "P1", "title": "Records are missing", "lane": "operational", "when": ["records"],
         "script": "urgent", "target": "nurse", "clock_minutes": 60, "limits": {"conditional_hold": True}}
    )  # fmt: skip
    protocol.protocol(content, approved_by=universe.carol, at=NOW - timedelta(days=1), version=2)
    return universe.hold(at(11, day=TOMORROW), request=universe.ready(said=PAPERS))


def kept(hold: Hold, by: User, *, hours: int = 12, because: str = PAPERS) -> Hold:
    return keep(hold=hold, hours=hours, because=because, by=by, now=NOW)


def test_it_stands_for_as_long_as_was_approved_and_no_longer(universe: Universe, held: Hold) -> None:
    assert kept(held, universe.bob).expires_at == NOW + 12 * HOUR
    holds.sweep(by=System("hold sweeper"), now=NOW + 11 * HOUR)
    held.refresh_from_db()
    assert held.stands(NOW + 11 * HOUR)
    holds.sweep(by=System("hold sweeper"), now=NOW + 12 * HOUR)
    held.refresh_from_db()
    assert held.ended_how == "expired"
    other = universe.hold(at(11, day=TOMORROW), request=universe.ready(universe.dora), now=NOW + 12 * HOUR)
    assert other.start == held.start


def test_who_approved_it_and_why_is_on_it_and_in_the_daybook(universe: Universe, held: Hold) -> None:
    kept(held, universe.dan)
    held.refresh_from_db()
    assert (held.kept_by, held.kept_at, held.kept_because) == (universe.dan, NOW, PAPERS)
    entry = Entry.objects.get(kind="HoldKeptLonger")
    assert (entry.reason, entry.approved_by) == (PAPERS, universe.dan)


def test_it_ends_when_its_time_begins(universe: Universe, held: Hold) -> None:
    assert kept(held, universe.bob, hours=72).expires_at == held.start


def test_keeping_it_again_never_shortens_it(universe: Universe, held: Hold) -> None:
    kept(held, universe.bob)
    assert kept(held, universe.bob, hours=1).expires_at == NOW + 12 * HOUR


def test_it_is_booked_like_any_other(universe: Universe, held: Hold) -> None:
    kept(held, universe.bob)
    visit = appointments.book(hold=held, by=universe.alice, now=NOW + 3 * HOUR)
    assert visit.start == held.start


@pytest.mark.parametrize("name", ["alice", "charlie", "erin", "pat"])
def test_who_may_not_approve_moves_does_not_keep_it(name: str, universe: Universe, held: Hold) -> None:
    with pytest.raises(NotAllowed):
        kept(held, getattr(universe, name))


def test_only_where_a_rule_allows_it(universe: Universe) -> None:
    hold = universe.hold(at(11, day=TOMORROW), request=universe.ready(universe.dora, said=CHECK_UP))
    with pytest.raises(NoConditionalHold):
        kept(hold, universe.bob)


def test_not_while_the_gate_is_shut(universe: Universe, held: Hold) -> None:
    request = universe.request(universe.ben)
    words.add(request=request, text=CHEST_PAIN, by=universe.alice, now=NOW)
    with pytest.raises(BookingGate) as refused:
        kept(held, universe.bob)
    assert refused.value.code == "GATE_EMERGENCY"


def test_not_once_it_is_over(universe: Universe, held: Hold) -> None:
    with pytest.raises(HoldOver):
        keep(hold=held, hours=2, because=PAPERS, by=universe.bob, now=NOW + HOUR)


@pytest.mark.parametrize(
    ("hours", "because", "field"),
    [
        (0, PAPERS, "hours"),
        (73, PAPERS, "hours"),
        (-1, PAPERS, "hours"),
        (2, " ", "because"),
        (2, "x" * 301, "because"),
    ],
)
def test_bad_values(hours: int, because: str, field: str, universe: Universe, held: Hold) -> None:
    with pytest.raises(BadValue) as refused:
        kept(held, universe.bob, hours=hours, because=because)
    assert refused.value.field == field
