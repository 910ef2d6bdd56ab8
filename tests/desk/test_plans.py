"""Planning several visits, the page of a plan, groups and conferences: through their doors."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from frontdesk.book.models import Appointment, Gathering, Plan
from frontdesk.daybook.models import Look
from frontdesk.triage.actions import lanes
from frontdesk.triage.models import Request
from tests.desk.support import Answer, Desk, Form, read, said
from tests.factories.family import Therapy, therapy
from tests.universe import NOW, TODAY

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def gym(desk: Desk) -> Therapy:
    return therapy(desk.universe)


def several(desk: Desk, request: Request, **query: object) -> Answer:
    return desk.get(desk.universe.alice, "desk:plan-several", request.pk, **query)


def chosen(answer: Answer, name: str) -> list[str]:
    """What a browser would send of every list or radio button of this name."""
    page, found, waiting = read(answer), [], False
    for tag, here in page.tags:
        if tag == "select":
            waiting = here.get("name") == name
        elif tag == "option" and waiting:
            found.append(here["value"])
            waiting = False
        elif tag == "input" and here.get("name") == name and "checked" in here:
            found.append(here["value"])
    return found


def form_with(answer: Answer, name: str) -> Form:
    return next(one for one in read(answer).forms if name in one.fields)


def send(desk: Desk, request: Request, query: dict[str, object], **data: object) -> Answer:
    page = several(desk, request, **query)
    url = page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"]
    return desk.browser(desk.universe.alice).post(url, data)


TWICE: dict[str, object] = {
    "tab": "series", "visit_type": "therapy", "count": 12, "how": "w2", "from": f"{TODAY + DAY}", "at": "09:00",
}  # fmt: skip


def test_a_course_of_twelve_is_offered_and_booked(desk: Desk, gym: Therapy) -> None:
    cast = desk.universe
    request = cast.ready(cast.ben)
    page = several(desk, request, **TWICE)
    assert "All 12 visits have a time" in said(page)
    times = chosen(page, "time")
    assert len(times) == 12
    key = form_with(page, "order_ref").fields["key"]
    answer = send(desk, request, TWICE, time=times, order_ref="Order 77", key=key)
    plan = Plan.objects.get()
    assert answer["Location"] == reverse("desk:plan", args=[plan.pk])
    assert send(desk, request, TWICE, time=times, order_ref="Order 77", key=key).status_code == 302
    assert Appointment.objects.count() == 12
    text = said(desk.get(cast.alice, "desk:plan", plan.pk))
    assert "12 still to come" in text and "Order 77" in text and "Twice a week" in text
    assert Look.objects.filter(ref=cast.ben.pk, where="plan").exists()
    assert "Series of 12 visits" in said(desk.get(cast.alice, "desk:patient", cast.ben.pk))


def test_visits_that_are_left_out_are_not_booked(desk: Desk, gym: Therapy) -> None:
    request = desk.universe.ready(desk.universe.ben)
    times = chosen(several(desk, request, **TWICE), "time")
    send(desk, request, TWICE, time=["", *times[1:3], ""], key="k")
    assert Appointment.objects.count() == 2
    empty = send(desk, request, TWICE, time=["", ""], order_ref="Order 5", key="k2")
    assert empty.status_code == 422
    assert "Choose at least one time" in said(empty)
    assert form_with(empty, "order_ref").fields["order_ref"] == "Order 5"


def test_one_time_that_is_gone_books_nothing_and_says_which(desk: Desk, gym: Therapy) -> None:
    cast = desk.universe
    request, other = cast.ready(cast.ben), cast.ready(cast.dora)
    times = chosen(several(desk, request, **TWICE), "time")
    theirs = chosen(several(desk, other, **TWICE), "time")
    send(desk, other, TWICE, time=theirs[2:3], key="k")
    answer = send(desk, request, TWICE, time=times, order_ref="Order 6", key="k2")
    assert answer.status_code == 409
    assert "Visit 3 (Benjamin Okafor" in said(answer) and "Nothing was booked" in said(answer)
    assert Appointment.objects.count() == 1
    assert form_with(answer, "order_ref").fields["order_ref"] == "Order 6"
    assert send(desk, request, TWICE, time=theirs[4:5], key="k3").status_code == 422


def test_a_row_without_a_time_says_why(desk: Desk, gym: Therapy) -> None:
    request = desk.universe.ready(desk.universe.ben)
    page = several(desk, request, **{**TWICE, "count": 30})
    assert "of 30 visits have a time" in said(page)
    assert "The book at Main Street is open until" in said(page)
    short = several(desk, request, **{**TWICE, "until": f"{TODAY + 9 * DAY}"})
    assert "more do not fit before" in said(short)


def test_a_series_is_extended_from_an_open_request(desk: Desk, gym: Therapy) -> None:
    cast = desk.universe
    request = cast.ready(cast.ben)
    times = chosen(several(desk, request, **TWICE), "time")
    send(desk, request, TWICE, time=times[:2], key="k")
    plan = Plan.objects.get()
    page = desk.get(cast.alice, "desk:plan", plan.pk)
    link = reverse("desk:plan-several", args=[request.pk])
    assert f"{link}?tab=series&plan={plan.pk}" in read(page).links
    more: dict[str, object] = {"tab": "series", "plan": plan.pk, "count": 2, "from": f"{TODAY + 30 * DAY}"}
    times = chosen(several(desk, request, **more), "time")
    assert send(desk, request, more, time=times, key="k2").status_code == 302
    assert Plan.objects.get().visits_wanted == 4


def test_linked_visits_are_offered_whole(desk: Desk, gym: Therapy) -> None:
    cast = desk.universe
    request = cast.ready(cast.ben)
    query: dict[str, object] = {
        "tab": "linked", "first": "fasting-lab", "second": "follow-up", "gap1": "d1-7", "at": "10:00",
    }  # fmt: skip
    page = several(desk, request, **query)
    assert "5 ways to book them together" in said(page)
    row = chosen(page, "row")
    assert len(row) == 1
    assert send(desk, request, query, row=row[0], order_ref="Lab order", key="k").status_code == 302
    plan = Plan.objects.get()
    assert [one.visit_type.code for one in plan.visits.order_by("plan_place")] == ["fasting-lab", "follow-up"]
    assert "1 to 7 days" in said(desk.get(cast.alice, "desk:plan", plan.pk))
    none = several(desk, request, **{**query, "until": f"{TODAY + DAY}"})
    assert "does not fit between the first and the last day" in said(none)


@pytest.mark.parametrize("side", ["after", "once"])
def test_a_family_comes_side_by_side(side: str, desk: Desk, gym: Therapy) -> None:
    cast = desk.universe
    request = cast.ready(cast.ben)
    other = cast.ready(cast.dora)
    query: dict[str, object] = {
        "tab": "family", "visit_type": "follow-up", "who2": other.pk, "side": side, "at": "09:00",
    }  # fmt: skip
    page = several(desk, request, **query)
    row = chosen(page, "row")
    assert send(desk, request, query, row=row[0], key="k").status_code == 302
    first, second = Appointment.objects.order_by("start", "pk")
    assert {first.patient, second.patient} == {cast.ben, cast.dora}
    assert (first.start == second.start) is (side == "once")
    assert (first.end == second.start) is (side == "after")


def test_an_emergency_opens_no_plan(desk: Desk, gym: Therapy) -> None:
    cast = desk.universe
    request = cast.ready(cast.ben)
    times = chosen(several(desk, request, **TWICE), "time")
    lanes.raise_lane(request=request, to="emergency", reason="Worse", by=cast.alice, now=NOW)
    answer = several(desk, request, **TWICE)
    assert (answer.status_code, answer["X-Refused"]) == (409, "GATE_EMERGENCY")
    url = reverse("desk:plan-several", args=[request.pk])
    assert desk.browser(cast.alice).post(url, {"time": times}).status_code == 409
    assert not Appointment.objects.exists()


def test_the_rest_of_a_plan_is_cancelled_with_a_reason(desk: Desk, gym: Therapy) -> None:
    cast = desk.universe
    request = cast.ready(cast.ben)
    send(desk, request, TWICE, time=chosen(several(desk, request, **TWICE), "time"), key="k")
    plan = Plan.objects.get()
    refused = desk.post(cast.alice, "desk:plan-cancel", plan.pk, from_place=3, why="", note="Feels well")
    assert refused.status_code == 422 and "Choose the reason" in said(refused)
    assert form_with(refused, "note").fields["note"] == "Feels well"
    done = desk.post(cast.alice, "desk:plan-cancel", plan.pk, from_place=3, why="not-needed", key="c")
    assert done.status_code == 302
    assert plan.visits.filter(status="cancelled").count() == 10
    text = said(desk.get(cast.alice, "desk:plan", plan.pk))
    assert "Ended" in text and "10 cancelled" in text
    assert (
        desk.post(cast.alice, "desk:plan-cancel", plan.pk, from_place=1, why="not-needed").status_code == 409
    )


# Groups and conferences


def new_group(desk: Desk, gym: Therapy, **data: object) -> Answer:
    cast = desk.universe
    query = {
        "kind": "group",
        "visit_type": "back-group",
        "with": gym.therapist.pk,
        "at": "14:00",
        "where": "main",
    }
    page = desk.get(cast.alice, "desk:gathering-new", **query)
    sent = {"time": chosen(page, "time")[0], "key": "g", **data}
    url = page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"]
    return desk.browser(cast.alice).post(url, sent)


def test_a_group_is_planned_and_a_place_taken_for_a_request(desk: Desk, gym: Therapy) -> None:
    cast = desk.universe
    assert "No group visit is planned" in said(desk.get(cast.alice, "desk:groups"))
    assert new_group(desk, gym, title="Back school", places="2").status_code == 302
    group = Gathering.objects.get()
    assert (group.title, group.places) == ("Back school", 2)
    request = cast.ready(cast.ben)
    page = desk.get(cast.alice, "desk:groups", request=request.pk)
    form = form_with(page, "request")
    assert desk.browser(cast.alice).post(form.action, form.fields).status_code == 302
    assert Appointment.objects.get().place == 1
    again = desk.post(cast.alice, "desk:gathering-take", group.pk, request=request.pk, key="other")
    assert again.status_code == 302
    assert "a place in this group already" in said(desk.get(cast.alice, "desk:groups", request=request.pk))
    text = said(desk.get(cast.alice, "desk:gathering", group.pk))
    assert "1 of 2 places left" in text and "Benjamin Okafor" in text


def test_what_is_wrong_with_a_new_group_is_said_and_kept(desk: Desk, gym: Therapy) -> None:
    answer = new_group(desk, gym, title="Back school", places="1")
    assert answer.status_code == 422 and "between 2 and 60 places" in said(answer)
    assert form_with(answer, "title").fields["title"] == "Back school"
    assert new_group(desk, gym, time="x").status_code == 422
    assert new_group(desk, gym, mrn="nobody").status_code == 422
    assert new_group(desk, gym).status_code == 302
    query = {"kind": "group", "visit_type": "back-group", "with": gym.therapist.pk, "where": "main"}
    assert desk.get(desk.universe.alice, "desk:gathering-new", **query).status_code == 200


def test_a_place_is_moved_and_given_back(desk: Desk, gym: Therapy) -> None:
    cast = desk.universe
    new_group(desk, gym)
    new_group(desk, gym, key="second")
    first, second = Gathering.objects.order_by("start")
    desk.post(cast.alice, "desk:gathering-take", first.pk, request=cast.ready(cast.ben).pk, key="t")
    visit = Appointment.objects.get()
    refused = desk.post(cast.alice, "desk:place", visit.pk, to=second.pk, why="", version=1)
    assert refused.status_code == 422 and "Choose the reason" in said(refused)
    moved = desk.post(cast.alice, "desk:place", visit.pk, to=second.pk, why="patient-asked", version=1)
    assert moved.status_code == 302
    visit.refresh_from_db()
    assert visit.gathering == second
    assert desk.post(cast.alice, "desk:place", visit.pk, why="patient-ill", version=1).status_code == 409
    assert desk.post(cast.alice, "desk:place", visit.pk, why="patient-ill", version=2).status_code == 302
    visit.refresh_from_db()
    assert visit.status == "cancelled"
    plain = cast.book(NOW + 2 * DAY, request=cast.ready(cast.dora))
    assert desk.post(cast.alice, "desk:place", plain.pk, why="patient-ill", version=1).status_code == 404


def test_a_conference_is_planned_and_cancelled(desk: Desk, gym: Therapy) -> None:
    cast = desk.universe
    query = {
        "kind": "conference", "with": cast.dr_carol.pk, "required": [cast.dr_yusuf.pk, gym.therapist.pk],
        "minutes": 45, "room_type": "exam", "at": "12:00", "where": "main",
    }  # fmt: skip
    page = desk.get(cast.alice, "desk:gathering-new", **query)
    assert "days on which everybody is free" in said(page)
    url = page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"]
    sent = {"time": chosen(page, "time")[0], "mrn": cast.ana.mrn, "key": "c"}
    nameless = desk.browser(cast.alice).post(url, sent)
    assert nameless.status_code == 422 and "what the conference is called" in said(nameless)
    assert desk.browser(cast.alice).post(url, {**sent, "title": "Pain board"}).status_code == 302
    made = Gathering.objects.get()
    text = said(desk.get(cast.alice, "desk:gathering", made.pk))
    assert "Pain board" in text and "Dr. Yusuf Demir" in text and "Ana Lucero" in text
    assert Look.objects.filter(ref=cast.ana.pk, where="case conference").exists()
    refused = desk.post(cast.alice, "desk:gathering-cancel", made.pk, why="patient-ill", note="No")
    assert refused.status_code == 422
    assert desk.post(cast.alice, "desk:gathering-cancel", made.pk, why="provider-away").status_code == 302
    made.refresh_from_db()
    assert made.cancelled_at == NOW
    assert "Cancelled" in said(desk.get(cast.alice, "desk:gathering", made.pk))
