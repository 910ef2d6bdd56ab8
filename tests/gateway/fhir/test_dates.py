"""Dates of searches, and the ids of slots."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.gateway.fhir import dates, slot_ids
from frontdesk.gateway.fhir.outcome import Problem
from frontdesk.gateway.fhir.resources.schedule import FreeSlots
from frontdesk.gateway.fhir.slot_ids import SlotId
from tests.gateway.fhir.support import Machine
from tests.universe import NOW

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2026", "2026-01-01T05:00:00Z", "2027-01-01T05:00:00Z"),
        ("2026-12", "2026-12-01T05:00:00Z", "2027-01-01T05:00:00Z"),
        ("ge2026-03-08", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"),  # a day of 23 hours
        ("2026-11-01", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"),  # and one of 25
        ("2026-03-03T10:00", "2026-03-03T15:00:00Z", "2026-03-03T15:01:00Z"),
        ("lt2026-03-03T10:00:05Z", "2026-03-03T10:00:05Z", "2026-03-03T10:00:06Z"),
        ("2026-03-03T10:00:00 02:00", "2026-03-03T08:00:00Z", "2026-03-03T08:00:01Z"),
        ("gt20260303", "2026-03-03T05:00:00Z", "2026-03-04T05:00:00Z"),
    ],
)  # fmt: skip
def test_what_a_date_stands_for(text: str, low: str, high: str) -> None:
    span = dates.read(text, NEW_YORK)
    assert (dates.instant(span.low), dates.instant(span.high)) == (low, high)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [  # now is 2026-03-03T15:00Z
        ("ap2026-03-13T15:00Z", "2026-03-12T15:00:00Z", "2026-03-14T15:01:00Z"),  # a tenth of ten days
        ("ap2026-02-21T14:59Z", "2026-02-20T14:59:00Z", "2026-02-22T15:00:00Z"),
        ("ap2026-03-03", "2026-03-03T05:00:00Z", "2026-03-04T05:00:00Z"),  # today: nothing lies between
        ("ap2026", "2026-01-01T05:00:00Z", "2027-01-01T05:00:00Z"),
    ],
)  # fmt: skip
def test_about_then_is_wider_by_a_tenth_of_the_gap_to_now(text: str, low: str, high: str) -> None:
    span = dates.read(text, NEW_YORK, now=NOW)
    assert (span.prefix, dates.instant(span.low), dates.instant(span.high)) == ("eq", low, high)


@pytest.mark.django_db
def test_about_the_ends_of_time(ehr: Machine) -> None:
    """Whatever is not refused can be asked of the database."""
    for text in ("ap0001", "ap9998", "ap0001-01-01T00:00:00Z", "ap9999-12-30"):
        for query in (f"Appointment?date={text}", f"Patient?family=o&birthdate={text}", f"Slot?start={text}"):
            assert ehr.get(query).status == 200, query


def test_about_then_needs_a_now() -> None:
    with pytest.raises(Problem):
        dates.read("ap2026-03-03", NEW_YORK)


@given(
    st.text(max_size=40)
    | st.from_regex(r"[a-z]{0,2}\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?)?)?")
)
def test_any_text_is_a_date_or_refused(text: str) -> None:
    try:
        span = dates.read(text, NEW_YORK, now=NOW)
    except Problem as problem:
        assert problem.status == 400
    else:
        assert span.low < span.high


@given(
    st.builds(
        SlotId, provider=st.integers(1, 10**17), site=st.integers(1, 10**17), visit_type=st.integers(1, 10**6),
        start=st.integers(0, 60_000_000).map(lambda one: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=one)),
        minutes=st.just(0),
    )
)  # fmt: skip
def test_a_slot_id_says_what_it_was_made_of(one: SlotId) -> None:
    assert slot_ids.unpack(slot_ids.pack(one)) == one
    assert len(slot_ids.pack(one)) <= 64
    quick = FreeSlots.__new__(FreeSlots)
    quick._kind, quick._shared, quick._schedules = one.visit_type, {}, {}
    assert quick.to_fhir(one.provider, one.site, one.start, one.start)["id"] == slot_ids.pack(one)


@given(st.text(max_size=70))
def test_no_other_text_is_a_slot_id(text: str) -> None:
    found = slot_ids.unpack(text)
    assert found is None or slot_ids.pack(found) == text
