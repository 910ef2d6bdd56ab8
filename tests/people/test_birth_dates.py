from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from frontdesk.people.engine.birth_dates import NotADate, read_birth_date

TODAY = date(2026, 3, 3)
BORN = date(1979, 3, 14)


@pytest.mark.parametrize(
    ("typed", "born"),
    [
        ("03/14/1979", BORN),
        ("3-14-79", BORN),
        ("3.14.1979", BORN),
        ("3 14 1979", BORN),
        ("1979-03-14", BORN),
        ("1979/3/14", BORN),
        ("03141979", BORN),
        ("19790314", BORN),
        ("14 Mar 1979", BORN),
        ("Mar 14 1979", BORN),
        ("March 14, 1979", BORN),
        ("14MAR1979", BORN),
        (" mar  14   79 ", BORN),
        ("2/29/2000", date(2000, 2, 29)),
        ("3/3/26", TODAY),
        ("3/3/2026", TODAY),
        ("1/1/27", date(1927, 1, 1)),
        ("12/31/1901", date(1901, 12, 31)),
        ("20/1/2000", None),
        ("01202000", date(2000, 1, 20)),
    ],
)
def test_it_reads_what_people_type(typed: str, born: date | None) -> None:
    if born is None:
        with pytest.raises(NotADate):
            read_birth_date(typed, today=TODAY)
    else:
        assert read_birth_date(typed, today=TODAY) == born


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "x", "14", "1979", "3/14", "2/31/1980", "02/29/1979", "31 February", "0/0/0", "1/1/0001",
        "9999-12-31", "1/1/1900", "3/4/2026", "tomorrow", "1/1/99999999999999", "Mar Mar 1979", "14 Foo 1979",
        "١٤/٣/١٩٧٩", "²/²/²", "1979-03-14T00:00", "00000000", "3/14/1979 or 1980", "\x00",
        "1" * 10_000, "🙂", "NaN", "1e3/1/1", "5/6/7/8",
    ],
)  # fmt: skip
def test_what_is_no_birth_date_gets_one_sentence(typed: str) -> None:
    with pytest.raises(NotADate) as refused:
        read_birth_date(typed, today=TODAY)
    assert str(refused.value).endswith(".") and "\n" not in str(refused.value)


@given(st.text(max_size=40) | st.text(st.sampled_from("0123456789/-. janfebmarsp"), max_size=14))
@example("19/0/0")
@example("20000230")
def test_any_text_is_a_date_in_a_lifetime_or_not_a_date(typed: str) -> None:
    try:
        born = read_birth_date(typed, today=TODAY)
    except NotADate:
        return
    assert TODAY - timedelta(days=126 * 366) < born <= TODAY


@given(st.dates(date(1902, 1, 1), TODAY))
def test_every_way_of_writing_a_day_reads_as_that_day(day: date) -> None:
    for way in ("%m/%d/%Y", "%Y-%m-%d", "%m%d%Y", "%d %b %Y", "%B %d, %Y"):
        typed = day.strftime(way)
        assert read_birth_date(typed, today=TODAY) == day
