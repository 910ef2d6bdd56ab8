"""The request's page from the first minute to its end, as a browser without scripts meets it."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from frontdesk.people.models import Patient
from frontdesk.triage.models import Request
from tests.desk.support import Desk, read, rows, said
from tests.factories.protocol import CHECK_UP, CHEST_PAIN, FEVER

pytestmark = pytest.mark.django_db


def test_a_new_request_takes_up_an_untouched_one_again(desk: Desk) -> None:
    alice = desk.universe.alice
    first = desk.open(alice)
    assert desk.open(alice) == first
    desk.type(alice, first, "said_name", "Ana")
    assert desk.open(alice) != first
    assert Request.objects.count() == 2


def test_somebody_elses_untouched_request_is_left_alone(desk: Desk) -> None:
    assert desk.open(desk.universe.alice) != desk.open(desk.universe.bob)


def test_a_field_saves_as_it_is_typed_and_says_when(desk: Desk) -> None:
    alice = desk.universe.alice
    request = desk.open(alice)
    answer = desk.type(alice, request, "said_name", "Benjamin Okafor")
    assert (answer.status_code, answer["X-Saved-At"]) == (200, "10:00:00")
    assert "<html" not in answer.content.decode()
    assert {"identity", "lane-box", "side-box", "foot", "seen"} <= {
        tag.get("id") for _, tag in read(answer).tags
    }
    request.refresh_from_db()
    assert request.said_name == "Benjamin Okafor"


def test_two_identifiers_bring_the_record_and_one_does_not(desk: Desk) -> None:
    alice, ben = desk.universe.alice, desk.universe.ben
    request = desk.open(alice)
    first = desk.type(alice, request, "said_birth_date", "11/30/1952")
    assert ben.mrn not in said(first)
    second = desk.type(alice, request, "said_phone", "(212) 555-0102")
    assert f"Record {ben.mrn} agrees on" in said(second)
    request.refresh_from_db()
    assert request.patient == ben


def test_a_record_goes_again_when_the_identifiers_stop_agreeing(desk: Desk) -> None:
    alice, ben = desk.universe.alice, desk.universe.ben
    request = desk.universe.request(ben)
    answer = desk.type(alice, request, "said_name", "Somebody Else")
    assert ben.mrn not in said(answer)
    request.refresh_from_db()
    assert request.patient is None


def test_text_that_is_too_long_is_refused_and_changes_nothing(desk: Desk) -> None:
    alice = desk.universe.alice
    request = desk.open(alice)
    desk.type(alice, request, "told", "We will ring back.")
    before = rows()
    answer = desk.type(alice, request, "told", "x" * 2001)
    assert answer.status_code == 422
    assert said(answer) == "Too long: at most 2000 characters fit here. Nothing was changed."
    assert [tag["id"] for _, tag in read(answer).tags if "id" in tag] == ["err-told"]
    assert "X-Saved-At" not in answer.headers
    assert rows() == before


def test_a_call_that_was_cut_off_stands_in_the_strip_after_the_next_log_in(desk: Desk) -> None:
    alice = desk.universe.alice
    request = desk.open(alice)
    for field, value in (("said_name", "Nora Quist"), ("callback", "212-555-0142"), ("words", "My knee")):
        desk.type(alice, request, field, value)
    fresh = desk.log_in(alice)
    page = read(fresh.get(reverse("desk:today")))
    address = reverse("desk:request", args=[request.pk])
    assert address in page.links
    assert "Nora Quist" in page.text
    found = read(fresh.get(address))
    form = found.form(reverse("desk:request-field", args=[request.pk]), holds="said_name")
    assert (form.fields["said_name"], form.fields["callback"]) == ("Nora Quist", "212-555-0142")
    assert found.form(reverse("desk:request-words", args=[request.pk])).fields["words"] == "My knee"


def test_parking_sets_a_call_aside_and_typing_takes_it_up_again(desk: Desk) -> None:
    alice, bob = desk.universe.alice, desk.universe.bob
    request = desk.universe.request(desk.universe.ben)
    answer = desk.post(alice, "desk:request-park", request.pk)
    assert answer["Location"] == reverse("desk:today")
    request.refresh_from_db()
    assert request.parked_by == alice
    assert desk.type(bob, request, "callback", "212-555-0142").status_code == 200
    request.refresh_from_db()
    assert (request.parked_at, request.taken_by) == (None, bob)


def test_a_page_that_only_asks_for_news_gets_none_until_there_is_some(desk: Desk) -> None:
    alice = desk.universe.alice
    request = desk.open(alice)
    page = read(desk.get(alice, "desk:request", request.pk))
    mark = next(here["value"] for _, here in page.tags if here.get("id") == "seen")
    assert desk.get(alice, "desk:request-state", request.pk, mark=mark).status_code == 204
    desk.post(desk.universe.bob, "desk:request-lane", request.pk, lane="urgent", reason="He sounds faint")
    news = desk.get(alice, "desk:request-state", request.pk, mark=mark)
    assert news.status_code == 200
    assert "URGENT" in said(news)


def test_words_are_screened_as_they_are_typed(desk: Desk) -> None:
    alice = desk.universe.alice
    request = desk.open(alice)
    assert "URGENT" not in said(desk.type(alice, request, "words", "I have a fe"))
    assert "URGENT" in said(desk.type(alice, request, "words", FEVER))


def test_words_that_are_stored_are_shown_as_text_with_what_met_a_rule_marked(desk: Desk) -> None:
    alice = desk.universe.alice
    request = desk.open(alice)
    answer = desk.post(alice, "desk:request-words", request.pk, words=f"<b>{CHEST_PAIN}</b>")
    assert answer.status_code == 302
    html = desk.get(alice, "desk:request", request.pk).content.decode()
    assert "<mark>chest pain</mark>" in html
    assert "&lt;b&gt;" in html


def test_no_words_are_not_stored(desk: Desk) -> None:
    request = desk.open(desk.universe.alice)
    answer = desk.post(desk.universe.alice, "desk:request-words", request.pk, words=" \x00 ")
    assert answer.status_code == 422
    assert "There are no words to keep yet." in said(answer)


def test_of_two_records_that_agree_the_clerk_chooses_one(desk: Desk) -> None:
    cast = desk.universe
    twin = cast.newcomer("Benjamin", "Okafor", born=cast.ben.birth_date or cast.ben.created_at.date())
    request = cast.request()
    desk.type(cast.alice, request, "said_name", "Benjamin Okafor")
    answer = desk.type(cast.alice, request, "said_birth_date", "11/30/1952")
    assert "Which record?" in said(answer)
    choices = re.findall(r'name="patient" value="(\d+)"', answer.content.decode())
    assert {int(one) for one in choices} == {cast.ben.pk, twin.pk}
    assert desk.post(cast.alice, "desk:request-patient", request.pk, patient=twin.pk).status_code == 302
    request.refresh_from_db()
    assert request.patient == twin


def test_a_new_record_is_started_from_the_request(desk: Desk) -> None:
    alice = desk.universe.alice
    request = desk.open(alice)
    desk.type(alice, request, "said_name", "Nora Quist")
    page = read(desk.type(alice, request, "said_birth_date", "05/06/1971"))
    form = page.form(reverse("desk:request-record", args=[request.pk]))
    assert (form.fields["given"], form.fields["family"]) == ("Nora", "Quist")
    wrong = desk.browser(alice).post(form.action, {**form.fields, "email": "nora at home"})
    assert wrong.status_code == 422
    assert "This is not an e-mail address." in said(wrong)
    assert not Patient.objects.filter(family="Quist").exists()
    assert desk.browser(alice).post(form.action, {**form.fields, "language": "es"}).status_code == 302
    request.refresh_from_db()
    assert request.patient is not None
    assert (request.patient.name, request.patient.language) == ("Nora Quist", "es")


def test_it_cannot_be_closed_while_something_is_missing_and_the_page_says_what(desk: Desk) -> None:
    alice = desk.universe.alice
    request = desk.open(alice)
    desk.type(alice, request, "words", CHECK_UP)
    answer = desk.post(alice, "desk:request-close", request.pk, outcome="answered")
    assert answer.status_code == 409
    for missing in ("Two identifiers", "Callback", "Kind of request", "What the caller was told"):
        assert re.search(f"Before this request can be closed: .*{missing}", said(answer)), missing
    request.refresh_from_db()
    assert request.is_open


def test_it_closes_when_nothing_is_missing_and_takes_no_more(desk: Desk) -> None:
    alice = desk.universe.alice
    request = desk.universe.ready()
    desk.type(alice, request, "told", "Forms are sent by post.")
    unsaid = desk.post(alice, "desk:request-close", request.pk, outcome="")
    assert "How it ended" in said(unsaid)
    booked = desk.post(alice, "desk:request-close", request.pk, outcome="booked")
    assert "No visit was booked for this request" in said(booked)
    answer = desk.post(alice, "desk:request-close", request.pk, outcome="answered")
    assert answer["Location"] == reverse("desk:trail", args=[request.pk])
    late = desk.type(alice, request, "told", "Something else.")
    assert (late.status_code, late["X-Refused"]) == (409, "REQUEST_CLOSED")
    assert request.pk not in {one.pk for one in Request.objects.open()}
    assert "This request is closed." in said(desk.get(alice, "desk:request", request.pk))


def test_the_list_shows_open_requests_by_lane_and_closed_ones_apart(desk: Desk) -> None:
    cast = desk.universe
    routine = cast.ready(cast.dora)
    grave = cast.ready(cast.ben, said=CHEST_PAIN)
    text = said(desk.get(cast.alice, "desk:requests"))
    assert text.index("Okafor, Benjamin") < text.index("Nilsson, Dora")
    desk.type(cast.alice, routine, "told", "Done.")
    desk.post(cast.alice, "desk:request-close", routine.pk, outcome="answered")
    rows_of = {
        show: read(desk.get(cast.alice, "desk:requests", show=show)).links for show in ("open", "closed")
    }
    for show, one in (("open", grave), ("closed", routine)):
        assert reverse("desk:request", args=[one.pk]) in rows_of[show]
    assert reverse("desk:request", args=[routine.pk]) not in rows_of["open"]
