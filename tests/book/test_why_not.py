"""Why a time is not offered, in words; nothing is in the way exactly where it is offered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random

import pytest

from frontdesk.book.actions.days import open_days
from frontdesk.book.models import ResourceDay, Session
from frontdesk.book.ports import Verdict
from frontdesk.book.queries.find import open_times
from frontdesk.book.queries.why_not import WhyNot, why_not
from frontdesk.book.queries.wish import Wish
from frontdesk.clinic.choices import BlockKind
from frontdesk.clinic.models import Closure, VisitType
from tests.factories.books import random_book, random_wish
from tests.factories.time import slot_class
from tests.universe import LAST_OPEN, NOW, OPENER, TODAY, Universe, at

pytestmark = pytest.mark.django_db
TOMORROW = TODAY + timedelta(days=1)
SATURDAY = TODAY + timedelta(days=4)


def wish_of(cast: Universe, **changed: object) -> Wish:
    wish = Wish(cast.follow_up, [cast.main], [cast.dr_carol.pk], at(10), LAST_OPEN)
    return replace(wish, **changed)  # type: ignore[arg-type]


def asked(wish: Wish, start: datetime) -> WhyNot:
    found = why_not(wish, start, now=NOW)
    assert found is not None
    return found


def told(wish: Wish, start: datetime) -> dict[str, str]:
    """The links that stand in the way, with their words."""
    return {one.link: one.sentence for one in asked(wish, start).in_the_way}


def anew(cast: Universe) -> None:
    ResourceDay.objects.all().delete()
    everything = [cast.dr_carol, cast.dr_yusuf, cast.exam_1, cast.exam_2, cast.marisol]
    open_days(resources=everything, first=TODAY, last=LAST_OPEN, by=OPENER, now=NOW)


@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_in_the_way_exactly_where_it_is_offered(universe: Universe, seed: int) -> None:
    types = random_book(universe, 50 + seed)
    dice = Random(seed)
    fits = 0
    for number in range(6):
        wish = random_wish(universe, types, 500 * seed + number)
        offered = {one.start for one in open_times(wish, now=NOW)}
        some = [
            at(dice.randint(7, 17), dice.choice([0, 5, 15, 20, 30, 45]), day=_day(dice)) for _ in range(6)
        ]
        for start in [*some, *dice.sample(sorted(offered), min(len(offered), 4))]:
            found = asked(wish, start)
            assert found.fits is (start in offered), (start, found)
            assert all(one.sentence.endswith(".") for one in found.findings)
            fits += found.fits
    assert fits > 2


def _day(dice: Random) -> date:
    return TODAY + timedelta(days=dice.randint(-1, 11))


def test_a_time_that_fits_says_what_is_free(universe: Universe) -> None:
    found = asked(wish_of(universe), at(11))
    assert found.fits
    assert [(one.link, one.verdict, one.sentence) for one in found.findings] == [
        ("Due date", Verdict.PASS, "Not after Fri 13 Mar, the last day asked for."),
        ("Provider", Verdict.PASS, "In clinic from 08:00 to 17:00."),
        ("Length", Verdict.PASS, "30 min are free."),
        ("Room", Verdict.PASS, "Exam 1 is free."),
    ]


@pytest.mark.parametrize(
    ("changed", "start", "link", "words"),
    [
        ({}, at(9), "Notice", "This time has passed."),
        ({"earliest": at(13)}, at(11), "Notice", "Before Tue 3 Mar, 13:00, from which it was asked."),
        ({"until": TODAY}, at(11, day=TOMORROW), "Due date", "After Tue 3 Mar, the last day asked for."),
        ({"weekdays": frozenset({0})}, at(11), "Weekday", "Tuesdays were not asked for."),
        ({"hours": (8, 12)}, at(13), "Time of day", "Outside 08:00 to 12:00, which was asked for."),
        (
            {"busy": [(at(11), at(11, 30))]}, at(11), "Patient",
            "Has another visit, or is on the way, until 11:30.",
        ),
        ({}, at(7, day=TOMORROW), "Provider", "Not in clinic then. In clinic from 08:00 to 17:00."),
        ({}, at(11, day=SATURDAY), "Provider", "Not in clinic at Main Street that day."),
        (
            {}, at(11, 10), "Start",
            "No visit begins at this minute; the nearest that do: 11:00 or 11:15.",
        ),
        ({}, at(11, 3), "Start", "No visit begins at this minute; the nearest that do: 11:00 or 11:15."),
        ({}, at(16, 45), "Length", "15 min are free, 30 are needed. The session ends at 17:00."),
        (
            {"language": "zh", "interpreter": True}, at(11), "Interpreter",
            "No Chinese interpreter is free then at Main Street. None is there that day.",
        ),
        ({}, datetime(2026, 6, 10, 11, tzinfo=NOW.tzinfo), "Booking window", "Booked until Mon 1 Jun only, as of today."),
    ],
)  # fmt: skip
def test_what_stands_in_the_way(
    universe: Universe, changed: dict[str, object], start: datetime, link: str, words: str
) -> None:
    assert told(wish_of(universe, **changed), start)[link] == words


def test_a_time_that_is_booked_and_one_that_is_too_short_before_it(universe: Universe) -> None:
    universe.book(at(11))
    universe.book(at(11, 15), request=universe.ready(universe.dora), wanted=universe.wanted(
        at(11, 15), provider=universe.dr_yusuf, room=universe.exam_2))  # fmt: skip
    wish = wish_of(universe)
    assert told(wish, at(11, 15)) == {
        "Booked": "Already booked from 11:00 to 11:30.",
        "Room": "No room of its kind is free then at Main Street. From 11:30 one is.",
    }
    assert told(wish, at(10, 45)) == {
        "Length": "15 min are free, 30 are needed. The next visit begins at 11:00."
    }


def test_a_visit_type_that_needs_notice(universe: Universe) -> None:
    VisitType.objects.filter(pk=universe.follow_up.pk).update(lead_least=180)
    universe.follow_up.refresh_from_db()
    words = told(wish_of(universe), at(11))
    assert words == {"Notice": "Follow-up needs 180 min of notice: the earliest is Tue 3 Mar, 13:00."}


def test_time_that_is_kept_for_others(universe: Universe) -> None:
    kept = slot_class("urgent", "Same-day urgent", universe.same_day, release_days=0, release_at=time(13))
    Session.objects.filter(resource=universe.dr_carol).update(slot_class=kept)
    anew(universe)
    assert told(wish_of(universe), at(11)) == {
        "Protection": "Kept for: Same-day urgent. It opens to everybody on Tue 3 Mar, 13:00."
    }
    assert asked(wish_of(universe, visit_type=universe.same_day), at(11)).fits


def test_a_meeting_and_a_closed_day(universe: Universe) -> None:
    Session.objects.create(
        resource=universe.dr_carol, site=universe.main, weekday=1, starts=time(10), ends=time(11, 30),
        valid_from=TODAY, block=BlockKind.MEETING,
    )  # fmt: skip
    Closure.objects.create(
        site=universe.main, day=TOMORROW, name="Snow", closed_at=NOW, closed_by=universe.dan
    )
    anew(universe)
    assert told(wish_of(universe), at(11)) == {"Provider": "Away: meeting, until 11:30."}
    closed = told(wish_of(universe), at(11, day=TOMORROW))
    assert closed["Provider"] == "Main Street is closed that day: Snow."


def test_a_session_that_is_full(universe: Universe) -> None:
    Session.objects.filter(resource=universe.dr_carol).update(capacity=1)
    anew(universe)
    universe.book(at(15))
    assert told(wish_of(universe), at(11)) == {"Booked": "This session is full: 1 visit is its most."}


def test_of_several_the_one_with_the_least_in_the_way_is_told(universe: Universe) -> None:
    universe.book(at(11))
    both = wish_of(universe, providers=[universe.dr_carol.pk, universe.dr_yusuf.pk])
    found = asked(both, at(11))
    assert (found.provider, found.fits) == ("Dr. Yusuf Demir", True)
    assert why_not(wish_of(universe, providers=[]), at(11), now=NOW) is None
