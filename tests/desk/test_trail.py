"""The main job in its three lanes, through the doors alone, and the trail that it leaves."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from frontdesk.accounts.models import User
from frontdesk.book.models import Appointment, Hold
from frontdesk.daybook.models import Entry
from frontdesk.outreach.actions.messages import settle
from frontdesk.outreach.models import Message, MessageState
from frontdesk.triage.models import Request
from tests.desk.support import Desk, Form, offers, read, said
from tests.factories.daybook import link_now
from tests.factories.protocol import CHECK_UP, CHEST_PAIN, FEVER

pytestmark = pytest.mark.django_db


def press(desk: Desk, user: User, form: Form, **typed: str) -> None:
    """Send a form as it stands on the page, with what was typed into it; a little later each time."""
    answer = desk.browser(user).post(form.action, {**form.fields, **typed})
    assert answer.status_code == 302, said(answer)
    desk.later(seconds=5)


def on_page(desk: Desk, user: User, request: Request, door: str, pk: int | None = None) -> Form:
    """The form to `door` on the request's page, as this person sees it."""
    page = read(desk.get(user, "desk:request", request.pk))
    return page.form(reverse(door, args=[pk or request.pk]))


def first_minute(desk: Desk, *, words: str, kind: str = "symptom") -> Request:
    """Alice takes Ben's call: who he is, how to reach him, what he says."""
    alice = desk.universe.alice
    request = desk.open(alice)
    typed = (
        ("said_name", "Benjamin Okafor"), ("said_birth_date", "11/30/1952"), ("callback", "212-555-0142"),
        ("safe", "yes"), ("kind", kind),
    )  # fmt: skip
    for field, value in typed:
        assert desk.type(alice, request, field, value).status_code == 200
        desk.later(seconds=5)
    press(desk, alice, on_page(desk, alice, request, "desk:request-words"), words=words)
    return request


def close(desk: Desk, request: Request, outcome: str, *, told: str) -> None:
    alice = desk.universe.alice
    desk.type(alice, request, "told", told)
    desk.type(alice, request, "told_how", "call")
    press(desk, alice, on_page(desk, alice, request, "desk:request-close"), outcome=outcome)
    request.refresh_from_db()
    assert request.outcome == outcome


def book_the_first(desk: Desk, request: Request, visit_type: str) -> Appointment:
    alice = desk.universe.alice
    found = offers(desk.get(alice, "desk:find", request.pk, visit_type=visit_type))
    press(desk, alice, found[0])
    hold = Hold.objects.get(asked_for=request.pk, ended_at=None)
    page = read(desk.get(alice, "desk:find", request.pk, visit_type=visit_type))
    press(desk, alice, page.form(reverse("desk:book", args=[hold.pk])))
    return Appointment.objects.get(asked_for=request.pk)


def kinds(request: Request) -> list[str]:
    return list(Entry.objects.about("request", request.pk).values_list("kind", flat=True))


def exported(desk: Desk, user: User, request: Request) -> dict[str, Any]:
    link_now()
    answer = desk.get(user, "desk:trail-export", request.pk)
    assert answer["Content-Disposition"] == f'attachment; filename="request-{request.pk}-trail.json"'
    document: dict[str, Any] = json.loads(answer.content)
    return document


def test_a_routine_call_ends_in_a_visit_that_is_confirmed(desk: Desk) -> None:
    cast = desk.universe
    request = first_minute(desk, words=CHECK_UP, kind="routine")
    visit = book_the_first(desk, request, "follow-up")
    message = Message.objects.get(asked_for=request.pk)
    assert (message.to, message.state) == ("ben@mail.example", MessageState.QUEUED)
    settle(message=message, state=MessageState.SENT, receipt="250 taken by mailbox", now=desk.moment)
    assert "Confirmation to ben@mail.example: " in said(desk.get(cast.alice, "desk:request", request.pk))
    close(desk, request, "booked", told="Come ten minutes early.")
    assert visit.patient == cast.ben
    text = said(desk.get(cast.alice, "desk:trail", request.pk))
    order = (
        "Request opened at Main Street", "Patient identified: record", "Words stored as spoken", CHECK_UP,
        "Time held", "Offered beside it:", "Visit booked", "Message written to the patient",
        f"Message: {MessageState.SENT.label.lower()}", "250 taken by mailbox",
        "Come ten minutes early.", "Request closed: A visit was booked",
    )  # fmt: skip
    places = [text.find(one) for one in order]
    assert -1 not in places, dict(zip(order, places, strict=True))
    assert places == sorted(places)


