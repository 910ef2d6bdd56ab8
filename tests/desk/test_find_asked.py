"""The form of find-a-time: what was typed is kept, what cannot be understood has one sentence."""

from __future__ import annotations

from datetime import date

import pytest
from django.http import QueryDict

from frontdesk.desk.pages.find_asked import Asked, read_asked

TODAY, LAST = date(2026, 3, 3), date(2026, 6, 1)


def asked(query: str) -> Asked:
    return read_asked(QueryDict(query), today=TODAY, last=LAST)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "Any time"),
        ("part=morning&day=1&day=2&day=3&day=4", "Mornings, not Mon"),
        ("part=morning&day=1&day=2&day=3&day=4&day=5&day=6", "Mornings, not Mon"),
        ("day=0&day=1&day=2&day=3&day=4", "Mon to Fri"),
        ("after=9&before=15", "9:00 to 15:00"),
        ("after=13", "After 13:00"),
        ("before=12&day=1&day=3", "Before 12:00, only Tue, Thu"),
    ],
)
def test_what_suits_in_words(query: str, words: str) -> None:
    assert asked(query).suits == words


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ("from=soon", "from", "Write the day as year, month and day: 2026-03-05."),
        ("from=2026-03-02", "from", "This day has passed: times are looked for from today on."),
        ("from=2027-01-01", "from", "Nothing is booked after Mon 1 Jun yet."),
        ("from=2026-03-09&until=2026-03-05", "until", "The last day comes before the first: it is left out."),
        ("part=night", "part", "Choose a part of the day from the list."),
        ("after=15&before=9", "before", "The hours end before they begin: they are left out."),
        ("after=99", "after", "Choose an hour from the list."),
        ("day=7", "day", "Choose days of the week from the list."),
        ("why_time=later", "why_time", "Write the time as hours and minutes: 09:30."),
        ("why_day=x", "why_day", "Write the day as year, month and day: 2026-03-05."),
    ],
)
def test_what_cannot_be_understood(query: str, field: str, sentence: str) -> None:
    found = asked(query)
    assert dict(found.errors) == {field: sentence}
    assert all(
        value in found.query or value == "7" or field.startswith("why") for value in [found.text(field)]
    )


def test_what_was_asked_comes_back_from_its_own_address() -> None:
    query = "visit_type=x&with=team&from=2026-03-05&part=morning&after=9&day=1&day=2&said=a%3Ab"
    first = asked(query)
    assert asked(first.query) == first
    assert (first.first, first.hours, first.weekdays) == (date(2026, 3, 5), (9, 24), frozenset({1, 2}))


def test_an_address_with_some_of_it_changed() -> None:
    found = asked("visit_type=x&with=team&day=1&why_day=2026-03-05")
    assert found.query_with(**{"with": "", "from": "2026-03-09"}) == "visit_type=x&from=2026-03-09&day=1"
