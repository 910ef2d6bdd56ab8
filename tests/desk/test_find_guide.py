"""The guide on find-a-time: one question after another, a suggestion, and a reason for another choice."""

from __future__ import annotations

from typing import Any

import pytest

from frontdesk.book.models import Hold
from frontdesk.clinic.models import KnowledgeCard, VisitType
from frontdesk.daybook.models import Entry
from frontdesk.triage.models import Request
from tests.desk.support import Answer, Desk, offers, said
from tests.factories.settings import guide
from tests.universe import NOW, TODAY

pytestmark = pytest.mark.django_db


def look(desk: Desk, request: Request, **asked: Any) -> Answer:
    return desk.get(desk.universe.alice, "desk:find", request.pk, **asked)


def hold_first_of(desk: Desk, page: Answer) -> Answer:
    form = offers(page)[0]
    return desk.browser(desk.universe.alice).post(form.action, form.fields, follow=True)


@pytest.fixture
def request_(desk: Desk) -> Request:
    guide(desk.universe)
    return desk.universe.ready()


def test_the_questions_come_one_by_one(desk: Desk, request_: Request) -> None:
    assert "Ask the questions of" in said(look(desk, request_))
    first = said(look(desk, request_, guide="primary"))
    assert "Is it new, or worse since yesterday?" in first and "Must somebody examine you?" not in first
    second = said(look(desk, request_, guide="primary", said="worse:no"))
    assert "Must somebody examine you?" in second
    last = said(look(desk, request_, guide="primary", said=["worse:no", "touch:yes"]))
    assert "Follow-up. It is known, stable, and has to be looked at." in last
    assert "Take this type" in last


def test_where_no_type_follows_it_says_so(desk: Desk, request_: Request) -> None:
    words = said(look(desk, request_, guide="primary", said=["worse:no", "touch:unsure"]))
    assert "No visit type follows. A nurse decides who must be examined." in words


def test_the_suggested_type_asks_no_reason(desk: Desk, request_: Request) -> None:
    page = look(desk, request_, guide="primary", said="worse:yes", visit_type="same-day")
    assert "Why another" not in said(page)
    assert "Held for you until" in said(hold_first_of(desk, page))
    assert not Entry.objects.filter(kind="VisitTypeChosen").exists()


def test_another_type_needs_a_reason_which_is_kept(desk: Desk, request_: Request) -> None:
    asked = {"guide": "primary", "said": "worse:yes", "visit_type": "follow-up"}
    page = look(desk, request_, **asked)
    assert "The guide suggests Same-day visit : What is new or worse is seen today." in said(page)
    refused = hold_first_of(desk, page)
    assert "Say why it is another visit type than the guide suggests, and hold again." in said(refused)
    assert not Hold.objects.exists()

    page = look(desk, request_, **asked, because="patient-asks")
    for _ in range(2):
        assert "Held for you until" in said(hold_first_of(desk, page))
    entry = Entry.objects.get(kind="VisitTypeChosen")
    assert (entry.reason, entry.actor) == ("The patient asks for it", desk.universe.alice)
    assert entry.facts == {"request_id": request_.pk, "suggested": "Same-day visit", "chosen": "Follow-up"}


def test_what_to_know_of_the_type(desk: Desk) -> None:
    cast = desk.universe
    card = KnowledgeCard.objects.create(
        title="Ask for the card", body="Insurance card at each visit.", review_on=TODAY, written_at=NOW,
        written_by=cast.dan,
    )  # fmt: skip
    card.visit_types.set([cast.follow_up])
    VisitType.objects.filter(pk=cast.follow_up.pk).update(
        code_hints=[["CPT", "99213", "Established, low"]], prep_text="Bring all your medicines."
    )
    words = said(look(desk, cast.ready(), visit_type="follow-up"))
    for told in ("Know this", "Insurance card at each visit.", "CPT 99213", "Bring all your medicines."):
        assert told in words
    assert "Know this" not in said(look(desk, cast.ready(cast.dora), visit_type="same-day"))
