"""The words for a time: what speaks for it, and what to know before it is offered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from frontdesk.book.engine.reasons import (
    Candidate,
    Known,
    Neighbour,
    PartOfDay,
    Preference,
    Reason,
    otherwise,
    reasons_for,
    score,
)

TUESDAY = date(2026, 3, 3)
NINE = datetime(2026, 3, 5, 9, tzinfo=UTC)
OPTION = Candidate(provider=1, site=7, day=NINE.date(), hour=9, start=NINE, interpreter=False)
PLAIN = Preference(today=TUESDAY)


def said(known: Known | None = None, option: Candidate = OPTION, **preference: Any) -> list[Reason]:
    return list(reasons_for(option, replace(PLAIN, **preference), known))


@pytest.mark.parametrize(
    ("preference", "reason"),
    [
        ({"own_provider": 1}, Reason(True, "The patient’s own provider")),
        ({"own_provider": 2, "team": {1, 2}, "own_name": "Dr. B"}, Reason(True, "Same team as Dr. B")),
        ({"own_provider": 2, "team": {2}}, Reason(False, "Not the patient’s own provider")),
        ({"part_of_day": PartOfDay.MORNING}, Reason(True, "Morning, as asked")),
        ({"part_of_day": PartOfDay.AFTERNOON}, Reason(False, "Morning; afternoons were asked for")),
        ({"due": date(2026, 3, 10)}, Reason(True, "5 days before the due date")),
        ({"due": date(2026, 3, 6)}, Reason(True, "1 day before the due date")),
        ({"due": NINE.date()}, Reason(False, "On the due date itself")),
        (
            {"due": date(2026, 3, 4), "directed_by": "Bob, RN"},
            Reason(False, "1 day after the due date, as Bob, RN directed"),
        ),
    ],
)
def test_what_follows_from_the_wish(preference: dict[str, Any], reason: Reason) -> None:
    assert reason in said(**preference)


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (Known(kept_for="After discharge"), Reason(True, "Kept for this: After discharge")),
        (Known(minutes=40, usual=30), Reason(False, "40 min with this provider; 30 are usual")),
        (Known(machines=["Ultrasound 1"]), Reason(True, "Ultrasound 1 is free and held with it")),
        (Known(converted="By video"), Reason(False, "By video, which is not the usual way for it")),
        (
            Known(prepare_from=datetime(2026, 3, 4, 21, tzinfo=UTC), prepare="Nothing to eat."),
            Reason(False, "Prepare from Wed 4 Mar, 21:00. Nothing to eat."),
        ),
        (Known(after=Neighbour(5, 10)), Reason(False, "5 min before the next visit; 10 are wished")),
        (Known(before=Neighbour(0, 15)), Reason(False, "No time after the visit before; 15 are wished")),
        (
            Known(asked_otherwise=["A Monday, which was not asked for"]),
            Reason(False, "A Monday, which was not asked for"),
        ),
    ],
)
def test_what_is_known_of_the_time(known: Known, reason: Reason) -> None:
    assert reason in said(known)


def test_the_interpreter_and_in_what_way() -> None:
    here = replace(OPTION, interpreter=True)
    arabic: dict[str, Any] = {"language": "Arabic", "interpreter": True}
    assert Reason(True, "Arabic interpreter in person, held with it") in said(
        Known(how="in person"), here, **arabic
    )
    assert Reason(True, "Arabic interpreter is free and held with it") in said(None, here, **arabic)
    own = replace(OPTION, spoken=True)
    assert Reason(True, "Speaks Arabic, no interpreter needed") in said(Known(minutes=30), own, **arabic)
    assert not any("Arabic" in one.sentence for one in said(Known(minutes=30), own, language="Arabic"))
    none = Reason(False, "No Arabic interpreter is held: one must be arranged")
    assert none in said(Known(minutes=30, usual=30), **arabic)


def test_another_site() -> None:
    plain = Reason(False, "Not the site where the patient usually comes")
    assert plain in said(home_site=8)
    named = Reason(False, "At Harbor, where the patient does not usually come")
    assert named in said(Known(elsewhere="Harbor"), home_site=8)


def test_what_speaks_for_it_stands_first() -> None:
    known = Known(minutes=40, usual=30, kept_for="New patients", after=Neighbour(5, 10))
    fits = [one.fits for one in said(known, own_provider=2, due=date(2026, 3, 9))]
    assert fits == sorted(fits, reverse=True)
    assert set(fits) == {True, False}


def test_the_ranking_weighs_people_and_places_against_days() -> None:
    own = score(OPTION, replace(PLAIN, own_provider=1))[0]
    team = score(OPTION, replace(PLAIN, own_provider=2, team={1, 2}))[0]
    stranger = score(OPTION, replace(PLAIN, own_provider=2))[0]
    away = score(OPTION, replace(PLAIN, own_provider=1, home_site=8))[0]
    assert (own, team, stranger, away) == (2, 3.5, 5, 4)


def test_who_speaks_the_language_comes_before_an_interpreter_a_day_sooner() -> None:
    helped = replace(PLAIN, language="Arabic", interpreter=True)
    through, spoken = (score(replace(OPTION, spoken=own), helped)[0] for own in (False, True))
    assert (through, spoken) == (3, 2)
    assert score(replace(OPTION, spoken=True), PLAIN) == score(OPTION, PLAIN)


@pytest.mark.parametrize(
    ("hours", "weekdays", "words"),
    [
        (None, range(7), ()),
        ((8, 10), range(7), ()),
        ((10, 12), range(7), ("At 09:00; 10:00 to 12:00 was asked for",)),
        (None, {0, 1}, ("A Thursday, which was not asked for",)),
    ],
)
def test_how_a_time_differs_from_what_was_asked(
    hours: tuple[int, int] | None, weekdays: set[int], words: tuple[str, ...]
) -> None:
    assert otherwise(NINE, hours, weekdays) == words
