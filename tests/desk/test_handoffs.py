"""Lanes, scripts and handoffs through their doors; what each lane opens and what it keeps shut."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.core.signing import loads
from django.urls import reverse

from frontdesk.book.models import Hold
from frontdesk.desk.pages.find_page import SIGNED
from frontdesk.triage.models import Handoff, Request
from tests.desk.support import Answer, Desk, offers, read, rows, said
from tests.factories.protocol import CHEST_PAIN, FEVER, VOMITING
from tests.universe import TODAY, ZONE, at

pytestmark = pytest.mark.django_db


def knock(desk: Desk, request: Request) -> dict[str, Answer]:
    """Every door that leads to a visit, tried by Alice."""
    alice = desk.universe.alice
    return {
        "find": desk.get(alice, "desk:find", request.pk, visit_type="follow-up"),
        "hold": desk.post(alice, "desk:hold", request.pk, option="x", key="k"),
    }


def test_an_emergency_has_no_calendar_on_its_page(desk: Desk) -> None:
    cast = desk.universe
    request = cast.ready(cast.ben, said=CHEST_PAIN)
    page = read(desk.get(cast.alice, "desk:request", request.pk))
    assert "EMERGENCY" in page.text
    assert "Booking is refused for this request." in page.text
    assert "Stay on the line with me." in page.text
    assert "Find a time" not in page.text
    assert not [link for link in page.links if "/find/" in link]
    assert not [form for form in page.forms if "/hold" in form.action or "/book" in form.action]


def test_every_door_refuses_an_emergency_with_its_reason(desk: Desk) -> None:
    cast = desk.universe
    request = cast.ready(cast.ben)
    hold = cast.hold(at(11), request=request)
    desk.type(cast.alice, request, "words", CHEST_PAIN)
    before = rows()
    answers = {**knock(desk, request), "book": desk.post(cast.alice, "desk:book", hold.pk)}
    for door, answer in answers.items():
        assert (answer.status_code, answer["X-Refused"]) == (409, "GATE_EMERGENCY"), door
        assert "An emergency is never booked." in said(answer), door
    assert rows()["book_appointment"] == before["book_appointment"]
    trail = said(desk.get(cast.alice, "desk:trail", request.pk))
    assert trail.count("Booking refused: GATE_EMERGENCY") == 3


def test_another_request_of_a_patient_in_an_emergency_waits(desk: Desk) -> None:
    cast = desk.universe
    cast.ready(cast.ben, said=CHEST_PAIN)
    second = cast.ready(cast.ben)
    for answer in knock(desk, second).values():
        assert (answer.status_code, answer["X-Refused"]) == (409, "GATE_EMERGENCY")


def test_an_urgent_request_is_not_booked_before_a_clinician_directs_it(desk: Desk) -> None:
    cast = desk.universe
    request = cast.ready(cast.ben, said=FEVER)
    for door, answer in knock(desk, request).items():
        assert (answer.status_code, answer["X-Refused"]) == (409, "GATE_URGENT"), door
    handoff = request.handoffs.get()
    desk.post(cast.bob, "desk:handoff-accept", handoff.pk)
    assert knock(desk, request)["find"]["X-Refused"] == "GATE_URGENT"
    assert "Find a time" not in said(desk.get(cast.alice, "desk:request", request.pk))


def test_after_the_direction_only_what_was_directed_is_offered(desk: Desk) -> None:
    """At four in the afternoon: fewer times are left today than the page would offer."""
    cast = desk.universe
    request = cast.ready(cast.ben, said=FEVER)
    desk.later(hours=6)
    handoff = request.handoffs.get()
    desk.post(cast.bob, "desk:handoff-accept", handoff.pk)
    form = {"direction": "same_day", "visit_type": "same-day", "note": "Check the throat"}
    assert desk.post(cast.bob, "desk:handoff-direct", handoff.pk, **form).status_code == 302
    page = desk.get(cast.alice, "desk:find", request.pk, visit_type="follow-up")
    assert "Same-day visit" in said(page)
    assert "Follow-up" not in said(page)
    found = offers(page)
    assert found
    starts = [datetime.fromisoformat(loads(one.fields["option"], salt=SIGNED)["start"]) for one in found]
    assert {start.astimezone(ZONE).date() for start in starts} == {TODAY}
    desk.browser(cast.alice).post(found[-1].action, found[-1].fields)
    assert Hold.objects.get(asked_for=request.pk).visit_type == cast.same_day


def test_a_direction_that_books_nothing_opens_nothing(desk: Desk) -> None:
    cast = desk.universe
    request = cast.ready(cast.ben, said=VOMITING)
    handoff = request.handoffs.get()
    desk.post(cast.carol, "desk:handoff-accept", handoff.pk)
    desk.post(cast.carol, "desk:handoff-direct", handoff.pk, direction="call_back")
    assert knock(desk, request)["find"]["X-Refused"] == "GATE_URGENT"


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"direction": ""}, "Choose what is to happen."),
        ({"direction": "same_day"}, "Choose the visit type that may be booked."),
        ({"direction": "within_days", "visit_type": "same-day"}, "Give the last day for the visit"),
        (
            {"direction": "within_days", "visit_type": "same-day", "visit_by": "2026-03-02"},
            "Give the last day",
        ),
        (
            {"direction": "within_days", "visit_type": "same-day", "visit_by": "2026-02-31"},
            "Give the last day",
        ),
    ],
)
def test_a_direction_that_cannot_be(form: dict[str, str], sentence: str, desk: Desk) -> None:
    cast = desk.universe
    handoff = cast.ready(cast.ben, said=FEVER).handoffs.get()
    desk.post(cast.bob, "desk:handoff-accept", handoff.pk)
    answer = desk.browser(cast.bob).post(reverse("desk:handoff-direct", args=[handoff.pk]), form, follow=True)
    assert sentence in said(answer)
    handoff.refresh_from_db()
    assert (handoff.direction, handoff.directed_at) == ("", None)


def test_a_direction_comes_after_the_acceptance(desk: Desk) -> None:
    cast = desk.universe
    handoff = cast.ready(cast.ben, said=FEVER).handoffs.get()
    url = reverse("desk:handoff-direct", args=[handoff.pk])
    answer = desk.browser(cast.bob).post(url, {"direction": "call_back"}, follow=True)
    assert "Accept the handoff first, then direct." in said(answer)


def test_the_second_who_accepts_is_told_who_was_first(desk: Desk) -> None:
    cast = desk.universe
    handoff = cast.ready(cast.ben, said=FEVER).handoffs.get()
    desk.post(cast.bob, "desk:handoff-accept", handoff.pk)
    desk.later(minutes=1)
    url = reverse("desk:handoff-accept", args=[handoff.pk])
    answer = desk.browser(cast.carol).post(url, follow=True)
    assert f"{cast.bob.name} has accepted this already." in said(answer)
    assert Handoff.objects.get(pk=handoff.pk).accepted_by == cast.bob


def test_the_desk_writes_down_that_911_accepted(desk: Desk) -> None:
    cast = desk.universe
    request = cast.ready(cast.ben, said=CHEST_PAIN)
    handoff = request.handoffs.get()
    desk.post(cast.alice, "desk:handoff-accept", handoff.pk, other="911, dispatcher Lee")
    handoff.refresh_from_db()
    assert (handoff.accepted_by_other, handoff.accepted_by) == ("911, dispatcher Lee", cast.alice)
    assert "911, dispatcher Lee accepted at 10:00:00" in said(
        desk.get(cast.alice, "desk:request", request.pk)
    )


def test_each_step_of_the_script_is_stamped_once(desk: Desk) -> None:
    cast = desk.universe
    request = cast.ready(cast.ben, said=CHEST_PAIN)
    door = reverse("desk:request-step", args=[request.pk])
    form = read(desk.get(cast.alice, "desk:request", request.pk)).form(door)
    assert form.fields["step"] == "stay"
    for _ in range(2):
        desk.browser(cast.alice).post(door, form.fields)
        desk.later(seconds=20)
    stamp = request.steps_done.get()
    assert (stamp.done_by, f"{stamp.done_at.astimezone(request.site.zone):%H:%M:%S}") == (
        cast.alice,
        "10:00:00",
    )
    assert read(desk.get(cast.alice, "desk:request", request.pk)).form(door).fields["step"] == "call_911"


def test_a_step_that_the_script_does_not_have(desk: Desk) -> None:
    cast = desk.universe
    request = cast.ready(cast.ben, said=CHEST_PAIN)
    url = reverse("desk:request-step", args=[request.pk])
    answer = desk.browser(cast.alice).post(url, {"step": "sing"}, follow=True)
    assert "The script has no such step." in said(answer)
    assert not request.steps_done.exists()


def test_a_lane_is_raised_with_a_reason_or_not_at_all(desk: Desk) -> None:
    cast = desk.universe
    request = cast.ready(cast.ben)
    url = reverse("desk:request-lane", args=[request.pk])
    answer = desk.browser(cast.alice).post(url, {"lane": "urgent", "reason": "  "}, follow=True)
    assert "Say why, in a few words." in said(answer)
    request.refresh_from_db()
    assert request.lane == "routine"
    desk.browser(cast.alice).post(url, {"lane": "urgent", "reason": "He sounds faint"})
    request.refresh_from_db()
    assert request.lane == "urgent"
    assert knock(desk, request)["find"]["X-Refused"] == "GATE_URGENT"
    again = desk.browser(cast.alice).post(url, {"lane": "urgent", "reason": "Still"})
    assert again.status_code == 409


def test_a_lane_that_a_clinician_lowered_opens_the_calendar(desk: Desk) -> None:
    cast = desk.universe
    request = cast.ready(cast.ben, said=FEVER)
    desk.post(cast.bob, "desk:request-lane", request.pk, lane="routine", reason="Fever is long over")
    assert desk.get(cast.alice, "desk:find", request.pk).status_code == 200
    assert "Fever is long over" in said(desk.get(cast.alice, "desk:trail", request.pk))
