"""The boxes of the request page: offers, the call log, papers, and what to say to somebody who is upset."""

from __future__ import annotations

import pytest
from django.urls import reverse

from frontdesk.daybook.models import Entry
from frontdesk.triage.actions import contacts
from frontdesk.triage.models import Alternative, Contact, Request
from tests.desk.support import Desk, read, rows, said
from tests.factories.protocol import CHEST_PAIN
from tests.universe import NOW, at

pytestmark = pytest.mark.django_db


def test_an_offer_is_written_down_by_hand_and_by_one_button(desk: Desk) -> None:
    cast = desk.universe
    request = cast.ready(kind="paperwork", said="I need this form today")
    url = reverse("desk:request-offer", args=[request.pk])
    page = read(desk.get(cast.alice, "desk:request", request.pk))
    form = page.form(url)
    quick = [tag["value"] for name, tag in page.tags if name == "button" and tag.get("name") == "quick"]
    assert quick[0] == "Form left here, ready for pick-up in 3 working days"
    desk.browser(cast.alice).post(url, {**form.fields, "quick": quick[0], "taken": "yes"})
    desk.browser(cast.alice).post(url, {**form.fields, "offer": "A nurse visit on Monday"})
    assert list(Alternative.objects.values_list("words", "taken")) == [
        (quick[0], True), ("A nurse visit on Monday", False),
    ]  # fmt: skip
    text = said(desk.get(cast.alice, "desk:request", request.pk))
    assert "A nurse visit on Monday Not taken 10:00, Alice Alden" in text
    assert "Offered instead: A nurse visit on Monday" in said(desk.get(cast.alice, "desk:trail", request.pk))


def test_an_empty_offer_is_refused_with_a_sentence(desk: Desk) -> None:
    cast = desk.universe
    answer = desk.post(cast.alice, "desk:request-offer", cast.ready().pk, offer=" ")
    assert (answer.status_code, "Say what was offered." in said(answer)) == (422, True)


def test_a_call_is_logged_and_stands_on_the_patients_page(desk: Desk) -> None:
    cast = desk.universe
    request = cast.ready()
    url = reverse("desk:request-contact", args=[request.pk])
    form = read(desk.get(cast.alice, "desk:request", request.pk)).form(url)
    assert form.fields["how"] == "phone_out"
    answer = desk.browser(cast.alice).post(
        url, {**form.fields, "end": "left_message", "began": "09:42"}, follow=True
    )
    assert "We called : left a minimal message" in said(answer)
    one = Contact.objects.get()
    assert (one.began_at, one.patient, one.by) == (at(9, 42), cast.ben, cast.alice)
    assert "Left a minimal message" in said(desk.get(cast.alice, "desk:patient", cast.ben.pk))


def test_a_refused_call_keeps_what_was_typed(desk: Desk) -> None:
    cast = desk.universe
    request = cast.ready()
    sent = {"how": "phone_in", "end": "reached", "said": "", "began": "09:50"}
    answer = desk.post(cast.alice, "desk:request-contact", request.pk, **sent)
    assert (answer.status_code, "write down in a few words" in said(answer)) == (422, True)
    fields = read(answer).form(reverse("desk:request-contact", args=[request.pk])).fields
    assert (fields["how"], fields["end"], fields["began"]) == ("phone_in", "reached", "09:50")
    ahead = desk.post(
        cast.alice, "desk:request-contact", request.pk, **{**sent, "said": "x", "began": "11:00"}
    )
    assert "still ahead" in said(ahead)


def test_calls_about_a_closed_request_may_still_be_logged(desk: Desk) -> None:
    cast = desk.universe
    request = cast.ready()
    Request.objects.filter(pk=request.pk).update(closed_at=NOW, closed_by=cast.alice)
    contacts.log(request=request, how="phone_out", end="not_reached", by=cast.alice, now=NOW)
    page = read(desk.get(cast.alice, "desk:request", request.pk))
    assert list(page.forms_to(reverse("desk:request-contact", args=[request.pk])))
    assert not list(page.forms_to(reverse("desk:request-offer", args=[request.pk])))


def test_papers_have_their_script_and_say_what_is_refused(desk: Desk) -> None:
    cast = desk.universe
    cast.use_starter()
    page = desk.get(cast.alice, "desk:request", cast.ready(kind="paperwork", said="I need a form signed").pk)
    text = said(page)
    for words in (
        "Papers wanted today", "kept for people who are ill", "Entiendo que esto es importante",
        "Papers have open time only",
    ):  # fmt: skip
        assert words in text
    assert "Papers wanted today" not in said(desk.get(cast.alice, "desk:request", cast.ready(cast.dora).pk))


@pytest.mark.parametrize("words", ["I have been waiting for an hour!!", CHEST_PAIN])
def test_what_to_say_to_somebody_who_is_upset_is_read_and_never_stored(desk: Desk, words: str) -> None:
    cast = desk.universe
    cast.use_starter()
    request = cast.request()
    text = said(desk.get(cast.alice, "desk:request", request.pk))
    order = [
        text.index(part) for part in ("I hear you.", "tell me what happened", "This is the rule that I keep")
    ]
    assert order == sorted(order)
    assert "Le escucho." in text
    assert "Next: Two identifiers Nothing goes past the first minute" in text
    before = rows()
    for step in ("acknowledge", "facts", "rule"):
        answer = desk.post(cast.alice, "desk:request-step", request.pk, step=step, answer=words)
        assert answer.status_code == 302
    assert rows() == before
    assert not Entry.objects.filter(kind="StepStamped").exists()


def test_there_is_no_field_for_anger(desk: Desk) -> None:
    names = {field.name for model in (Request, Contact, Alternative) for field in model._meta.get_fields()}
    assert not names & {"angry", "anger", "upset", "emotion", "mood", "tone", "loud", "priority"}
    cast = desk.universe
    for field in ("angry", "upset", "priority"):
        assert desk.type(cast.alice, cast.request(), field, "yes").status_code == 422


def test_a_booked_visit_says_how_long_it_lasts_and_when_to_be_here(desk: Desk) -> None:
    cast = desk.universe
    request = cast.ready()
    cast.book(at(15), request=request)
    text = said(desk.get(cast.alice, "desk:request", request.pk))
    assert "It lasts 30 minutes. Be here at 14:45, 15 minutes before." in text
