"""Gaps, waits, suggestions and endings: right sums, and nothing that a person could not do."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from frontdesk.book.actions import cancels, moves
from frontdesk.book.actions.moves import Move, wanted_of
from frontdesk.book.models import Appointment
from frontdesk.clinic.choices import Moves
from frontdesk.insight import endings, gaps, suggestions, waits
from frontdesk.insight.gaps import Use
from frontdesk.insight.no_shows import Share
from tests.universe import LAST_OPEN, NOW, TODAY, Universe, at

pytestmark = pytest.mark.django_db

TOMORROW = TODAY + timedelta(days=1)


def _visit(universe: Universe, hour: int, minute: int = 0, **more: Any) -> Appointment:
    start = at(hour, minute, day=TOMORROW)
    who = universe.newcomer("Nora", "Quist", born=date(1980, 1, 1) + timedelta(days=hour * 60 + minute))
    return universe.book(start, request=universe.ready(who), wanted=universe.wanted(start, **more))


def _report(universe: Universe) -> gaps.Report:
    return gaps.report(site=universe.main, first=TOMORROW, last=TOMORROW)


def _day(universe: Universe) -> gaps.ProviderDay:
    (day,) = _report(universe).of(universe.dr_carol.pk)
    return day


class TestGaps:
    def test_minutes_and_gaps_of_a_day(self, universe: Universe) -> None:
        _visit(universe, 9), _visit(universe, 10), _visit(universe, 10, 50)
        day = _day(universe)
        assert day.use == Use(opened=540, used=90, idle=50, gaps=2)
        assert [(gap.start, gap.minutes) for gap in day.gaps] == [
            (at(9, 30, day=TOMORROW), 30), (at(10, 30, day=TOMORROW), 20),
        ]  # fmt: skip
        assert day.use.percent == pytest.approx(100 * 90 / 540)

    def test_a_cancelled_visit_and_a_hold_take_nothing(self, universe: Universe) -> None:
        gone = _visit(universe, 9)
        cancels.cancel(
            visit=gone, why="patient-asked", note="", version=1, key="c", by=universe.alice, now=NOW
        )
        universe.hold(at(11, day=TOMORROW))
        assert _day(universe).use == Use(opened=540)

    def test_sums_over_providers_and_days(self, universe: Universe) -> None:
        _visit(universe, 9), _visit(universe, 10)
        report = gaps.report(site=universe.main, first=TODAY, last=LAST_OPEN)
        assert report.total.used == 60
        assert report.providers[0].name == "Dr. Carol Calden"
        assert dict(report.by_day)[TOMORROW].idle == 30
        assert sum(use.opened for _, use in report.by_day) == report.total.opened


class TestSuggestions:
    def _found(self, universe: Universe) -> list[suggestions.Suggestion]:
        return suggestions.suggestions(site=universe.main, days=_report(universe).days, now=NOW)

    def test_a_visit_that_closes_a_gap(self, universe: Universe) -> None:
        _visit(universe, 9), _visit(universe, 9, 50)
        (one,) = self._found(universe)
        assert one.words == "Move the 09:50 follow-up to 09:30: closes 20 min"
        done = moves.move(
            visit=one.visit, to=wanted_of(one.visit, one.to), move=Move("provider-asked"), version=1, key="m",
            by=universe.alice, now=NOW,
        )  # fmt: skip
        assert done.start == at(9, 30, day=TOMORROW)
        assert _day(universe).gaps == []

    def test_not_where_the_next_visit_follows_at_once(self, universe: Universe) -> None:
        _visit(universe, 9), _visit(universe, 9, 50), _visit(universe, 10, 20)
        assert self._found(universe) == []

    @pytest.mark.parametrize("moves_", [Moves.APPROVED, Moves.NEVER])
    def test_not_a_protected_visit(self, moves_: Moves, universe: Universe) -> None:
        _visit(universe, 9)
        visit = _visit(universe, 9, 50)
        Appointment.objects.filter(pk=visit.pk).update(may_move=moves_)
        assert self._found(universe) == []

    def test_not_where_the_room_is_taken(self, universe: Universe) -> None:
        _visit(universe, 9), _visit(universe, 9, 50)
        start = at(9, 30, day=TOMORROW)
        other = universe.wanted(start, provider=universe.dr_yusuf, visit_type=universe.same_day)
        universe.book(start, request=universe.ready(universe.newcomer("Yan", "Other")), wanted=other)
        assert self._found(universe) == []

    def test_not_where_the_patient_is_elsewhere_and_not_today(self, universe: Universe) -> None:
        _visit(universe, 9)
        start = at(9, 50, day=TOMORROW)
        universe.book(start, request=universe.ready(universe.ben), wanted=universe.wanted(start))
        call = universe.wanted(
            at(9, 30, day=TOMORROW), provider=universe.dr_yusuf, visit_type=universe.phone_call
        )
        universe.book(call.start, request=universe.ready(universe.ben), wanted=call)
        assert self._found(universe) == []
        later = NOW + timedelta(days=1)
        assert suggestions.suggestions(site=universe.main, days=_report(universe).days, now=later) == []


def test_the_third_free_day(universe: Universe) -> None:
    found = {one.visit_type.code: one for one in waits.waits(site=universe.main, now=NOW)}
    assert (found["follow-up"].first, found["follow-up"].third, found["follow-up"].providers) == (0, 0, 2)
    late = {one.visit_type.code: one for one in waits.waits(site=universe.main, now=at(16, 20))}
    assert (late["follow-up"].first, late["follow-up"].third) == (0, 1)
    nobody = waits.waits(site=universe.main, now=NOW, provider=universe.exam_1.pk)
    assert nobody == []


def test_late_and_missed_by_reason_and_side(universe: Universe) -> None:
    late, early, kept = _visit(universe, 9), _visit(universe, 10), _visit(universe, 11)
    cancels.cancel(
        visit=late, why="patient-ill", note="", version=1, key="a", by=universe.alice,
        now=late.start - timedelta(hours=2),
    )  # fmt: skip
    cancels.cancel(
        visit=early, why="provider-away", note="", version=1, key="b", by=universe.alice,
        now=early.start - timedelta(hours=24),
    )  # fmt: skip
    cancels.miss(
        visit=kept,
        why="not-told",
        note="",
        version=1,
        by=universe.alice,
        now=kept.start + timedelta(minutes=20),
    )
    found = endings.endings(site=universe.main, first=TOMORROW, last=TOMORROW)
    assert (found.visits, found.late, found.missed, found.cancelled) == (
        3,
        Share(1, 3),
        Share(1, 3),
        Share(2, 3),
    )
    assert [(one.what, one.whose, one.words) for one in found.rows] == [
        ("Cancelled late", "Patient", "The patient is ill"),
        ("Not kept", "Organization", "Was not told of the visit or a change"),
    ]  # fmt: skip
    empty = endings.endings(site=universe.harbor, first=TOMORROW, last=TOMORROW)
    assert (empty.visits, empty.late.percent, list(empty.rows)) == (0, None, [])
