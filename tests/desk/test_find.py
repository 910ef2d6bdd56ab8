"""Find a time, hold it, book it: through the doors, with what may go wrong between one click and the next."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.core import signing
from django.urls import reverse

from frontdesk.book.models import Appointment, Hold
from frontdesk.desk.pages.find_page import SIGNED
from frontdesk.triage.models import Request
from tests.desk.support import Answer, Desk, Form, local, offers, read, rows, said, written
from tests.factories.protocol import CHECK_UP
from tests.universe import at

pytestmark = pytest.mark.django_db


def look(desk: Desk, request: Request, **asked: str) -> Answer:
    return desk.get(desk.universe.alice, "desk:find", request.pk, **{"visit_type": "follow-up", **asked})


def send(desk: Desk, form: Form, **other: str) -> Answer:
    """Alice sends the form; the page she comes to."""
    return desk.browser(desk.universe.alice).post(form.action, {**form.fields, **other}, follow=True)


def test_first_the_first_minute_then_a_time(desk: Desk) -> None:
    alice, ben = desk.universe.alice, desk.universe.ben
    request = desk.open(alice)
    codes = []
    typed = (
        ("said_name", ben.name), ("said_birth_date", "11/30/1952"), ("callback", "212-555-0142"),
        ("kind", "routine"), ("words", CHECK_UP),
    )  # fmt: skip
    for field, value in typed:
        codes.append(look(desk, request).headers.get("X-Refused"))
        desk.type(alice, request, field, value)
    assert codes == ["GATE_IDENTITY", "GATE_IDENTITY", "GATE_CALLBACK", "GATE_NO_TYPE", "GATE_NO_WORDS"]
    assert look(desk, request).status_code == 200


def test_nothing_is_offered_before_a_visit_type_is_chosen(desk: Desk) -> None:
    page = desk.get(desk.universe.alice, "desk:find", desk.universe.ready().pk)
    assert "Choose a visit type to see times" in said(page)
    assert not offers(page)


def test_every_offer_says_why_it_fits(desk: Desk) -> None:
    page = look(desk, desk.universe.ready())
    found = offers(page)
    assert 3 <= len(found) <= 9
    reasons = [tag for tag, here in read(page).tags if here.get("aria-label") == "Why this fits"]
    assert len(reasons) == len(found)
    assert page.content.decode().count('<ul class="why" aria-label="Why this fits"></ul>') == 0


def test_what_is_asked_for_narrows_the_offers(desk: Desk) -> None:
    cast = desk.universe
    request = cast.ready()
    yusuf = said(
        look(desk, request, **{"with": str(cast.dr_yusuf.pk), "part": "afternoon", "from": "2026-03-05"})
    )
    times = re.findall(r"\b(\d\d):\d\d (?:Thu|Fri|Sat|Sun|Mon|Tue|Wed) (\d+) Mar", yusuf)
    assert times
    assert all(int(hour) >= 12 and int(day) >= 5 for hour, day in times)
    assert "Dr. Yusuf Demir" in yusuf


def test_somebody_who_needs_an_interpreter_is_offered_only_times_with_one(desk: Desk) -> None:
    cast = desk.universe
    page = look(desk, cast.ready(cast.ana))
    send(desk, offers(page)[0])
    assert Hold.objects.get(patient=cast.ana).interpreter == cast.marisol
    none = desk.get(cast.alice, "desk:find", cast.ready(cast.chen).pk, visit_type="follow-up")
    assert none.status_code == 200


def test_one_key_holds_and_another_books(desk: Desk) -> None:
    cast = desk.universe
    request = cast.ready()
    first = offers(look(desk, request))[0]
    page = send(desk, first)
    hold = Hold.objects.get(asked_for=request.pk)
    assert hold.expires_at == desk.moment + timedelta(minutes=10)
    assert f"Held for you until {local(hold.expires_at)}" in said(page)
    booking = read(page).form(reverse("desk:book", args=[hold.pk]))
    end = send(desk, booking)
    visit = Appointment.objects.get(asked_for=request.pk)
    assert (visit.start, visit.patient, visit.booked_by) == (hold.start, cast.ben, cast.alice)
    assert f"Booked: Tue 3 Mar, {local(visit.start)}" in said(end)


def test_the_same_key_twice_is_one_hold_and_booking_twice_is_one_visit(desk: Desk) -> None:
    request = desk.universe.ready()
    first = offers(look(desk, request))[0]
    for _ in range(2):
        page = send(desk, first)
        assert "Held for you until" in said(page)
        assert "just taken" not in said(page)
    hold = Hold.objects.get(asked_for=request.pk)
    booking = read(page).form(reverse("desk:book", args=[hold.pk]))
    for _ in range(2):
        send(desk, booking)
    assert Appointment.objects.filter(asked_for=request.pk).count() == 1


def test_a_time_that_was_taken_meanwhile(desk: Desk) -> None:
    cast = desk.universe
    request = cast.ready(cast.ben)
    found = offers(look(desk, request, **{"with": str(cast.dr_carol.pk)}))[0]
    taken = signing.loads(found.fields["option"], salt=SIGNED)
    other = cast.ready(cast.dora)
    mine = offers(look(desk, other, **{"with": str(cast.dr_carol.pk)}))[0]
    assert signing.loads(mine.fields["option"], salt=SIGNED)["start"] == taken["start"]
    send(desk, mine)
    page = send(desk, found)
    assert "This time was just taken. Nearest free: " in said(page)
    assert (
        len(re.findall(r"\w{3} \d\d \w{3}, \d\d:\d\d", said(page).partition("Nearest free: ")[2][:80])) == 3
    )
    assert not Hold.objects.filter(asked_for=request.pk).exists()


def test_an_offer_made_to_another_request_is_refused(desk: Desk) -> None:
    cast = desk.universe
    mine, other = cast.ready(cast.ben), cast.ready(cast.dora)
    stolen = offers(look(desk, other))[0].fields["option"]
    form = offers(look(desk, mine))[0]
    before = rows()
    page = send(desk, form, option=stolen)
    assert "This offer is too old. Choose from the times as they are now." in said(page)
    assert written(before) <= {"daybook_look"}


def test_an_offer_that_was_tampered_with_is_refused(desk: Desk) -> None:
    request = desk.universe.ready()
    form = offers(look(desk, request))[0]
    option = form.fields["option"]
    body, _, tail = option.partition(":")
    forged = signing.dumps(
        {"request": request.pk, "start": at(3).isoformat()}, key="another key", salt=SIGNED
    )
    before = rows()
    for wrong in (option[:-1], option + "A", f"{body[:-2]}xx:{tail}", forged, signing.dumps({}, salt="else")):
        assert "This offer is too old." in said(send(desk, form, option=wrong))
    assert written(before) <= {"daybook_look"}


def test_an_offer_of_a_time_that_has_passed_is_refused(desk: Desk) -> None:
    request = desk.universe.ready()
    form = offers(look(desk, request))[0]
    desk.later(minutes=25)
    assert "This time has passed." in said(send(desk, form))
    assert not Hold.objects.exists()


def test_a_hold_that_ran_out_cannot_be_booked(desk: Desk) -> None:
    request = desk.universe.ready()
    send(desk, offers(look(desk, request))[-1])
    hold = Hold.objects.get()
    desk.later(minutes=11)
    page = desk.browser(desk.universe.alice).post(reverse("desk:book", args=[hold.pk]), follow=True)
    assert "This hold has ended. The time may still be free: hold it again." in said(page)
    assert not Appointment.objects.exists()


def test_a_time_that_is_let_go_is_free_again(desk: Desk) -> None:
    request = desk.universe.ready()
    first = offers(look(desk, request))[0]
    page = send(desk, first)
    hold = Hold.objects.get()
    send(desk, read(page).form(reverse("desk:let-go", args=[hold.pk])))
    hold.refresh_from_db()
    assert hold.ended_how == "let_go"
    again = signing.loads(offers(look(desk, request))[0].fields["option"], salt=SIGNED)
    assert again["start"] == signing.loads(first.fields["option"], salt=SIGNED)["start"]


def test_a_second_hold_lets_the_first_go(desk: Desk) -> None:
    request = desk.universe.ready()
    found = offers(look(desk, request))
    send(desk, found[0])
    send(desk, found[-1])
    assert sorted(Hold.objects.values_list("ended_how", flat=True)) == ["", "let_go"]


def test_a_patient_is_not_booked_twice_at_once(desk: Desk) -> None:
    cast = desk.universe
    form = offers(look(desk, cast.ready(cast.ben), **{"with": str(cast.dr_yusuf.pk)}))[0]
    start = datetime.fromisoformat(signing.loads(form.fields["option"], salt=SIGNED)["start"])
    cast.book(start, request=cast.ready(cast.ben))
    assert f"The patient has another visit at {local(start)} then." in said(send(desk, form))
    assert Appointment.objects.count() == 1
