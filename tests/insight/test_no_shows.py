"""No-shows by lead, with and without a reminder."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from frontdesk.book.actions import history
from frontdesk.book.actions.history import ReportedVisit
from frontdesk.daybook.facts import System
from frontdesk.insight.no_shows import BANDS, Share, Split, by_lead, sources
from frontdesk.people.actions.imported import ImportedPatient

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
DAY = date(2026, 6, 1)
pytestmark = pytest.mark.django_db
ids = count(1)


def visits(number: int, *, lead: int, missed: int = 0, reminded: bool = False) -> list[ReportedVisit]:
    """`number` visits booked `lead` days ahead, of which `missed` were missed; each of another patient."""
    return [
        ReportedVisit(
            external_id=str(pk := next(ids)),
            patient=ImportedPatient(str(pk)),
            booked_at=datetime(2026, 6, 1, 12, tzinfo=UTC) - timedelta(days=lead),
            day=DAY,
            lead_days=lead,
            came=index >= missed,
            reminded=reminded,
        )
        for index in range(number)
    ]


def keep(*groups: list[ReportedVisit], source: str = "elsewhere") -> None:
    told = [visit for group in groups for visit in group]
    history.take_in(visits=told, source=source, by=System("test"), now=NOW)


@pytest.mark.parametrize(
    ("lead", "label"),
    [
        (0, "same day"),
        (1, "1–3 days"),
        (3, "1–3 days"),
        (4, "4–7 days"),
        (7, "4–7 days"),
        (8, "8–14 days"),
        (14, "8–14 days"),
        (15, "15–30 days"),
        (30, "15–30 days"),
        (31, "31–60 days"),
        (60, "31–60 days"),
        (61, "over 60 days"),
        (4000, "over 60 days"),
    ],
)
def test_each_lead_falls_in_one_band(lead: int, label: str) -> None:
    keep(visits(2, lead=lead, missed=1))
    found = {band.label: band.split.all for band in by_lead("elsewhere").bands}
    assert found == {name: Share(1, 2) if name == label else Share() for _, _, name in BANDS}


def test_the_bands_leave_no_gap() -> None:
    assert [first for first, _, _ in BANDS[1:]] == [last + 1 for _, last, _ in BANDS[:-1] if last is not None]


def test_the_sums_agree() -> None:
    keep(
        visits(8, lead=0, missed=1),
        visits(5, lead=2, missed=1, reminded=True),
        visits(6, lead=3, missed=3),
        visits(9, lead=40, missed=4, reminded=True),
    )
    found = by_lead("elsewhere")
    assert found.raw == Split(reminded=Share(5, 14), others=Share(4, 14))
    assert found.short == Split(reminded=Share(1, 5), others=Share(1, 8))
    assert found.long == Split(reminded=Share(4, 9), others=Share(3, 6))
    assert sum((band.split.all for band in found.bands), Share()) == found.raw.all == Share(9, 28)
    assert found.first_reminded == 2
    assert found.others_booked_short == pytest.approx(100 * 8 / 14)


def test_a_sum_that_says_the_opposite_of_its_parts_misleads() -> None:
    keep(
        visits(90, lead=0, missed=5),
        visits(10, lead=20, missed=5),
        visits(50, lead=20, missed=20, reminded=True),
    )
    found = by_lead("elsewhere")
    assert found.raw.points == pytest.approx(30)
    assert found.long.points == pytest.approx(-10)
    assert found.raw_misleads


def test_a_sum_that_agrees_with_its_parts_does_not() -> None:
    keep(visits(10, lead=20, missed=5), visits(10, lead=20, missed=2, reminded=True))
    assert by_lead("elsewhere").tells_reminders
    assert not by_lead("elsewhere").raw_misleads


def test_nothing_is_said_of_a_reminder_when_the_source_tells_of_none() -> None:
    keep(visits(3, lead=9, missed=1))
    found = by_lead("elsewhere")
    assert not found.tells_reminders
    assert not found.raw_misleads
    assert found.first_reminded is None
    assert found.long.points is None


def test_sources_are_told_apart_the_largest_first() -> None:
    keep(visits(2, lead=1, missed=2), source="small")
    keep(visits(5, lead=1), source="large")
    assert [(one.name, one.visits, one.doubles, one.first_day) for one in sources()] == [
        ("large", 5, 0, DAY),
        ("small", 2, 0, DAY),
    ]
    assert by_lead("small").raw.all == Share(2, 2)


def test_one_query_answers_for_a_source() -> None:
    keep(visits(3, lead=1), visits(3, lead=30, reminded=True))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        by_lead("elsewhere")
    assert len(asked) == 1


def test_nothing_is_known_of_a_source_that_is_not_here() -> None:
    found = by_lead("nowhere")
    assert found.raw.all.percent is None
    assert found.others_booked_short is None
    assert not sources()
