"""One patient at a glance: next visits, open requests and open work in one card."""

from __future__ import annotations

from datetime import timedelta

from frontdesk.desk.pages.glance import glance, open_items
from frontdesk.triage.actions import calls
from tests.desk.support import Desk, said
from tests.desk.work_scene import task
from tests.factories.protocol import FEVER, SELF_HARM
from tests.universe import NOW, at


def test_the_record_and_the_request_show_it_in_one_card(desk: Desk) -> None:
    cast = desk.universe
    cast.book(at(15), request=cast.ready(cast.ben))
    other = cast.ready(cast.ben, said=FEVER)
    here = cast.ready(cast.ben)
    calls.drop(request=here, by=cast.alice, now=NOW)
    one = task(cast, "Tell Ben of his visit")
    page = said(desk.get(cast.alice, "desk:patient", cast.ben.pk))
    words = page.partition("At a glance")[2].partition("Facts")[0]
    for part in ("15:00", "Fever", "Tell Ben of his visit", "The line was lost"):
        assert part in words, part
    found = glance(cast.ben, user=cast.alice, now=NOW, but=here)
    assert other in found.requests and here not in found.requests
    assert {row.title for row in found.tasks} == {"Fever", "Tell Ben of his visit"}, (
        "Not what the page is about."
    )
    assert "Open requests besides this one" in said(desk.get(cast.alice, "desk:request", here.pk))
    assert f"/tasks/{one.pk}/" in desk.get(cast.alice, "desk:request", here.pk).content.decode()


def test_nothing_that_the_reader_may_not_see_is_in_it(desk: Desk) -> None:
    cast = desk.universe
    cast.ready(cast.dora, said=SELF_HARM, by=cast.bob)
    assert glance(cast.dora, user=cast.bob, now=NOW).requests
    for who in (cast.alice, cast.charlie):
        found = glance(cast.dora, user=who, now=NOW)
        assert (list(found.requests), list(found.tasks)) == ([], [])
        assert open_items([cast.dora], user=who)[cast.dora.pk] == 0


def test_the_search_counts_what_is_open(desk: Desk) -> None:
    cast = desk.universe
    cast.ready(cast.ben, said=FEVER)
    task(cast, "Tell Ben of his visit")
    assert open_items([cast.ben, cast.dora], user=cast.alice) == {cast.ben.pk: 2}
    desk.post(cast.alice, "desk:patients", q="okafor")
    page = desk.get(cast.alice, "desk:patients").content.decode()
    assert '<td data-label="Open"><b>2</b></td>' in page
    assert glance(cast.ben, user=cast.alice, now=NOW + timedelta(days=400)).visits == []
