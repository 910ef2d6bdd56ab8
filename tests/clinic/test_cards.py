"""Knowledge cards."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from frontdesk.clinic.actions import cards
from frontdesk.clinic.models import KnowledgeCard
from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from tests.universe import NOW, TODAY, Universe

pytestmark = pytest.mark.django_db


def write(cast: Universe, card: KnowledgeCard | None = None, **fields: Any) -> KnowledgeCard:
    whole: dict[str, Any] = {
        "title": "Northwind HMO: referrals", "body": "A referral is needed.\nRing 212-555-0190.",
        "payers": ["Northwind HMO", " ", "Northwind HMO"], "visit_types": ["skin-check"],
        "review_on": TODAY + timedelta(days=90), "by": cast.dan,
    } | fields  # fmt: skip
    return cards.write_card(card=card, now=NOW, **whole)


def test_a_card_is_written_and_written_anew(universe: Universe) -> None:
    card = write(universe)
    assert (card.payers, card.written_by) == (["Northwind HMO"], universe.dan)
    assert [one.code for one in card.visit_types.all()] == ["skin-check"]
    again = write(universe, card, title="Northwind: referrals", visit_types=[], by=universe.carol)
    assert (again.pk, again.title, again.written_by) == (card.pk, "Northwind: referrals", universe.carol)
    assert not again.visit_types.exists()
    told = Entry.objects.filter(kind="CardWritten").order_by("pk")
    assert [one.facts["is_new"] for one in told] == [True, False]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"body": ""}, "body"),
        ({"body": "x" * 4001}, "body"),
        ({"payers": ["x" * 61]}, "payers"),
        ({"payers": [f"Payer {number}" for number in range(21)]}, "payers"),
        ({"visit_types": ["spa"]}, "visit_types"),
        ({"review_on": TODAY}, "review_on"),
        ({"review_on": date.max}, "review_on"),
    ],
)
def test_what_makes_no_card_is_refused(fields: dict[str, Any], field: str, universe: Universe) -> None:
    with pytest.raises(BadValue) as refused:
        write(universe, **fields)
    assert refused.value.field == field
    assert not KnowledgeCard.objects.exists()


def test_a_retired_card_is_out_of_use(universe: Universe) -> None:
    card = write(universe)
    assert not cards.retire_card(card=card, by=universe.dan, now=NOW).active
    with pytest.raises(Refused, match="retired"):
        write(universe, card)
    with pytest.raises(Refused, match="retired"):
        cards.retire_card(card=card, by=universe.dan, now=NOW)


def test_who_may_not(universe: Universe) -> None:
    card = write(universe)
    with pytest.raises(NotAllowed):
        write(universe, by=universe.bob)
    with pytest.raises(NotAllowed):
        cards.retire_card(card=card, by=universe.alice, now=NOW)
