"""The drawer says why nothing is known of a chain, and who waived what in which role."""

from __future__ import annotations

import pytest

from frontdesk.book.actions import chains
from frontdesk.book.models import Appointment
from frontdesk.book.ports import Link
from tests.desk.support import Answer, Desk, said
from tests.universe import NOW, TODAY, at

pytestmark = pytest.mark.django_db


def drawer(desk: Desk, visit: Appointment) -> Answer:
    return desk.get(desk.universe.bob, "desk:calendar", day=TODAY.isoformat(), visit=visit.pk)


def test_a_visit_from_before_checks_were_kept_says_so(desk: Desk) -> None:
    visit = desk.universe.book(at(11))
    visit.chain.all().delete()
    text = said(drawer(desk, visit))
    assert "This visit was booked before checks were kept." in text
    assert "of 0 pass" not in text


def test_a_waived_link_names_who_waived_it_and_the_role(desk: Desk) -> None:
    cast = desk.universe
    visit = cast.book(at(11))
    link = visit.chain.get(link=Link.REFERRAL)
    chains.waive(link=link, because="The letter was seen on paper", by=cast.dan, now=NOW)
    text = said(drawer(desk, visit))
    assert f"Because: The letter was seen on paper {cast.dan.name}, clinic manager" in text
