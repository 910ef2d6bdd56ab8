"""The report page: who sees it, and that it does not mislead."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from frontdesk.accounts.permissions import Permission, Role
from frontdesk.people.models import Patient
from tests.factories.staff import user
from tests.insight.test_no_shows import keep, visits

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(user("rosa", Role.MANAGER))
    return client


def page(client: Client, **query: str) -> str:
    answer = client.get(reverse("desk:reports"), query)
    assert answer.status_code == 200
    return answer.content.decode()


def words(html: str) -> str:
    """What a reader reads, on one line."""
    main = html[html.index("<main") :]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", main)))


@pytest.mark.parametrize("role", Role)
def test_only_those_who_may_see_reports(client: Client, role: Role) -> None:
    person = user("sam", role)
    client.force_login(person)
    expected = 200 if person.may(Permission.SEE_REPORTS) else 403
    assert client.get(reverse("desk:reports")).status_code == expected


def test_nobody_is_sent_to_log_in(client: Client) -> None:
    assert client.get(reverse("desk:reports")).status_code == 302


def test_without_history_it_says_how_to_bring_some_in(manager: Client) -> None:
    html = page(manager)
    assert "No history is in yet" in html
    assert 'class="chart"' not in html


def test_each_figure_has_its_denominator(manager: Client) -> None:
    keep(visits(1200, lead=0, missed=60), visits(10, lead=20, missed=3))
    said = words(page(manager))
    assert "5.21 % of all visits were missed: 63 of 1,210." in said
    assert "same day 1,200 60 5.0 %" in said
    assert "15–30 days 10 3 30.0 %" in said
    assert "No visit of this source is marked as reminded, so there is nothing to compare." in said


def test_a_raw_split_that_misleads_is_explained_and_split_by_lead(manager: Client) -> None:
    keep(
        visits(90, lead=0, missed=5),
        visits(10, lead=20, missed=5),
        visits(50, lead=20, missed=20, reminded=True),
    )
    html = page(manager)
    said = words(html)
    assert (
        "Of visits booked 3 days ahead or more, 40.0 % were missed with a reminder and 50.0 % without."
        in said
    )
    assert (
        "Over all leads, 40.0 % of the reminded visits were missed (50 visits) and 10.0 % of the others"
        in said
    )
    assert "look harmful there only because they went to visits booked long ahead" in said
    assert "Nobody was reminded of a visit booked less than 20 days ahead; 90.0 % of the visits" in said
    assert "15–30 days 40.0 % 20 of 50 50.0 % 5 of 10 −10.0" in said
    assert html.count("<rect") == 2 + 3


def test_a_raw_split_that_agrees_is_not_called_misleading(manager: Client) -> None:
    keep(visits(10, lead=20, missed=5), visits(10, lead=20, missed=2, reminded=True))
    said = words(page(manager))
    assert "misleads" not in said
    assert "Compare within a lead" in said


def test_another_source_can_be_chosen_and_is_named(manager: Client) -> None:
    keep(visits(5, lead=1), source="large")
    keep(visits(2, lead=1, missed=2), source="small")
    assert "History from large: 5 visits" in words(page(manager))
    assert "100.00 % of all visits were missed: 2 of 2." in words(page(manager, source="small"))


@pytest.mark.parametrize("source", ["nowhere", "", "\x00", "x" * 10_000, "' OR 1=1", "\u202e😀"])
def test_a_source_that_is_not_here_is_not_found(manager: Client, source: str) -> None:
    keep(visits(1, lead=1))
    assert manager.get(reverse("desk:reports"), {"source": source}).status_code == 404


def test_sums_only_no_patient_on_the_page(manager: Client) -> None:
    keep(visits(3, lead=1))
    html = page(manager)
    for mrn in Patient.objects.values_list("mrn", flat=True):
        assert mrn not in html


def test_the_picture_has_no_inline_style_and_a_table_beside_it(manager: Client) -> None:
    keep(visits(3, lead=1), visits(3, lead=9, reminded=True))
    html = page(manager)
    assert html.count('class="chart"') == html.count("<table") == 2
    assert "style=" not in html[html.index("<main") :]
