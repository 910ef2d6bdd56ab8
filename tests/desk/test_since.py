"""Since you left: what came to a site in somebody's absence."""

from __future__ import annotations

from datetime import datetime, timedelta

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Role
from frontdesk.book.actions import cancels
from frontdesk.config.signals import LoggedIn
from frontdesk.daybook.facts import System
from frontdesk.daybook.record import record
from frontdesk.desk.pages.since import Away, Since, last_absence, since_left
from frontdesk.triage.actions import requests
from frontdesk.triage.actions.intake import receive
from frontdesk.triage.models import Request
from tests.desk.support import Desk, said
from tests.factories import staff
from tests.factories.protocol import CHECK_UP, FEVER
from tests.universe import NOW, Universe, at

MACHINE = System("message intake")
EVENING = NOW - timedelta(hours=17)  # 17:00 the day before


def worker(cast: Universe, *moments: datetime) -> User:
    """A scheduler of Main Street who did something at each of these moments."""
    sam = staff.user("sam", Role.SCHEDULER, sites=(cast.main,))
    for moment in moments:
        record(LoggedIn(user_id=sam.pk), by=sam, now=moment)
    return sam


def titles(since: Since | None) -> dict[str, int]:
    return {part.title: part.count for part in since.parts} if since else {}


def test_an_absence_is_a_pause_of_four_hours_or_more(desk: Desk) -> None:
    cast = desk.universe
    sam = worker(cast, EVENING - timedelta(hours=1), EVENING, at(8), at(9, 30))
    assert last_absence(sam, NOW) == Away(EVENING, at(8))
    assert last_absence(sam, NOW + timedelta(hours=6)) == Away(at(9, 30), NOW + timedelta(hours=6))
    assert last_absence(worker_of_none(cast), NOW) is None


def worker_of_none(cast: Universe) -> User:
    return staff.user("nova", Role.SCHEDULER, sites=(cast.main,))


def test_it_lists_what_was_cancelled_what_is_urgent_and_what_nobody_has(desk: Desk) -> None:
    cast = desk.universe
    sam = worker(cast, EVENING, at(10, 30))
    visit = cast.book(at(11), request=cast.ready(cast.ben))
    cancels.cancel(
        visit=visit, why="patient-ill", note="", version=visit.version, key="k", by=cast.alice, now=at(10, 10)
    )
    receive(channel="voicemail", text=CHECK_UP, site=cast.main, by=MACHINE, now=at(9, 10), patient=cast.dora)
    receive(channel="email", text=FEVER, site=cast.main, by=MACHINE, now=at(9, 20), patient=cast.chen)
    since = since_left(user=sam, site=cast.main, now=at(10, 45))
    assert titles(since) == {"Cancelled": 1, "Moved": 0, "Urgent requests": 1, "Voicemail and messages": 1}
    assert titles(since_left(user=sam, site=cast.harbor, now=at(10, 45))) == dict.fromkeys(titles(since), 0)
    desk.later(minutes=45)
    words = said(desk.get(sam, "desk:today"))
    assert "Since you left, Mon 2 Mar, 17:00" in words
    assert "Okafor, Benjamin" in words and "Nilsson, Dora" in words and "Chen, Wei" in words


def test_what_came_before_and_after_is_not_in_it(desk: Desk) -> None:
    cast = desk.universe
    sam = worker(cast, EVENING, at(9))
    for moment in (EVENING - timedelta(minutes=5), at(9, 30)):
        receive(channel="voicemail", text=CHECK_UP, site=cast.main, by=MACHINE, now=moment, patient=cast.ben)
    assert titles(since_left(user=sam, site=cast.main, now=NOW))["Voicemail and messages"] == 0
    assert since_left(user=sam, site=cast.main, now=NOW + timedelta(hours=3)) is not None


def test_a_message_that_somebody_took_is_no_news(desk: Desk) -> None:
    cast = desk.universe
    sam = worker(cast, EVENING, at(9))
    made = receive(channel="sms", text=CHECK_UP, site=cast.main, by=MACHINE, now=at(8), patient=cast.ben)
    requests.resume(request=made, by=cast.alice, now=at(8, 30))
    assert Request.objects.get().taken_by == cast.alice
    assert titles(since_left(user=sam, site=cast.main, now=NOW))["Voicemail and messages"] == 0


def test_who_sees_no_patient_gets_no_names(desk: Desk) -> None:
    assert "Since you left" not in said(desk.get(desk.universe.erin, "desk:today"))