def test_an_urgent_call_waits_for_a_nurse_and_is_booked_as_she_directs(desk: Desk) -> None:
    cast = desk.universe
    request = first_minute(desk, words=FEVER)
    for field in ("answer_onset", "answer_temperature"):
        desk.type(cast.alice, request, field, "last night, 102")
    handoff = request.handoffs.get()
    assert desk.get(cast.alice, "desk:find", request.pk)["X-Refused"] == "GATE_URGENT"
    press(desk, cast.bob, on_page(desk, cast.bob, request, "desk:handoff-accept", handoff.pk))
    form = on_page(desk, cast.bob, request, "desk:handoff-direct", handoff.pk)
    due = (desk.moment + timedelta(days=2)).date().isoformat()
    press(
        desk,
        cast.bob,
        form,
        direction="within_days",
        visit_type="same-day",
        visit_by=due,
        note="Look at his throat",
    )
    visit = book_the_first(desk, request, "same-day")
    assert visit.visit_type == cast.same_day
    close(desk, request, "booked", told="A nurse is on the line all day.")
    seen = kinds(request)
    order = ("WordsScreened", "LaneSet", "HandoffOffered", "BookingRefused", "HandoffAccepted", "HandoffDirected",
             "TimeHeld", "AppointmentBooked", "MessageQueued", "RequestClosed")  # fmt: skip
    assert [seen.index(one) for one in order] == sorted(seen.index(one) for one in order)


def test_an_emergency_is_never_booked_and_closes_with_everything_stamped(desk: Desk) -> None:
    cast = desk.universe
    request = first_minute(desk, words=CHEST_PAIN)
    handoff = request.handoffs.get()
    early = desk.post(cast.alice, "desk:request-close", request.pk, outcome="handed_over")
    assert early.status_code == 409
    assert "Every step of the script" in said(early)
    for _ in range(2):
        press(desk, cast.alice, on_page(desk, cast.alice, request, "desk:request-step"))
    press(desk, cast.bob, on_page(desk, cast.bob, request, "desk:handoff-accept", handoff.pk))
    assert desk.get(cast.alice, "desk:find", request.pk)["X-Refused"] == "GATE_EMERGENCY"
    close(desk, request, "handed_over", told="Stay with the nurse, the ambulance is on its way.")
    text = said(desk.get(cast.bob, "desk:trail", request.pk))
    for words in ("Lane set from routine to emergency", "Rule E1, Chest pain", "Step done: Call 911 now.",
                  f"Accepted by {cast.bob.name}", "Booking refused: GATE_EMERGENCY"):  # fmt: skip
        assert words in text, words
    assert not Appointment.objects.exists()


def test_the_document_holds_what_an_auditor_asks_for(desk: Desk) -> None:
    cast = desk.universe
    cast.use_starter()
    request = first_minute(desk, words="I would like my yearly check-up", kind="routine")
    desk.type(cast.alice, request, "words", "and I have had a bad headache since noon, the worst of my life")
    press(
        desk,
        cast.bob,
        on_page(desk, cast.bob, request, "desk:request-lane"),
        lane="routine",
        reason="Not new",
    )
    book_the_first(desk, request, "follow-up")
    document = exported(desk, cast.dan, request)
    entries = document["entries"]
    by_kind = {one["kind"]: one for one in entries}
    assert (document["request"], document["exported_by"], document["lane"]) == (
        request.pk,
        cast.dan.name,
        "routine",
    )
    assert str(cast.protocol) == by_kind["WordsScreened"]["rule_version"]
    assert [one["what"] for one in entries if one["kind"] == "LaneSet"][
        -1
    ] == "Lane set from emergency to routine"
    assert [one["reason"] for one in entries if one["kind"] == "LaneSet"][-1] == "Not new"
    assert len(by_kind["TimeHeld"]["instead_of"]) >= 2
    assert all(one["words"] for one in by_kind["TimeHeld"]["instead_of"])
    assert by_kind["AppointmentBooked"]["by"] == cast.alice.name
    assert all(len(one["digest"]) == 64 and one["link"] for one in entries)
    times = [one["at"] for one in entries]
    assert times == sorted(times)
    assert datetime.fromisoformat(document["exported_at"]) == desk.moment


def test_every_entry_of_the_document_stands_on_the_page(desk: Desk) -> None:
    cast = desk.universe
    request = first_minute(desk, words=FEVER)
    document = exported(desk, cast.alice, request)
    page = desk.get(cast.alice, "desk:trail", request.pk)
    assert len([tag for tag, here in read(page).tags if tag == "time" and "datetime" in here]) == len(
        document["entries"]
    )
    for one in document["entries"]:
        assert f"Link {one['link']}, {one['digest'][:12]}" in said(page)


def test_the_trail_of_one_request_holds_nothing_of_another(desk: Desk) -> None:
    cast = desk.universe
    mine, other = cast.ready(cast.ben), cast.ready(cast.dora, said="My cat is called Pangur")
    document = exported(desk, cast.alice, mine)
    assert "Pangur" not in json.dumps(document)
    assert "Pangur" in json.dumps(exported(desk, cast.alice, other))
    assert {entry["kind"] for entry in document["entries"]} >= {
        "RequestOpened",
        "PatientMatched",
        "WordsHeard",
    }
