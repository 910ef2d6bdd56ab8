"""The story of a request and of a visit: told in order, with its times, and taken out as PDF and JSON."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from frontdesk.book.actions import cancels, moves
from frontdesk.book.models import Appointment
from frontdesk.desk.pages.story import request_story
from frontdesk.desk.pages.story_pdf import as_pdf, needs_readers_font
from frontdesk.triage.actions import handoffs, requests, scripts
from frontdesk.triage.models import Request
from frontdesk.triage.queries.story import made_way_for
from tests.desk.support import Desk, read, said
from tests.factories.protocol import CHEST_PAIN
from tests.universe import NOW, at

pytestmark = pytest.mark.django_db


def emergency(desk: Desk) -> Request:
    """Ben's chest pain, from the first word to the closed record: 41 s to acceptance."""
    cast = desk.universe
    request = cast.ready(cast.ben, said=CHEST_PAIN)
    handoff = request.handoffs.get()
    handoffs.accept(handoff=handoff, by=cast.bob, now=NOW + timedelta(seconds=41))
    later = NOW + timedelta(minutes=4)
    for step in ("stay", "call_911"):
        scripts.stamp(request=request, step_key=step, by=cast.alice, now=NOW + timedelta(seconds=60))
    for field, value in (("told", "Bob stays with you until they come"), ("told_how", "call")):
        requests.save_field(request=request, field=field, value=value, by=cast.alice, now=later, settled=True)
    requests.close(request=request, outcome="handed_over", by=cast.alice, now=later + timedelta(minutes=1))
    request.refresh_from_db()
    return request


def displaced(desk: Desk) -> tuple[Request, Appointment]:
    """Dora's visit was moved so that Ben's could have its time."""
    cast = desk.universe
    dora = cast.book(at(11), request=cast.ready(cast.dora))
    request = cast.ready(cast.ben)
    to = cast.wanted(at(15))
    moved = moves.move(
        visit=dora,
        to=to,
        move=moves.Move("urgent-need", "Agreed by phone", cast.dan, made_way_for=request.pk),
        version=dora.version,
        key="way",
        by=cast.alice,
        now=NOW,
    )
    cast.book(at(11), request=request)
    return request, moved


def test_it_reads_as_prose_in_order_with_its_times_on_top(desk: Desk) -> None:
    cast = desk.universe
    text = said(desk.get(cast.alice, "desk:story", emergency(desk).pk))
    order = (
        "To identity", "0 s", "To acceptance", "41 s", "Handling time", "5 min 00 s",
        "What happened", "opened the request at Main Street: a call.",
        "stored the caller’s words, word for word", CHEST_PAIN,
        "The words met, in Small protocol, version 1: rule E1, Chest pain (emergency), by “chest pain”.",
        "The screener set the lane to emergency (it was routine).",
        f"{cast.bob.name} accepted, 41 s after it was offered.",
        "Call 911 now.", "closed the request: handed over to a clinician or 911.",
        "What the record holds", "Time of contact", "Red-flag words, as said", "“chest pain”", "Reviewer", cast.bob.name,
        "Nobody: no visit was moved or cancelled to make room.", "How they were told", "On this call",
    )  # fmt: skip
    start = 0
    for words in order:
        place = text.find(words, start)
        assert place >= 0, (words, text[start : start + 300])
        start = place


def test_both_sides_of_a_displacement_lead_to_each_other(desk: Desk) -> None:
    cast = desk.universe
    request, moved = displaced(desk)
    assert made_way_for(request) == [moved.pk]
    page = desk.get(cast.alice, "desk:story", request.pk)
    assert reverse("desk:visit-story", args=[moved.pk]) in read(page).links
    assert "It made room for another visit." in said(page)
    assert "Nobody: no visit" not in said(page)
    body = page.content.decode().partition("<main")[2]
    assert "Nilsson" not in body, "the story of one patient names no other"
    other = desk.get(cast.alice, "desk:visit-story", moved.pk)
    for words in (
        cast.alice.name,
        "moved the visit from",
        "Agreed by phone",
        f"Approved by {cast.dan.name}.",
        "made room",
    ):
        assert words in said(other), words
    assert reverse("desk:story", args=[request.pk]) in read(other).links


def test_a_visit_that_was_cancelled_to_make_room_says_for_what(desk: Desk) -> None:
    cast = desk.universe
    dora = cast.book(at(11), request=cast.ready(cast.dora))
    request = cast.ready(cast.ben)
    cancels.cancel(
        visit=dora, why="urgent-need", note="", version=dora.version, key="c", by=cast.alice, now=NOW,
        made_way_for=request.pk,
    )  # fmt: skip
    assert made_way_for(request) == [dora.pk]
    page = desk.get(cast.alice, "desk:visit-story", dora.pk)
    assert reverse("desk:story", args=[request.pk]) in read(page).links


def test_the_story_of_a_visit_tells_what_was_said_to_the_patient(desk: Desk) -> None:
    cast = desk.universe
    visit = cast.book(at(11), request=cast.ready(cast.ben))
    text = said(desk.get(cast.alice, "desk:visit-story", visit.pk))
    assert "A message was written to the patient, ben@mail.example, by e-mail" in text.replace(
        "email", "e-mail"
    )


def test_the_document_has_the_times_and_who_made_way(desk: Desk) -> None:
    cast = desk.universe
    document = json.loads(desk.get(cast.dan, "desk:trail-export", emergency(desk).pk).content)
    times = {one["key"]: one["seconds"] for one in document["times"]}
    assert times == {"identity": 0, "lane": 0, "accepted": 41, "told": 240, "handling": 300}
    assert document["made_way_for_it"] == []
    assert document["story"][0]["text"].endswith("a call.")
    request, moved = displaced(desk)
    document = json.loads(desk.get(cast.dan, "desk:trail-export", request.pk).content)
    assert document["made_way_for_it"] == [moved.pk]


def test_the_pdf_is_one_and_holds_the_story(desk: Desk) -> None:
    cast = desk.universe
    request = emergency(desk)
    answer = desk.get(cast.alice, "desk:story-pdf", request.pk)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="request-{request.pk}-story.pdf"'
    assert answer.content.startswith(b"%PDF-")
    assert b"%%EOF" in answer.content[-32:]


@pytest.mark.parametrize(
    "name",
    ["José Ñandú", "Владимир Іванов", "محمد عبد الله", "שלום כהן", "陈伟", "Nguyễn Thị Ánh", "😀", "อรุณ"],
)
def test_a_name_in_any_script_is_printed(desk: Desk, name: str) -> None:
    cast = desk.universe
    request = cast.ready(cast.newcomer(name, "Díaz"), said=f"Me llamo {name}, ¿qué tal?")
    page = request_story(request, user=cast.alice, now=NOW)
    assert as_pdf(page, exported_by=cast.alice.name).startswith(b"%PDF-")
    assert needs_readers_font(page) is (name == "陈伟")


def test_the_json_and_the_pdf_are_for_those_who_may_export(desk: Desk) -> None:
    request = emergency(desk)
    for door in ("desk:story", "desk:story-pdf"):
        assert desk.get(desk.universe.charlie, door, request.pk).status_code == 404
        assert desk.get(desk.universe.pat, door, request.pk).status_code in (403, 404)
