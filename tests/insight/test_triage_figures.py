"""Figures of triage: each against a hand-made handful of requests whose sums are known, and against its own rows."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from frontdesk.insight import acknowledged, completeness, escalations, request_rows, request_times
from frontdesk.insight.scope import Part, Scope, last_days
from frontdesk.triage.actions import handoffs, lanes, requests
from frontdesk.triage.models import Acknowledgement, Request
from frontdesk.triage.rules import RecordIncomplete
from tests.factories.protocol import CHEST_PAIN, FEVER
from tests.universe import NOW, Universe

pytestmark = pytest.mark.django_db


def after(seconds: int) -> datetime:
    return NOW + timedelta(seconds=seconds)


def scope(universe: Universe) -> Scope:
    return last_days([universe.main, universe.harbor], 7, now=NOW)


def save(universe: Universe, request: Request, now: datetime, **fields: str) -> None:
    for field, value in fields.items():
        requests.save_field(request=request, field=field, value=value, by=universe.alice, now=now)


def try_to_close(universe: Universe, request: Request, now: datetime, outcome: str = "answered") -> None:
    requests.close(request=request, outcome=outcome, by=universe.alice, now=now)


def a_routine(universe: Universe, *, told: int, closed: int, first_try: int | None = None) -> Request:
    """A routine request; with a `first_try` somebody tries to close it before the caller was told."""
    request = universe.ready(universe.dora)
    if first_try is not None:
        with pytest.raises(RecordIncomplete):
            try_to_close(universe, request, after(first_try))
    save(universe, request, after(told), told="Come on Friday")
    try_to_close(universe, request, after(closed))
    return request


class TestTimes:
    def test_median_and_ninth_of_ten_by_lane_and_site(self, universe: Universe) -> None:
        for told in (60, 120, 600):
            a_routine(universe, told=told, closed=told + 60)
        grave = universe.ready(universe.ben, said=CHEST_PAIN)
        handoffs.accept(handoff=grave.handoffs.get(), by=universe.bob, now=after(41))
        found = {(one.lane, one.site): one for one in request_times.times(scope(universe))}
        assert found[None, None].requests == 4
        routine = found["routine", universe.main.pk]
        assert (routine.requests, routine.spans["told"].median, routine.spans["told"].ninth) == (3, 120, 504)
        assert routine.spans["accepted"].count == 0
        assert found["emergency", None].spans["accepted"].median == 41
        assert found["emergency", None].spans["lane"].count == 1

    def test_a_voicemail_counts_from_when_it_was_left(self, universe: Universe) -> None:
        request = a_routine(universe, told=60, closed=120)
        Request.objects.filter(pk=request.pk).update(contact_at=NOW - timedelta(minutes=10))
        (whole, *_) = request_times.times(scope(universe))
        assert whole.spans["told"].median == 660

    def test_handling_leaves_out_the_time_it_stood_parked(self, universe: Universe) -> None:
        request = universe.ready(universe.dora)
        requests.park(request=request, by=universe.alice, now=after(100))
        requests.resume(request=request, by=universe.alice, now=after(400))
        save(universe, request, after(450), told="Friday")
        try_to_close(universe, request, after(500))
        (found,) = request_times.handling(scope(universe))
        assert (found.kind, found.spread.count, found.spread.median) == ("symptom", 1, 200)

    def test_nothing_is_a_figure_of_nothing(self, universe: Universe) -> None:
        assert [one.requests for one in request_times.times(scope(universe))] in ([], [0])
        assert request_times.handling(scope(universe)) == []


class TestCompleteness:
    def test_whole_at_the_first_try_by_lane_site_and_clerk(self, universe: Universe) -> None:
        a_routine(universe, told=60, closed=120)
        refused = a_routine(universe, told=60, closed=120, first_try=30)
        found = {
            (one.lane, one.site, one.clerk): one.share for one in completeness.whole_at_first(scope(universe))
        }
        half = Part(1, 2)
        assert found[None, None, None] == half
        assert found["routine", None, None] == half
        assert found[None, universe.main.pk, None] == half
        assert found[None, None, universe.alice.pk] == half
        rows = request_rows.behind(scope(universe), request_rows.REFUSED)
        assert [one.pk for one in rows] == [refused.pk]

    def test_a_field_that_is_missing_twice_at_a_site_repeats(self, universe: Universe) -> None:
        for _ in range(2):
            a_routine(universe, told=60, closed=120, first_try=30)
        (missing,) = completeness.missing_at_first(scope(universe))
        assert (missing.key, missing.words, missing.count, missing.repeats) == (
            "told", "What the caller was told", 2, True,
        )  # fmt: skip
        rows = request_rows.behind(scope(universe), request_rows.REFUSED, missing="told")
        assert rows.count() == 2
        assert not request_rows.behind(scope(universe), request_rows.REFUSED, missing="callback").exists()

    def test_only_the_first_try_counts(self, universe: Universe) -> None:
        request = universe.ready(said=FEVER)
        with pytest.raises(RecordIncomplete):
            try_to_close(universe, request, after(10))
        save(universe, request, after(20), told="A nurse calls", answer_onset="Last night")
        with pytest.raises(RecordIncomplete):
            try_to_close(universe, request, after(30))
        save(universe, request, after(40), answer_temperature="102", told_how="call")
        handoff = handoffs.accept(handoff=request.handoffs.get(), by=universe.bob, now=after(50))
        handoffs.direct(handoff=handoff, direction="call_back", by=universe.bob, now=after(60))
        try_to_close(universe, request, after(70), "handed_over")
        found = {one.key: one.count for one in completeness.missing_at_first(scope(universe))}
        assert found["onset"] == found["told"] == found["direction"] == 1

    def test_open_requests_by_age_and_what_they_lack(self, universe: Universe) -> None:
        universe.ready(universe.dora)
        (band,) = completeness.open_by_age(scope(universe), now=NOW + timedelta(hours=2))
        assert (band.words, band.lacking, list(band.lacks)) == ("1 to 8 hours", Part(1, 1), [("Told", 1)])


class TestEscalations:
    def test_what_became_of_handoffs(self, universe: Universe) -> None:
        for patient in (universe.dora, universe.ben):
            universe.ready(patient, said=FEVER)
        first = Request.objects.earliest("pk").handoffs.get()
        accepted = handoffs.accept(handoff=first, by=universe.bob, now=after(41))
        handoffs.direct(handoff=accepted, direction="call_back", by=universe.bob, now=after(60))
        found = escalations.escalations(scope(universe))
        assert (found.offered, found.accepted, found.outside) == (2, Part(1, 2), Part(0, 2))
        assert list(found.directions) == [("Clinician calls back", Part(1, 2))]
        assert request_rows.behind(scope(universe), request_rows.OFFERED).count() == 2

    def test_what_a_clinician_lowered_after_the_screener(self, universe: Universe) -> None:
        lowered = universe.ready(universe.dora, said=FEVER)
        universe.ready(universe.ben, said=FEVER)
        lanes.lower_lane(request=lowered, to="routine", reason="A cold", by=universe.bob, now=after(60))
        by_hand = universe.ready(universe.chen)
        lanes.raise_lane(request=by_hand, to="urgent", reason="Sounds ill", by=universe.alice, now=after(60))
        assert escalations.raised(scope(universe)) == [escalations.Raised("urgent", Part(1, 2))]
        rows = request_rows.behind(scope(universe), request_rows.LOWERED)
        assert [one.pk for one in rows] == [lowered.pk]
        assert request_rows.behind(scope(universe), request_rows.RAISED).count() == 2

    def test_other_sites_and_other_days_are_not_counted(self, universe: Universe) -> None:
        universe.ready(universe.dora, said=FEVER)
        elsewhere = last_days([universe.harbor], 7, now=NOW)
        later = last_days([universe.main], 7, now=NOW + timedelta(days=30))
        for one in (elsewhere, later):
            assert escalations.escalations(one).offered == 0
            assert escalations.raised(one) == []


class TestAcknowledged:
    def test_who_has_read_the_version_in_force(self, universe: Universe) -> None:
        Acknowledgement.objects.create(protocol=universe.protocol, user=universe.alice, at=NOW)
        (found,) = acknowledged.coverage(sites=[universe.main, universe.harbor], now=NOW)
        assert found.protocol == universe.protocol
        by_site = {one.site: one for one in found.sites}
        assert by_site[universe.main].read == Part(1, 3), "Alice, of Alice, Bob and Carol"
        assert [one.name for one in by_site[universe.harbor].readers] == [universe.charlie.name]
        assert [one.name for one in by_site[None].readers] == [universe.dan.name]
        assert found.read == Part(1, 5)

    def test_a_new_version_is_to_be_read_anew(self, universe: Universe) -> None:
        Acknowledgement.objects.create(protocol=universe.protocol, user=universe.alice, at=NOW)
        universe.use_starter()
        found = {
            one.protocol: one.read.count for one in acknowledged.coverage(sites=[universe.main], now=NOW)
        }
        assert found[universe.protocol] == 0
