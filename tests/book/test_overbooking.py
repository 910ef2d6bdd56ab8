"""Extra visits: only inside a rule that the provider has signed, and never more than it says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from frontdesk.accounts.permissions import Role
from frontdesk.book.actions import appointments, holds, overbooking
from frontdesk.book.actions.days import open_days
from frontdesk.book.actions.overbooking import RuleClosed
from frontdesk.book.actions.taking import NotOverbookable
from frontdesk.book.actions.time import TimeTaken
from frontdesk.book.actions.wanted import Wanted
from frontdesk.book.models import Claim, Hold, OverbookRule
from frontdesk.book.queries.check_days import differences
from frontdesk.book.queries.overbooking import rule_rows, rules_seen_by
from frontdesk.book.rules_overbooking import RuleState
from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import BadValue, NotAllowed
from tests.factories import clinic as make
from tests.factories import staff
from tests.factories.callers import callers
from tests.factories.crowd import Crowd, crowd
from tests.factories.overbooking import drafted, signed, wish
from tests.universe import LAST_OPEN, NOW, OPENER, TODAY, Universe, at

pytestmark = pytest.mark.django_db

TOMORROW = TODAY + timedelta(days=1)


def _extra(clinic: Universe, rule: OverbookRule, hour: int, minute: int = 0) -> Wanted:
    """A follow-up tomorrow in the second room, beside what Dr. Carol has then."""
    start = at(hour, minute, day=TOMORROW)
    return replace(clinic.wanted(start, room=clinic.exam_2), overbook=rule)


def _beside(clinic: Universe, rule: OverbookRule, hour: int = 10) -> Hold:
    return clinic.hold(at(hour, day=TOMORROW), wanted=_extra(clinic, rule, hour))


class TestRule:
    def test_it_is_drafted_by_one_and_signed_by_the_provider(self, universe: Universe) -> None:
        rule = drafted(universe, weekdays=[4, 0, 0], visit_types=[universe.follow_up])
        assert (rule.weekdays, rule.signed_at) == ([0, 4], None)
        rule = overbooking.sign(rule=rule, by=universe.carol, now=NOW)
        assert (rule.signed_by, rule.signed_at) == (universe.carol, NOW)
        kinds = Entry.objects.about("overbook_rule", rule.pk).values_list("kind", "actor__username")
        assert set(kinds) == {("OverbookingDrafted", "dan"), ("OverbookingSigned", "carol")}

    @pytest.mark.parametrize("who", ["alice", "bob", "dan", "erin"])
    def test_nobody_else_signs(self, who: str, universe: Universe) -> None:
        rule = drafted(universe)
        with pytest.raises(NotAllowed):
            overbooking.sign(rule=rule, by=getattr(universe, who), now=NOW)

    def test_another_provider_does_not_sign_either(self, universe: Universe) -> None:
        other = staff.user("olga", Role.PROVIDER, sites=(universe.main,))
        with pytest.raises(NotAllowed, match=r"Only Dr\. Carol Calden may sign"):
            overbooking.sign(rule=drafted(universe), by=other, now=NOW)

    def test_it_is_signed_once(self, universe: Universe) -> None:
        with pytest.raises(RuleClosed, match="signed before"):
            overbooking.sign(rule=signed(universe), by=universe.carol, now=NOW)

    @pytest.mark.parametrize(
        ("who", "may"), [("carol", True), ("dan", True), ("alice", False), ("erin", False)]
    )
    def test_who_ends_it(self, who: str, may: bool, universe: Universe) -> None:
        rule, by = signed(universe), getattr(universe, who)
        if not may:
            with pytest.raises(NotAllowed, match="or a clinic manager may end"):
                overbooking.end(rule=rule, because="Enough", by=by, now=NOW)
            return
        assert overbooking.end(rule=rule, because="Enough", by=by, now=NOW).ended_by == by
        with pytest.raises(RuleClosed):
            overbooking.end(rule=rule, because="Enough", by=by, now=NOW)

    @pytest.mark.parametrize("because", ["", "  ", "no"])
    def test_it_ends_with_a_reason(self, because: str, universe: Universe) -> None:
        with pytest.raises(BadValue, match="Say why"):
            overbooking.end(rule=signed(universe), because=because, by=universe.carol, now=NOW)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("weekdays", [7]), ("ends", time(9)), ("cap", 0), ("cap", 21), ("because", " "),
            ("valid_until", TODAY - timedelta(days=1)), ("valid_until", TODAY + timedelta(days=400)),
        ],
    )  # fmt: skip
    def test_what_is_refused(self, field: str, value: Any, universe: Universe) -> None:
        with pytest.raises(BadValue) as refused:
            drafted(universe, **{field: value})
        assert refused.value.field == field

    def test_a_provider_without_a_log_in_could_not_sign(self, universe: Universe) -> None:
        with pytest.raises(BadValue, match="has no log-in"):
            drafted(universe, provider=universe.dr_yusuf)

    def test_a_visit_type_of_another_specialty(self, universe: Universe) -> None:
        with pytest.raises(BadValue, match="does not see: Skin check"):
            drafted(universe, visit_types=[universe.skin_check])

    def test_only_who_may_change_settings_drafts(self, universe: Universe) -> None:
        with pytest.raises(NotAllowed):
            overbooking.draft(rule=wish(universe), by=universe.alice, now=NOW)

    def test_a_draft_whose_days_have_passed_is_not_signed(self, universe: Universe) -> None:
        rule = drafted(universe)
        with pytest.raises(BadValue, match="have passed"):
            overbooking.sign(rule=rule, by=universe.carol, now=NOW + timedelta(days=30))


class TestExtraVisit:
    def test_it_stands_beside_another(self, universe: Universe) -> None:
        rule = signed(universe)
        first = universe.book(at(10, day=TOMORROW), request=universe.ready(universe.ana))
        extra = appointments.book(hold=_beside(universe, rule), by=universe.alice, now=NOW)
        assert (extra.start, extra.provider, extra.overbooked_by) == (first.start, first.provider, rule)
        units = Claim.objects.filter(appointment=extra, resource=universe.dr_carol).values_list(
            "unit", flat=True
        )
        assert list(units) == [2]
        assert differences(now=NOW) == []

    def test_a_draft_opens_nothing(self, universe: Universe) -> None:
        with pytest.raises(NotOverbookable, match="has signed no rule"):
            _beside(universe, drafted(universe))

    def test_an_ended_rule_opens_nothing(self, universe: Universe) -> None:
        rule = overbooking.end(rule=signed(universe), because="Enough", by=universe.carol, now=NOW)
        with pytest.raises(NotOverbookable):
            _beside(universe, rule)

    @pytest.mark.parametrize(
        ("more", "hour", "words"),
        [
            ({"weekdays": [0]}, 10, "on this weekday"), ({}, 8, "from 09:00 to 12:00 only"), ({}, 12, "only"),
            ({"valid_until": TODAY}, 10, "on this day"),
        ],
    )  # fmt: skip
    def test_outside_the_rule(self, more: dict[str, Any], hour: int, words: str, universe: Universe) -> None:
        with pytest.raises(NotOverbookable, match=words):
            _beside(universe, signed(universe, **more), hour)

    def test_another_visit_type(self, universe: Universe) -> None:
        with pytest.raises(NotOverbookable, match="does not name this visit type"):
            _beside(universe, signed(universe, visit_types=[universe.same_day]))

    def test_the_cap_and_a_place_that_is_given_back(self, universe: Universe) -> None:
        rule = signed(universe, cap=1)
        hold = _beside(universe, rule)
        with pytest.raises(NotOverbookable, match="allows 1 extra a day"):
            universe.hold(
                at(11, day=TOMORROW), request=universe.ready(universe.dora), wanted=_extra(universe, rule, 11)
            )
        holds.let_go(hold=hold, by=universe.alice, now=NOW)
        again = universe.hold(
            at(11, day=TOMORROW), request=universe.ready(universe.dora), wanted=_extra(universe, rule, 11)
        )
        assert again.overbooked_by == rule

    def test_which_rule_lets_a_time_be_had(self, universe: Universe) -> None:
        rule = signed(universe)
        inside, outside = universe.wanted(at(10, day=TOMORROW)), universe.wanted(at(14, day=TOMORROW))
        assert overbooking.rule_for(wanted=inside, by=universe.alice) == rule
        assert overbooking.rule_for(wanted=outside, by=universe.alice) is None


class TestReading:
    def test_states_and_used_places(self, universe: Universe) -> None:
        rule, ahead = signed(universe), TODAY + timedelta(days=3)
        drafted(universe)
        signed(universe, valid_from=ahead)
        overbooking.end(rule=signed(universe), because="Enough", by=universe.dan, now=NOW)
        _beside(universe, rule)
        rows = rule_rows(rules_seen_by(universe.alice), now=NOW)
        by_pk = {row.rule.pk: row for row in rows}
        assert sorted(row.state for row in rows) == sorted(
            [RuleState.IN_FORCE, RuleState.DRAFT, RuleState.LATER, RuleState.ENDED]
        )
        assert [(use.day, use.used, use.cap) for use in by_pk[rule.pk].uses[:2]] == [
            (TODAY, 0, 2), (TOMORROW, 1, 2)
        ]  # fmt: skip
        over = rule_rows(rules_seen_by(universe.alice), now=NOW + timedelta(days=60))
        assert {row.state for row in over} == {RuleState.OVER, RuleState.ENDED}

    def test_another_site_sees_none(self, universe: Universe) -> None:
        signed(universe)
        assert rules_seen_by(universe.charlie) == []
        assert len(rules_seen_by(universe.dan)) == 1


CLIENTS = 30


@pytest.fixture(scope="module")
def thirty() -> Iterator[Crowd]:
    with crowd(CLIENTS) as clients:
        yield clients


@pytest.mark.django_db(transaction=True)
def test_thirty_ask_for_two_extra_places(universe: Universe, thirty: Crowd) -> None:
    """At one time and at different times of one day: never more than two, and who was told so has one."""
    rooms = [make.room(f"Extra {number}", at=universe.main) for number in range(CLIENTS)]
    for room in rooms:
        make.sessions(room, at=universe.main)

    open_days(resources=rooms, first=TODAY, last=LAST_OPEN, by=OPENER, now=NOW)
    requests = callers(CLIENTS, site=universe.main, by=universe.alice, now=NOW)
    rule = signed(universe)
    one_time = [at(10, day=TOMORROW)]
    five_times = [at(9, day=TOMORROW) + timedelta(minutes=30 * n) for n in range(5)]
    for turn in range(8):
        starts = one_time if turn % 2 else five_times
        tasks = [
            _asking(universe, rule, request, rooms[n], starts[n % len(starts)], f"{turn}-{n}")
            for n, request in enumerate(requests)
        ]
        outcome = thirty.run(tasks)
        held = [one for one in outcome if isinstance(one, Hold)]
        for one in outcome:
            assert isinstance(one, Hold | TimeTaken | NotOverbookable), repr(one)
        extra = Claim.objects.live().filter(resource=universe.dr_carol, unit__gt=1)
        assert sorted(extra.values_list("hold_id", flat=True)) == sorted(one.pk for one in held)
        assert len(held) == (1 if turn % 2 else 2)
        for one in held:
            holds.let_go(hold=one, by=universe.alice, now=NOW)
    assert differences(now=NOW) == []


def _asking(universe: Universe, rule: OverbookRule, request: Any, room: Any, start: Any, key: str) -> Any:
    wanted = replace(universe.wanted(start, room=room), overbook=rule)

    def ask() -> Hold:
        return holds.place(
            wanted=wanted, patient=request.patient, request_id=request.pk, key=f"extra-{key}",
            by=universe.alice, now=NOW,
        )  # fmt: skip

    return ask
