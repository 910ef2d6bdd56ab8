"""The mark by which an open request page learns that something has happened."""

from __future__ import annotations

import pytest

from frontdesk.desk.pages.request_page import RequestPage
from frontdesk.triage.actions import requests
from frontdesk.triage.models import Request
from tests.universe import NOW, Universe

pytestmark = pytest.mark.django_db


def test_what_is_written_down_while_a_page_is_being_made_changes_the_next_mark(universe: Universe) -> None:
    pk = universe.ready().pk
    row = Request.objects.with_mark().get(pk=pk)
    requests.park(request=row, by=universe.alice, now=NOW)
    page = RequestPage(row, user=universe.alice, now=NOW)
    after = RequestPage(Request.objects.with_mark().get(pk=pk), user=universe.alice, now=NOW)
    assert int(after.mark) > int(page.mark) > 0


def test_another_requests_entries_leave_it_alone(universe: Universe) -> None:
    row = Request.objects.with_mark().get(pk=universe.ready().pk)
    universe.ready(universe.dora)
    again = Request.objects.with_mark().get(pk=row.pk)
    assert (
        RequestPage(row, user=universe.alice, now=NOW).mark
        == RequestPage(again, user=universe.alice, now=NOW).mark
    )
