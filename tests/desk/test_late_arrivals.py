"""Arrived late: from the drawer to the disposition, by the page's own forms."""

from __future__ import annotations

import pytest

from frontdesk.accounts.models import User
from frontdesk.triage.models import LateArrival
from tests.desk.counter_scene import late, visit_at_nine
from tests.desk.support import Answer, Desk, read, said
from tests.universe import TODAY, at

pytestmark = pytest.mark.django_db


def send(desk: Desk, who: User, path: str, **more: str) -> Answer:
    return desk.browser(who).post(path, more, follow=True)


def test_from_the_drawer_to_squeezed_in(desk: Desk) -> None:
    cast = desk.universe
    visit = visit_at_nine(cast, "Tara", cast.dr_carol, cast.exam_1)
    drawer = desk.get(cast.alice, "desk:calendar", day=TODAY.isoformat(), visit=visit.pk)
    assert f"/visits/{visit.pk}/late/" in read(drawer).links
    form = read(desk.get(cast.alice, "desk:visit-late", visit.pk)).form(f"/visits/{visit.pk}/arrived/")
    assert form.fields["arrived"] == "10:00"
    page = send(desk, cast.alice, form.action, **{**form.fields, "arrived": "09:25"})
    assert "Came 25 minutes late, at 09:25" in said(page)
    one = LateArrival.objects.get()
    assert "Came late for a visit 1 open" in said(desk.get(cast.alice, "desk:walk-ins"))
    assert f"/late/{one.pk}/" in read(desk.get(cast.carol, "desk:queues")).links
    answered = send(desk, cast.carol, f"/late/{one.pk}/answer/", feasible="yes", answer="After the ten")
    assert "it can be done" in said(answered)
    early = send(desk, cast.alice, f"/late/{one.pk}/settle/", disposition="squeezed_in", note="By the door")
    assert early.status_code == 409
    assert "must approve it first" in said(early)
    assert read(early).form(f"/late/{one.pk}/settle/").fields["note"] == "By the door"
    assert "Approved" in said(send(desk, cast.bob, f"/late/{one.pk}/approve/", because="Short visit"))
    done = send(desk, cast.alice, f"/late/{one.pk}/settle/", disposition="squeezed_in")
    assert "Settled: squeezed in, approved." in said(done)
    assert "approved by Bob Blden, RN" in said(done)
    trail = said(desk.get(cast.alice, "desk:trail", visit.asked_for or 0))
    for words in ("Came 25 minutes late, at 09:25", "it can be done", "Squeezing in approved"):
        assert words in trail


@pytest.mark.parametrize(
    ("typed", "status", "sentence"),
    [
        ("08:10", 409, "The visit begins at 09:00: that is not late."),
        ("10:30", 422, "The time of arrival is still ahead."),
        ("soon", 422, "Give the time as hours and minutes, such as 10:25."),
    ],
)
def test_a_refused_time_stays_in_the_form(desk: Desk, typed: str, status: int, sentence: str) -> None:
    cast = desk.universe
    visit = visit_at_nine(cast, "Tara", cast.dr_carol, cast.exam_1)
    answer = desk.post(cast.alice, "desk:late-arrived", visit.pk, arrived=typed)
    assert (answer.status_code, sentence in said(answer)) == (status, True)
    assert read(answer).form(f"/visits/{visit.pk}/arrived/").fields["arrived"] == typed


def test_who_may_not_answer_is_told_who_does(desk: Desk) -> None:
    cast = desk.universe
    one = late(cast, visit_at_nine(cast, "Tara", cast.dr_carol, cast.exam_1))
    page = desk.get(cast.alice, "desk:visit-late", one.appointment_id)
    assert "It stands in the queue “Provider review”" in said(page)
    assert not list(read(page).forms_to(f"/late/{one.pk}/answer/"))
    refused = desk.post(cast.carol, "desk:late-answer", one.pk, feasible="no", answer="")
    assert (refused.status_code, "what is to happen instead" in said(refused)) == (422, True)


def test_a_visit_that_has_not_begun_says_so(desk: Desk) -> None:
    cast = desk.universe
    visit = cast.book(at(15))
    page = desk.get(cast.alice, "desk:visit-late", visit.pk)
    assert "nobody is late for it yet" in said(page)
    drawer = desk.get(cast.alice, "desk:calendar", day=TODAY.isoformat(), visit=visit.pk)
    assert f"/visits/{visit.pk}/late/" not in read(drawer).links
