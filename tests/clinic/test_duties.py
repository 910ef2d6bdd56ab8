"""The duty roster: added and ended by actions, read by the week."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from frontdesk.accounts.models import User
from frontdesk.clinic.actions import duties
from frontdesk.clinic.models import Duty
from frontdesk.clinic.queries.roster import may_answer, target_words, week
from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from tests.universe import AUTUMN, NOW, Universe, at

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)


def add(cast: Universe, *, who: User | None = None, **fields: Any) -> Duty:
    """Bob answers for the nurse from 8:00 to 17:00 today."""
    whole: dict[str, Any] = {
        "target": "nurse",
        "rank": 1,
        "starts": at(8),
        "ends": at(17),
        "by": cast.dan,
    } | fields
    return duties.add_duty(site=cast.main, who=who or cast.bob, now=NOW, **whole)


def test_a_duty_is_added_and_written_down(universe: Universe) -> None:
    duty = add(universe)
    assert Duty.objects.at(NOW).for_target("nurse", site=universe.main).get() == duty
    entry = Entry.objects.get(kind="DutyAdded")
    assert (entry.facts["who"], entry.actor) == (universe.bob.name, universe.dan)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"target": "janitor"}, "target"),
        ({"ends": at(8)}, "ends"),
        ({"starts": at(7), "ends": at(9)}, "ends"),
        ({"ends": at(8) + timedelta(days=32)}, "ends"),
        ({"starts": at(8) + timedelta(days=800), "ends": at(9) + timedelta(days=800)}, "starts"),
        ({"rank": 0}, "rank"),
        ({"rank": 10}, "rank"),
    ],
)
def test_what_makes_no_sense_is_refused(fields: dict[str, Any], field: str, universe: Universe) -> None:
    with pytest.raises(BadValue) as refused:
        add(universe, **fields)
    assert refused.value.field == field
    assert not Duty.objects.exists()


def test_only_a_clinician_of_the_site_is_on_duty(universe: Universe) -> None:
    assert set(may_answer(universe.main)) == {universe.bob, universe.carol}
    for who in (universe.alice, universe.dan, universe.charlie):
        with pytest.raises(BadValue, match="does not answer escalations at Main Street"):
            add(universe, who=who)


def test_nobody_is_on_the_same_duty_twice_at_once(universe: Universe) -> None:
    add(universe)
    with pytest.raises(BadValue, match="answers this already"):
        add(universe, starts=at(16), ends=at(20))
    add(universe, starts=at(17), ends=at(20))
    add(universe, who=universe.carol, rank=2)
    add(universe, target="crisis")


def test_ending_and_taking_out(universe: Universe) -> None:
    running, later = add(universe), add(universe, starts=at(18), ends=at(20))
    for duty in (running, later):
        duties.end_duty(duty=duty, by=universe.dan, now=NOW)
    assert Duty.objects.get().ends == NOW
    assert [one.facts["taken_out"] for one in Entry.objects.filter(kind="DutyEnded").order_by("pk")] == [
        False,
        True,
    ]
    for duty in (running, later):
        with pytest.raises(Refused, match="over already"):
            duties.end_duty(duty=duty, by=universe.dan, now=NOW)


def test_who_may_not(universe: Universe) -> None:
    duty = add(universe)
    with pytest.raises(NotAllowed):
        add(universe, by=universe.bob)
    with pytest.raises(NotAllowed):
        duties.end_duty(duty=duty, by=universe.alice, now=NOW)


def test_a_week_shows_who_answers_and_when_nobody_does(universe: Universe) -> None:
    add(universe)
    add(universe, who=universe.carol, rank=2, starts=at(12), ends=at(20))
    Duty.objects.create(
        site=universe.main, target="on_call_dentist", user=universe.carol, starts=at(0), ends=at(9)
    )
    rows = {one.target: one for one in week(universe.main, monday=MONDAY)}
    assert list(rows) == ["nurse", "provider", "crisis", "on_call_dentist"]
    today = rows["nurse"].days[1]
    assert [one.user for one in today.duties] == [universe.bob, universe.carol]
    assert today.gaps == [(at(0), at(8)), (at(20), at(0, day=date(2026, 3, 4)))]
    assert rows["provider"].days[1].gaps == [today.span]
    assert rows["nurse"].has_gaps
    assert target_words("on_call_dentist") == "On call dentist"


def test_a_day_of_25_hours_is_one_day(universe: Universe) -> None:
    rows = week(universe.main, monday=AUTUMN - timedelta(days=6))
    start, end = rows[0].days[6].span
    assert end - start == timedelta(hours=25)
    assert rows[0].days[6].gaps == [(start, end)]
