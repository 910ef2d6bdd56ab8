"""Closing a request as the same matter as another: the clerk says which one goes on, by a plain form."""

from __future__ import annotations

import pytest
from django.urls import reverse

from frontdesk.triage.actions import requests
from frontdesk.triage.models import Request
from tests.desk.support import Desk, Page, read, said
from tests.factories.protocol import CHECK_UP
from tests.universe import NOW, Universe

pytestmark = pytest.mark.django_db
SAME = "Same matter as another request"


def page_of(desk: Desk, request: Request) -> Page:
    return read(desk.get(desk.universe.alice, "desk:request", request.pk))


def the_same_twice(universe: Universe) -> tuple[Request, Request]:
    first = universe.ready(universe.ben, said=CHECK_UP)
    return first, universe.ready(universe.ben, said="Me again, about the check-up.")


def test_it_is_offered_only_where_another_request_of_the_patient_is_open(desk: Desk) -> None:
    cast = desk.universe
    first = cast.ready(cast.ben)
    assert SAME not in page_of(desk, first).text
    cast.ready(cast.dora)
    assert SAME not in page_of(desk, first).text
    second = cast.ready(cast.ben)
    for one, other in ((first, second), (second, first)):
        page = page_of(desk, one)
        assert SAME in page.text
        assert f"Number {other.pk}, began 10:00: Symptom, with Alice Alden" in page.text
    form = page.form(reverse("desk:request-close", args=[second.pk]))
    assert form.fields["same_as"] == "", "Nothing is chosen for the clerk."


def test_a_caller_without_a_record_is_known_by_name_or_number(desk: Desk) -> None:
    cast = desk.universe
    mine = cast.ready(cast.ben)  # with the callback 212-555-0142
    given = (("callback", "(212) 555-0142"), ("said_name", cast.ben.name), ("callback", "1"))
    by_number, by_name, nobody = (
        requests.save_field(request=cast.request(), field=field, value=value, by=cast.alice, now=NOW)
        for field, value in given
    )
    text = page_of(desk, mine).text
    assert f"Number {by_number.pk}," in text
    assert f"Number {by_name.pk}," in text
    assert f"Number {nobody.pk}," not in text


def test_which_one_goes_on_must_be_said_and_what_was_chosen_stays(desk: Desk) -> None:
    alice, (_, second) = desk.universe.alice, the_same_twice(desk.universe)
    answer = desk.post(alice, "desk:request-close", second.pk, outcome="duplicate", same_as="")
    assert answer.status_code == 409
    assert "Say which request it is the same as: that one goes on." in said(answer)
    assert read(answer).form(reverse("desk:request-close", args=[second.pk])).fields["outcome"] == "duplicate"
    assert Request.objects.get(pk=second.pk).is_open


def test_the_words_go_over_and_the_clerk_stands_at_the_one_that_goes_on(desk: Desk) -> None:
    alice, (first, second) = desk.universe.alice, the_same_twice(desk.universe)
    answer = desk.post(alice, "desk:request-close", second.pk, outcome="duplicate", same_as=str(first.pk))
    assert answer["Location"] == reverse("desk:request", args=[first.pk])
    ended = Request.objects.get(pk=second.pk)
    assert (ended.same_as, ended.outcome, ended.closed_by) == (first, "duplicate", alice)
    page = page_of(desk, first)
    assert "Me again, about the check-up." in page.text
    assert f"Request {second.pk} is closed. It goes on here." in page.text


def test_another_patient_s_request_or_one_that_is_not_seen_is_refused(desk: Desk) -> None:
    cast = desk.universe
    mine, hers = cast.ready(cast.ben), cast.ready(cast.dora)
    hidden = cast.ready(cast.ben, by=cast.bob)
    Request.objects.filter(pk=hidden.pk).update(restricted=True)
    desk.type(cast.alice, mine, "told", "We ring you")
    for other in (hers.pk, hidden.pk, mine.pk, "x"):
        answer = desk.post(cast.alice, "desk:request-close", mine.pk, outcome="duplicate", same_as=other)
        assert answer.status_code == 409
        assert Request.objects.get(pk=mine.pk).is_open
