"""Extra visits are offered inside a signed rule alone, and what is offered can be held."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from frontdesk.book.actions import holds
from frontdesk.book.actions.wanted import wanted_from
from frontdesk.book.engine import bits
from frontdesk.book.engine.extra import Rule, extra_ticks, holds_on
from frontdesk.book.engine.find import Need, Slice
from frontdesk.book.engine.gates import Lead
from frontdesk.book.models import OverbookRule
from frontdesk.book.queries.overbook import extra_times
from frontdesk.book.queries.wish import Wish
from tests.universe import LAST_OPEN, NOW, TODAY, Universe, at

pytestmark = pytest.mark.django_db


def signed(cast: Universe, **changed: Any) -> OverbookRule:
    """Dr. Carol signed that one more may come between ten and noon."""
    rule: dict[str, Any] = {
        "provider": cast.dr_carol, "weekdays": [1], "starts": time(10), "ends": time(12), "cap": 1,
        "valid_from": TODAY, "valid_until": LAST_OPEN, "drafted_at": NOW, "drafted_by": cast.carol,
        "signed_at": NOW, "signed_by": cast.carol,
    }  # fmt: skip
    return OverbookRule.objects.create(**{**rule, **changed})


def wish_of(cast: Universe) -> Wish:
    return Wish(cast.follow_up, [cast.main], [cast.dr_carol.pk], at(10), TODAY)


def starts(cast: Universe) -> list[datetime]:
    return [one.option.start for one in extra_times(wish_of(cast), now=NOW, limit=20)]


def test_only_time_that_is_booked_is_opened_by_the_rule(universe: Universe) -> None:
    signed(universe, cap=2)
    assert starts(universe) == []
    universe.book(at(10, 30))
    assert starts(universe) == [at(10, 15), at(10, 30)]


@pytest.mark.parametrize(
    "changed",
    [
        {"signed_at": None, "signed_by": None},
        {"weekdays": [2]},
        {"starts": time(11), "ends": time(12)},
        {"valid_from": TODAY - timedelta(days=9), "valid_until": TODAY - timedelta(days=1)},
    ],
)
def test_outside_of_the_rule_nothing_is_opened(universe: Universe, changed: dict[str, Any]) -> None:
    rule = {**changed}
    if rule.get("signed_at", NOW) is None:
        rule |= {"signed_at": None, "signed_by": None}
    signed(universe, **rule)
    universe.book(at(10, 30))
    assert starts(universe) == []


def test_a_rule_for_other_visit_types_and_one_that_has_ended(universe: Universe) -> None:
    rule = signed(universe)
    universe.book(at(10, 30))
    rule.visit_types.set([universe.same_day])
    assert starts(universe) == []
    rule.visit_types.set([universe.follow_up, universe.same_day])
    assert len(starts(universe)) == 1
    OverbookRule.objects.update(ended_at=NOW, ended_by=universe.carol)
    assert starts(universe) == []


def test_what_is_offered_can_be_held_until_the_cap_is_reached(universe: Universe) -> None:
    rule = signed(universe)
    universe.book(at(10, 30))
    (offered,) = extra_times(wish_of(universe), now=NOW)
    assert (offered.left, offered.rule) == (1, rule)
    hold = holds.place(
        wanted=replace(wanted_from(offered.option, universe.follow_up), overbook=rule),
        patient=universe.dora, request_id=universe.ready(universe.dora).pk, key="extra", by=universe.alice,
        now=NOW,
    )  # fmt: skip
    assert hold.overbooked_by == rule
    assert starts(universe) == []


class TestEngine:
    NEED = Need((Slice(2, 4), Slice(0, 6)))
    HOURS = bits.span(100, 40)

    def test_a_time_that_is_free_anyway_needs_no_rule(self) -> None:
        lead = Lead(open=bits.span(90, 60), free=bits.span(90, 20))
        found = list(bits.ticks(extra_ticks(lead, self.NEED, 0, self.HOURS)))
        assert found == list(range(105, 135))

    def test_the_whole_visit_lies_in_the_hours_and_beside_other_extra_visits(self) -> None:
        lead = Lead(open=bits.span(90, 60), free=0)
        found = list(bits.ticks(extra_ticks(lead, self.NEED, bits.span(110, 4), self.HOURS)))
        assert found == [*range(100, 105), *range(112, 135)]

    @pytest.mark.parametrize(("day", "held"), [(2, False), (3, True), (4, False), (10, True), (17, False)])
    def test_the_days(self, day: int, held: bool) -> None:
        assert holds_on(Rule([1], date(2026, 3, 3), date(2026, 3, 10)), date(2026, 3, day)) is held
