"""Two accept at once; somebody accepts while the clock passes it on: exactly one of them happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest

from frontdesk.daybook.models import Entry
from frontdesk.triage.actions import escalation, handoffs, words
from frontdesk.triage.actions.handoffs import AlreadyAccepted
from frontdesk.triage.models import EscalationStep, Handoff
from tests.factories.callers import callers
from tests.factories.crowd import crowd
from tests.factories.protocol import FEVER
from tests.factories.served import deadlocks
from tests.factories.trees import on_duty, use_trees
from tests.universe import LONG_AGO, NOW, Universe

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 20
DUE = NOW + timedelta(minutes=10)


@pytest.fixture
def waiting(universe: Universe) -> list[Handoff]:
    """One urgent handoff for each round, all at the first step."""
    universe.protocol = use_trees(approved_by=universe.carol, at=LONG_AGO)
    on_duty(universe.bob, "nurse", at=universe.main, now=NOW)
    on_duty(universe.carol, "provider", at=universe.main, now=NOW)
    requests = callers(ROUNDS, site=universe.main, by=universe.alice, now=NOW)
    for request in requests:
        words.add(request=request, text=FEVER, by=universe.alice, now=NOW)
    return list(Handoff.objects.select_related("request__site").order_by("pk"))


def test_two_who_accept_at_once_one_wins_and_the_other_hears_who(
    universe: Universe, waiting: list[Handoff]
) -> None:
    before = deadlocks()
    with crowd(2) as two:
        for handoff in waiting:
            tasks = [
                partial(handoffs.accept, handoff=handoff, by=who, now=NOW)
                for who in (universe.bob, universe.carol)
            ]
            said = two.run(tasks)
            handoff.refresh_from_db()
            (lost,) = [one for one in said if isinstance(one, Exception)]
            assert isinstance(lost, AlreadyAccepted)
            assert handoff.accepted_by is not None
            assert lost.sentence == f"{handoff.accepted_by.name} has accepted this already."
            assert list(handoff.steps.values_list("number", "end")) == [(1, "accepted")]
    assert Entry.objects.filter(kind="HandoffAccepted").count() == ROUNDS
    assert deadlocks() == before


def test_accepting_and_passing_on_at_once_are_never_both_done(
    universe: Universe, waiting: list[Handoff]
) -> None:
    """Three pass it on, as a late job and two sweeps would, while Bob accepts."""
    before, outcomes = deadlocks(), set()
    with crowd(4) as four:
        for handoff in waiting:
            pass_it_on = partial(escalation.pass_on, handoff=handoff, number=1, now=DUE)
            accept = partial(handoffs.accept, handoff=handoff, by=universe.bob, now=DUE)
            tasks: list[Callable[[], object]] = [pass_it_on, accept, pass_it_on, pass_it_on]
            said = four.run(tasks)
            assert not [one for one in said if isinstance(one, Exception)]
            passed = [one for one in said if isinstance(one, EscalationStep)]
            steps = list(handoff.steps.values_list("number", "duty", "end"))
            assert steps in (
                [(1, "nurse", "accepted")],
                [(1, "nurse", "passed_on"), (2, "nurse", "nobody"), (3, "provider", "accepted")],
            )
            assert len(passed) == len(steps) // 2
            outcomes.add(len(steps))
            _only_what_happened_is_written_down(handoff, DUE)
    assert outcomes <= {1, 3}
    assert deadlocks() == before


def _only_what_happened_is_written_down(handoff: Handoff, at: datetime) -> None:
    kinds = list(Entry.objects.about("request", handoff.request_id).values_list("kind", flat=True))
    passed = handoff.steps.filter(end="passed_on").count()
    assert (kinds.count("HandoffAccepted"), kinds.count("HandoffPassedOn")) == (1, passed)
    handoff.refresh_from_db()
    assert handoff.accepted_at == at
    assert not handoff.steps.filter(ended_at=None).exists()
