from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from frontdesk.kit.clock import day_span, local_day, local_midnight
from tests.universe import AUTUMN, SPRING, TODAY

NEW_YORK = "America/New_York"


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (TODAY, 24), (AUTUMN, 25)])
def test_a_day_has_the_hours_of_its_zone(day: date, hours: int) -> None:
    start, end = day_span(day, NEW_YORK)
    assert end - start == timedelta(hours=hours)


def test_midnight_is_an_instant_in_utc() -> None:
    assert local_midnight(TODAY, NEW_YORK) == datetime(2026, 3, 3, 5, tzinfo=UTC)


def test_the_local_day_changes_at_local_midnight() -> None:
    before = datetime(2026, 3, 4, 4, 59, 59, tzinfo=UTC)
    assert local_day(before, NEW_YORK) == TODAY
    assert local_day(before + timedelta(seconds=1), NEW_YORK) == TODAY + timedelta(days=1)
