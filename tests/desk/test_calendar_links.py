"""Calendar addresses at the desk: made, shown once, taken back."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from frontdesk.accounts.permissions import Role
from frontdesk.partners.models import Feed
from frontdesk.partners.rules_feeds import MOST
from tests.desk.support import Answer, Desk, read, said
from tests.factories import staff
from tests.universe import NOW, at

pytestmark = pytest.mark.django_db
ADDRESS = re.compile(r"http://testserver/calendar/[\w-]{43}\.ics")


def _address(answer: Answer) -> str:
    """The one address that the page shows."""
    (found,) = {
        one["value"]
        for tag, one in read(answer).tags
        if tag == "input" and ADDRESS.fullmatch(one.get("value", ""))
    }
    return str(found)


def test_a_visits_link_is_shown_once_and_works(desk: Desk) -> None:
    cast = desk.universe
    visit = cast.book(at(11))
    before = desk.get(cast.alice, "desk:calendar", visit=visit.pk)
    form = read(before).form(reverse("desk:visit-calendar-link", args=[visit.pk]))
    answer = desk.post(cast.alice, "desk:visit-calendar-link", visit.pk, **form.fields)
    assert answer.status_code == 200
    address = _address(answer)
    calendar = desk.browser(None).get(address.removeprefix("http://testserver"))
    assert b"BEGIN:VEVENT" in calendar.content
    again = desk.get(cast.alice, "desk:calendar", visit=visit.pk)
    assert not ADDRESS.search(again.content.decode())
    assert "Made 3 Mar 2026, 10:00, Alice Alden" in said(again)
    assert "Last read 3 Mar 2026, 10:00" in said(again)


def test_a_visits_link_is_taken_back(desk: Desk) -> None:
    cast = desk.universe
    visit = cast.book(at(11))
    address = _address(desk.post(cast.alice, "desk:visit-calendar-link", visit.pk))
    feed = Feed.objects.get()
    answer = desk.post(cast.bob, "desk:visit-calendar-revoke", feed.pk, back="")
    assert (answer.status_code, answer["Location"]) == (302, f"/calendar/?visit={visit.pk}")
    assert desk.browser(None).get(address.removeprefix("http://testserver")).status_code == 404
    twice = desk.post(cast.bob, "desk:visit-calendar-revoke", feed.pk)
    assert twice.status_code == 409
    assert "This address was taken back already." in said(twice)


def test_who_may_not_book_sees_no_link(desk: Desk) -> None:
    visit = desk.universe.book(at(11))
    page = desk.get(desk.universe.carol, "desk:calendar", visit=visit.pk)
    assert "Calendar link for the patient" not in said(page)


def test_so_many_and_no_more(desk: Desk) -> None:
    cast = desk.universe
    visit = cast.book(at(11))
    for _ in range(MOST):
        desk.post(cast.alice, "desk:visit-calendar-link", visit.pk)
    answer = desk.post(cast.alice, "desk:visit-calendar-link", visit.pk)
    assert answer.status_code == 409
    assert f"There are {MOST} addresses for this calendar already" in said(answer)


def test_a_provider_sees_their_own_and_nobody_elses(desk: Desk) -> None:
    cast = desk.universe
    page = said(desk.get(cast.carol, "desk:settings-calendars"))
    assert "Dr. Carol Calden" in page
    assert "Demir" not in page
    answer = desk.post(cast.carol, "desk:settings-calendar-make", cast.dr_carol.pk)
    assert "New address for Dr. Carol Calden" in said(answer)
    assert (
        b"Visits of Dr. Carol Calden"
        in desk.browser(None).get(_address(answer).removeprefix("http://testserver")).content
    )
    assert not ADDRESS.search(desk.get(cast.carol, "desk:settings-calendars").content.decode())
    assert desk.post(cast.carol, "desk:settings-calendar-make", cast.dr_yusuf.pk).status_code == 403


@pytest.mark.parametrize("who", ["dan", "erin"])
def test_a_manager_and_an_administrator_see_everybody(desk: Desk, who: str) -> None:
    cast = desk.universe
    user = getattr(cast, who)
    page = said(desk.get(user, "desk:settings-calendars"))
    assert all(name in page for name in ("Calden", "Demir", "Fischer"))
    harbor = said(desk.get(user, "desk:settings-calendars", site="harbor"))
    assert "Fischer" in harbor and "Demir" not in harbor
    made = desk.post(user, "desk:settings-calendar-make", cast.dr_yusuf.pk)
    feed = Feed.objects.get()
    assert (made.status_code, feed.made_by, feed.made_at) == (200, user, NOW)
    assert desk.post(user, "desk:settings-calendar-revoke", feed.pk).status_code == 302
    assert "The address is taken back" in said(desk.get(user, "desk:settings-calendars"))


def test_whoever_has_no_calendar_is_told_so(desk: Desk) -> None:
    assert "You have no calendar of your own" in said(
        desk.get(desk.universe.alice, "desk:settings-calendars")
    )
    newcomer = staff.user("vera", Role.PROVIDER, sites=(desk.universe.main,))
    assert "You have no calendar of your own" in said(desk.get(newcomer, "desk:settings-calendars"))


def test_a_link_of_another_site_is_not_there(desk: Desk) -> None:
    cast = desk.universe
    desk.post(cast.alice, "desk:visit-calendar-link", cast.book(at(11)).pk)
    feed = Feed.objects.get()
    assert desk.post(cast.charlie, "desk:visit-calendar-revoke", feed.pk).status_code == 404
    assert (
        desk.post(cast.dan, "desk:settings-calendar-revoke", feed.pk).status_code == 404
    )  # not a provider's
    feed.refresh_from_db()
    assert feed.revoked_at is None
