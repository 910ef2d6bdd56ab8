"""Days on which a site sees nobody: the book follows, and the visits become work."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from frontdesk.book.queries.check_days import differences
from frontdesk.clinic.actions import closures
from frontdesk.clinic.holidays import suggestions
from frontdesk.clinic.models import Closure
from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from frontdesk.work.models import Task
from tests.factories.time import hours
from tests.universe import NOW, TODAY, Universe, at

pytestmark = pytest.mark.django_db
THURSDAY = TODAY + timedelta(days=2)
TITLE = "Main Street is closed on 5 March (Storm): move or cancel, and tell the patient"


def close(universe: Universe, day: date = THURSDAY, *, name: str = "Storm") -> Closure:
    return closures.close(site=universe.main, day=day, name=name, holiday=False, by=universe.dan, now=NOW)


def test_a_closed_day_has_no_open_time_at_that_site(universe: Universe) -> None:
    close(universe)
    assert hours(universe.dr_carol, THURSDAY, universe.main) == []
    assert hours(universe.exam_1, THURSDAY, universe.main) == []
    assert hours(universe.dr_lena, THURSDAY, universe.main) == []
    assert hours(universe.dr_lena, THURSDAY, universe.harbor) == [("08:00", "17:00")]
    with pytest.raises(Refused):
        universe.hold(at(11, day=THURSDAY))
    assert differences(now=NOW) == []


def test_each_visit_of_the_day_becomes_a_task_and_stays_booked(universe: Universe) -> None:
    booked = universe.book(at(11, day=THURSDAY))
    universe.book(at(11), request=universe.ready(universe.dora))
    close(universe)
    (task,) = Task.objects.filter(title=TITLE)
    assert (task.about_ref, task.queue) == (booked.pk, "contact")
    booked.refresh_from_db()
    assert booked.is_live


def test_an_opened_day_is_as_it_was_and_its_tasks_are_finished(universe: Universe) -> None:
    universe.book(at(11, day=THURSDAY))
    made = close(universe)
    closures.reopen(closure=made, because="It passed by", by=universe.dan, now=NOW)
    assert hours(universe.dr_carol, THURSDAY, universe.main) == [("08:00", "17:00")]
    assert hours(universe.dr_carol, THURSDAY, universe.main, free=True) == [
        ("08:00", "11:00"),
        ("11:30", "17:00"),
    ]
    assert Task.objects.get(title=TITLE).outcome == "The site is open after all: the visit stays"
    with pytest.raises(closures.OpenBefore):
        closures.reopen(closure=made, because="", by=universe.dan, now=NOW)
    assert differences(now=NOW) == []


def test_somebody_without_queues_opens_a_day_and_leaves_the_tasks(universe: Universe) -> None:
    universe.book(at(11, day=THURSDAY))
    closures.reopen(closure=close(universe), because="", by=universe.erin, now=NOW)
    assert Task.objects.get(title=TITLE).done_at is None
    assert hours(universe.dr_carol, THURSDAY, universe.main) == [("08:00", "17:00")]


def test_the_daybook_tells_both(universe: Universe) -> None:
    made = close(universe)
    pk = made.pk
    closures.reopen(closure=made, because="It passed by", by=universe.dan, now=NOW)
    told = list(Entry.objects.about("closure", pk))
    assert [(one.kind, one.reason) for one in told] == [
        ("SiteClosed", "Storm"),
        ("SiteReopened", "It passed by"),
    ]


def test_a_day_is_closed_once(universe: Universe) -> None:
    close(universe)
    with pytest.raises(closures.ClosedBefore, match="Main Street is closed on that day already: Storm"):
        close(universe, name="Flood")
    assert Closure.objects.count() == 1


@pytest.mark.parametrize(
    ("day", "name", "sentence"),
    [
        (TODAY - timedelta(days=1), "Storm", "That day has passed"),
        (date(2030, 1, 1), "Storm", "within the next three years"),
        (THURSDAY, " \x00 ", "Say why"),
    ],
)
def test_what_is_no_closure_is_refused(universe: Universe, day: date, name: str, sentence: str) -> None:
    with pytest.raises(BadValue, match=sentence):
        close(universe, day, name=name)
    assert not Closure.objects.exists()


def test_a_day_that_has_passed_stays_closed(universe: Universe) -> None:
    made = close(universe)
    with pytest.raises(BadValue, match="has passed"):
        closures.reopen(closure=made, because="", by=universe.dan, now=NOW + timedelta(days=9))


@pytest.mark.parametrize("who", ["alice", "bob", "pat"])
def test_some_roles_close_nothing(universe: Universe, who: str) -> None:
    somebody = getattr(universe, who)
    with pytest.raises(NotAllowed):
        closures.close(site=universe.main, day=THURSDAY, name="Storm", holiday=False, by=somebody, now=NOW)
    made = close(universe)
    with pytest.raises(NotAllowed):
        closures.reopen(closure=made, because="", by=somebody, now=NOW)


# ---- holidays ----


def test_the_holidays_of_the_country_and_the_state_are_suggested(universe: Universe) -> None:
    site = universe.main
    site.subdivision = "NY"
    found = {one.day: one.name for one in suggestions(site, 2026)}
    assert found[date(2026, 11, 26)] == "Thanksgiving Day"
    assert found[date(2026, 2, 12)] == "Lincoln's Birthday"
    site.subdivision = ""
    assert date(2026, 2, 12) not in {one.day for one in suggestions(site, 2026)}
    assert [one.day for one in suggestions(site, 2026)] == sorted(one.day for one in suggestions(site, 2026))


def test_other_countries_in_english_and_unknown_ones_not_at_all(universe: Universe) -> None:
    site = universe.main
    site.country, site.subdivision = "DE", "BE"
    assert "Women's Day" in {one.name for one in suggestions(site, 2026)}
    site.country, site.subdivision = "IN", "MH"
    assert "Republic Day" in {one.name for one in suggestions(site, 2026)}
    site.country, site.subdivision = "US", "XX"
    assert "Thanksgiving Day" in {one.name for one in suggestions(site, 2026)}
    site.country = "ZZ"
    assert suggestions(site, 2026) == []
    for year in (1, 1999, 9999):
        assert suggestions(site, year) == []
