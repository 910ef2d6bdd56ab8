"""The huddle: the figures of one site's day, what is open, and nothing that its reader may not see."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from frontdesk.accounts.permissions import Role
from frontdesk.book.models import Appointment, Hold
from frontdesk.book.models.appointment import AppointmentStatus
from frontdesk.daybook.models import Look
from frontdesk.desk.pages.today import hours
from frontdesk.outreach.actions.messages import settle
from frontdesk.outreach.models import Message, MessageState
from frontdesk.triage.actions import handoffs
from tests.desk.support import Answer, Desk, read, said
from tests.factories import clinic, staff
from tests.factories.protocol import CHEST_PAIN, FEVER, SELF_HARM
from tests.universe import NOW, at


def figures(answer: Answer) -> dict[str, str]:
    found = re.findall(r"<dt>([^<]+)</dt><dd>(?:<a[^>]*>)?([^<]+)<", answer.content.decode())
    return dict(found)


def card(answer: Answer, name: str) -> str:
    """The words of one card."""
    html = answer.content.decode().partition(f'aria-labelledby="{name}"')[2].partition("</section>")[0]
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_the_figures_count_the_day_of_the_site(desk: Desk) -> None:
    cast = desk.universe
    booked = [
        cast.book(at(11), request=cast.ready(cast.ben)),
        cast.book(at(12), request=cast.ready(cast.dora)),
    ]
    booked.append(cast.book(at(13), request=cast.ready(cast.chen)))
    cast.book(at(11, day=date(2026, 3, 4)), request=cast.ready(cast.ana))
    for visit, status in zip(booked, ("arrived", "no_show", "cancelled"), strict=True):
        who = {"cancelled_at": NOW, "cancelled_by": cast.alice} if status == "cancelled" else {}
        Appointment.objects.filter(pk=visit.pk).update(status=status, **who)
    found = figures(desk.get(cast.alice, "desk:today"))
    assert found["Visits today"] == "2"
    assert (found["Arrived"], found["Done"], found["Did not come"]) == ("1", "0", "1")
    assert found["Providers in"] == "3 of 3"


def test_free_time_is_what_is_left_of_the_day_from_now(desk: Desk) -> None:
    cast = desk.universe
    # Three providers from 10:05, the next whole tick, to 17:00.
    assert figures(desk.get(cast.alice, "desk:today"))["Free time left"] == "20 h 45"
    hold = cast.hold(at(11))
    assert figures(desk.get(cast.alice, "desk:today"))["Free time left"] == "20 h 15"
    Hold.objects.filter(pk=hold.pk).update(expires_at=NOW)
    assert figures(desk.get(cast.alice, "desk:today"))["Free time left"] == "20 h 45"


def test_gaps_are_the_free_stretches_of_twenty_minutes_or_more(desk: Desk) -> None:
    cast = desk.universe
    cast.book(at(10, 30))
    cast.book(at(11, 15), request=cast.ready(cast.dora))
    words = card(desk.get(cast.alice, "desk:today"), "gaps")
    assert "10:05 Dr. Carol Calden 25 min" in words and "11:45 Dr. Carol Calden 315 min" in words
    assert "11:00 Dr. Carol Calden" not in words  # a quarter of an hour is no gap


def test_the_next_visits_say_who_is_here_and_who_should_be(desk: Desk) -> None:
    cast = desk.universe
    for patient, hour in ((cast.ben, 11), (cast.dora, 12), (cast.chen, 13)):
        cast.book(at(hour), request=cast.ready(patient))
    Appointment.objects.filter(patient=cast.dora).update(status=AppointmentStatus.ARRIVED)
    desk.later(minutes=20)
    Appointment.objects.filter(patient=cast.ben).update(start=at(10, 10), end=at(10, 40))
    words = card(desk.get(cast.alice, "desk:today"), "next")
    assert "10:10 Not here yet Okafor, Benjamin Follow-up Dr. Carol Calden Exam 1" in words
    assert "12:00 Arrived Nilsson, Dora" in words and "13:00 Expected Chen, Wei" in words
    Appointment.objects.filter(patient=cast.ben).update(status=AppointmentStatus.DONE)
    assert "Okafor" not in card(desk.get(cast.alice, "desk:today"), "next")


def test_open_escalations_name_who_accepted_until_a_direction_is_there(desk: Desk) -> None:
    cast = desk.universe
    fever, chest = cast.ready(cast.ana, said=FEVER), cast.ready(cast.ben, said=CHEST_PAIN)
    handoffs.accept(handoff=fever.handoffs.get(), by=cast.bob, now=NOW)
    words = card(desk.get(cast.alice, "desk:today"), "escalations")
    assert words.index("Emergency") < words.index("Urgent")
    assert "Okafor, Benjamin : Chest pain. Nobody has accepted" in words
    assert "Accepted by Bob Blden, RN at 10:00; no direction yet" in words
    for request in (fever, chest):
        handoff = request.handoffs.get()
        if handoff.accepted_at is None:
            handoffs.accept(handoff=handoff, by=cast.bob, now=NOW)
        handoffs.direct(handoff=handoff, direction="call_back", by=cast.bob, now=NOW)
    page = desk.get(cast.alice, "desk:today")
    assert "None." in card(page, "escalations") and figures(page)["Open escalations"] == "0"


def test_a_restricted_matter_is_neither_named_nor_counted_for_others(desk: Desk) -> None:
    cast = desk.universe
    cast.ready(cast.dora, said=SELF_HARM)
    for user, count in ((cast.bob, "1"), (cast.dan, "0"), (cast.erin, "0")):
        page = desk.get(user, "desk:today", site="main")
        assert figures(page)["Open escalations"] == count
        assert figures(page)["Open requests"] == count
        assert ("Suicidal" in said(page)) is (count == "1")


def test_messages_that_came_back_are_shown_while_the_visit_is_ahead(desk: Desk) -> None:
    cast = desk.universe
    visit = cast.book(at(11))
    message = Message.objects.get(about_ref=visit.pk)
    assert "None." in card(desk.get(cast.alice, "desk:today"), "undelivered")
    with transaction.atomic():
        settle(message=message, state=MessageState.FAILED, receipt="550 no such mailbox", now=NOW)
    assert "Okafor, Benjamin Tue 10:00 E-mail: 550 no such mailbox" in card(
        desk.get(cast.alice, "desk:today"), "undelivered"
    )
    assert "Okafor" not in said(desk.get(cast.charlie, "desk:today"))
    Appointment.objects.filter(pk=visit.pk).update(start=NOW - timedelta(hours=1), end=NOW)
    assert "None." in card(desk.get(cast.alice, "desk:today"), "undelivered")


def test_my_open_calls_are_mine_alone(desk: Desk) -> None:
    cast = desk.universe
    mine = cast.ready(cast.ben)
    assert reverse("desk:request", args=[mine.pk]) in read(desk.get(cast.alice, "desk:today")).links
    assert "My open calls: 1" in card(desk.get(cast.alice, "desk:today"), "parked")
    assert "My open calls: 0" in card(desk.get(cast.bob, "desk:today"), "parked")
    assert card(desk.get(cast.carol, "desk:today"), "parked") == ""  # a provider takes no calls


def test_an_administrator_sees_the_figures_and_no_name(desk: Desk) -> None:
    cast = desk.universe
    cast.book(at(11))
    cast.ready(cast.ana, said=FEVER)
    page = desk.get(cast.erin, "desk:today", site="main")
    found = figures(page)
    assert (found["Visits today"], found["Open escalations"], found["Open requests"]) == ("1", "1", "2")
    assert "Figures only." in said(page)
    for name in ("Okafor", "Benjamin", "Lucero", "Fever"):
        assert name not in page.content.decode()
    assert not any("/calendar" in link or "/queues" in link for link in read(page).links)


def test_the_access_log_is_one_step_away_for_those_who_may_read_it(desk: Desk) -> None:
    cast = desk.universe
    shown = {
        user.username: "/looks/" in read(desk.get(user, "desk:today")).links
        for user in (cast.erin, cast.dan, cast.bob)
    }
    assert shown == {"erin": True, "dan": True, "bob": False}


def test_the_day_is_that_of_the_site_that_is_asked_for_among_one_s_own(desk: Desk) -> None:
    cast = desk.universe
    assert "Harbor, as of 10:00" in said(desk.get(cast.dan, "desk:today", site="harbor"))
    assert "Main Street, as of 10:00" in said(desk.get(cast.alice, "desk:today", site="harbor"))


def test_the_day_begins_at_the_site_s_own_midnight(desk: Desk) -> None:
    cast = desk.universe
    west = clinic.site("west", "West Coast", zone="America/Los_Angeles")
    user = staff.user("wendy", Role.SCHEDULER, sites=(west,))
    assert "Today, Tuesday 3 March West Coast, as of 07:00" in said(desk.get(user, "desk:today"))
    desk.moment = at(2, day=date(2026, 3, 4))
    fresh = desk.log_in(user).get("/")
    assert "Today, Tuesday 3 March West Coast, as of 23:00" in said(fresh)
    assert "Wednesday 4 March" in said(desk.log_in(cast.alice).get("/"))


@pytest.mark.parametrize("junk", ["-1", "\x00", "x" * 10_000, "Main", "٣", "' OR 1=1"])
def test_junk_in_the_address_shows_the_home_site(desk: Desk, junk: str) -> None:
    page = desk.get(desk.universe.alice, "desk:today", site=junk, day="0001-01-01", page="-1")
    assert page.status_code == 200 and "Main Street, as of" in said(page)


def test_somebody_without_a_site_is_told_what_to_do(desk: Desk) -> None:
    user = staff.user("nobody", Role.SCHEDULER)
    assert "You work at no site yet" in said(desk.get(user, "desk:today"))


def test_the_huddle_is_no_look_at_a_record(desk: Desk) -> None:
    cast = desk.universe
    cast.book(at(11))
    desk.get(cast.alice, "desk:today")
    assert not Look.objects.exists()


@pytest.mark.parametrize(("minutes", "words"), [(0, "0 h 00"), (5, "0 h 05"), (1030, "17 h 10")])
def test_a_sum_of_minutes_in_words(minutes: int, words: str) -> None:
    assert hours(minutes) == words
