"""The board: parked calls, calls that were cut off, messages, what is escalated; and the same order for everybody."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from frontdesk.daybook.facts import System
from frontdesk.desk.pages.queue_asked import SHOWS, Wanted
from frontdesk.desk.pages.queues import in_order, queue_page
from frontdesk.triage.actions import calls, requests, walk_ins
from frontdesk.triage.actions.intake import receive
from frontdesk.triage.models import Request, WalkIn
from frontdesk.work.actions.breaches import escalate_overdue
from frontdesk.work.actions.handing import assign
from frontdesk.work.actions.tasks import claim
from frontdesk.work.engine.order import Place, key
from frontdesk.work.models import Queue, Task
from tests.desk.support import Answer, Desk, read, said
from tests.desk.test_queues import rows
from tests.desk.work_scene import task
from tests.factories.protocol import CHECK_UP, CHEST_PAIN, FEVER
from tests.universe import NOW, Universe
from tests.work.kit import rule


def shows(answer: Answer) -> dict[str, str]:
    nav = answer.content.decode().partition('aria-label="Only these">')[2].partition("</nav>")[0]
    return dict(re.findall(r">([^<>]+) <span>(\d+)</span>", nav))


def message(cast: Universe, text: str = CHECK_UP) -> Request:
    return receive(
        channel="email", text=text, site=cast.main, by=System("message intake"), now=NOW, patient=cast.ben
    )


def parked(cast: Universe, said_words: str = CHECK_UP, *, minutes: int = 3) -> Request:
    request = cast.ready(cast.ben, said=said_words)
    return requests.park(request=request, by=cast.alice, now=NOW - timedelta(minutes=minutes))


def test_parked_calls_stand_on_it_the_gravest_first_and_are_taken_up_again(desk: Desk) -> None:
    cast = desk.universe
    calm, grave = parked(cast, minutes=9), parked(cast, FEVER)
    page = desk.get(cast.bob, "desk:queues")
    found = re.findall(r'data-row="call-(\d+)"', page.content.decode())
    assert found == [str(grave.pk), str(calm.pk)]
    assert "Parked calls: 2" in said(page) and shows(page)["Parked calls"] == "2"
    answer = desk.post(cast.bob, "desk:request-take", calm.pk)
    assert answer["Location"] == f"/requests/{calm.pk}/"
    calm.refresh_from_db()
    assert (calm.parked_at, calm.taken_by) == (None, cast.bob)
    assert "Parked calls: 1" in said(desk.get(cast.bob, "desk:queues"))


def test_parked_calls_of_another_site_or_a_restricted_one_are_not_there(desk: Desk) -> None:
    cast = desk.universe
    parked(cast)
    assert "Parked calls" not in said(desk.get(cast.charlie, "desk:queues"))
    assert "Take over" not in said(desk.get(cast.carol, "desk:queues")), "A provider takes no calls."


def test_a_call_that_was_cut_off_is_called_back_from_the_board(desk: Desk) -> None:
    cast = desk.universe
    request = cast.ready(cast.ben)
    desk.post(cast.alice, "desk:request-drop", request.pk)
    page = desk.get(cast.bob, "desk:queues", show="dropped")
    (pk,) = rows(page)
    assert "Call back: 212-555-0142" in said(page) and "The line was lost" in said(page)
    desk.post(cast.bob, "desk:task-done", pk, outcome="not_reached")
    assert "Take the request first" in said(desk.get(cast.bob, "desk:queues"))
    desk.post(cast.bob, "desk:request-take", request.pk)
    assert rows(desk.get(cast.bob, "desk:queues", show="dropped")) == []
    assert Request.objects.get(pk=request.pk).taken_by == cast.bob


def test_a_message_is_taken_from_the_board_and_ends_with_its_record(desk: Desk) -> None:
    cast = desk.universe
    request = message(cast)
    page = desk.get(cast.alice, "desk:queues", show="unread")
    (pk,) = rows(page)
    assert f"/requests/{request.pk}/take/" in {form.action for form in read(page).forms}
    desk.post(cast.alice, "desk:task-done", pk, outcome="reached")
    assert Task.objects.get(pk=pk).done_at is None
    desk.post(cast.alice, "desk:request-take", request.pk)
    assert Task.objects.get(pk=pk).owner == cast.alice
    again = desk.post(cast.bob, "desk:request-take", request.pk)
    assert again.status_code == 302
    assert "Alice Alden has taken this request already." in said(desk.get(cast.bob, "desk:queues"))


def test_a_question_about_a_result_is_not_offered_to_a_scheduler(desk: Desk) -> None:
    cast = desk.universe
    request = message(cast, "Are my lab results in?")
    assert "/take/" not in desk.get(cast.alice, "desk:queues", show="unread").content.decode()
    refused = desk.post(cast.alice, "desk:request-take", request.pk)
    assert refused.status_code == 403 and "does not work in Results" in said(refused)
    assert "/take/" in desk.get(cast.bob, "desk:queues", show="unread").content.decode()


def test_each_part_of_it_has_its_count_and_leads_to_it_and_back(desk: Desk) -> None:
    cast = desk.universe
    late = task(cast, "Late", due=-90)
    task(cast, "Later")
    cast.ready(cast.ana, said=FEVER)
    message(cast)
    escalate_overdue(by=System("work clock"), now=NOW)
    page = desk.get(cast.bob, "desk:queues")
    assert shows(page) == {
        "Overdue": "1",
        "Not accepted yet": "1",
        "Messages nobody has": "1",
        "Escalated": "1",
    }
    assert rows(desk.get(cast.bob, "desk:queues", show="overdue")) == [late.pk]
    only = desk.get(cast.bob, "desk:queues", show="escalated", queue="contact")
    assert rows(only) == [late.pk]
    assert "/queues/?queue=contact" in read(only).links, "The way back to everything."
    for show in SHOWS:
        assert desk.get(cast.bob, "desk:queues", show=show).status_code == 200


def test_a_breach_says_before_whom_it_came(desk: Desk) -> None:
    cast = desk.universe
    task(cast, "Late", due=-90)
    rule(cast, Queue.CONTACT, owner=cast.dan)
    escalate_overdue(by=System("work clock"), now=NOW)
    assert "Before Dan Dlden" in said(desk.get(cast.alice, "desk:queues"))


def test_one_of_several_sites_is_chosen(desk: Desk) -> None:
    cast = desk.universe
    task(cast, "At Main Street")
    assert 'id="board-site"' not in desk.get(cast.alice, "desk:queues").content.decode(), "She has one."
    page = desk.get(cast.dan, "desk:queues")
    assert 'id="board-site"' in page.content.decode()
    assert rows(desk.get(cast.dan, "desk:queues", site="harbor")) == []
    assert len(rows(desk.get(cast.dan, "desk:queues", site="main", queue="contact"))) == 1
    assert len(rows(desk.get(cast.dan, "desk:queues", site="nowhere"))) == 1


def test_a_queue_for_which_nobody_answers_says_so(desk: Desk) -> None:
    cast = desk.universe
    page = desk.get(cast.alice, "desk:queues", queue="contact")
    assert "Nobody answers for Tell the patient." in said(page)
    assert "Say who does" in said(desk.get(cast.dan, "desk:queues", queue="contact"))
    rule(cast, Queue.CONTACT, owner=cast.dan)
    assert "Nobody answers for Tell the patient." not in said(
        desk.get(cast.alice, "desk:queues", queue="contact")
    )


def test_the_menu_of_a_row_offers_what_may_be_done(desk: Desk) -> None:
    cast = desk.universe
    mine = claim(task=task(cast, "Mine"), by=cast.alice, now=NOW)
    task(cast, "Twin")
    handoff = cast.ready(cast.ana, said=CHEST_PAIN).handoffs.get()
    page = read(desk.get(cast.alice, "desk:queues"))
    assert f"/tasks/{mine.pk}/?page=1#give" in page.links and f"/tasks/{mine.pk}/?page=1#back" in page.links
    assert "1 more of this patient" in page.text
    own = Task.objects.get(about_kind="handoff", about_ref=handoff.pk)
    assert not [link for link in page.links if link.startswith(f"/tasks/{own.pk}/")], (
        "It is accepted, not given."
    )


def test_a_note_of_whoever_handed_it_over_is_read_on_the_row(desk: Desk) -> None:
    cast = desk.universe
    assign(task=task(cast, "Call"), to=cast.bob, by=cast.alice, now=NOW, note="Try after three")
    assert "Note: Try after three" in said(desk.get(cast.bob, "desk:queues", mine="1"))


def at_the_counter(cast: Universe, tier: int | None, words: str) -> Request:
    opened = requests.open_request(site=cast.main, by=cast.alice, now=NOW, channel="walk_in")
    for field, value in (("said_name", words), ("callback", "212-555-0142")):
        opened = requests.save_field(request=opened, field=field, value=value, by=cast.alice, now=NOW)
    if tier is not None:
        walk_in = WalkIn.objects.get(request=opened)
        walk_ins.set_tier(walk_in=walk_in, tier=tier, reason="Pale", by=cast.bob, now=NOW)
    return opened


@pytest.mark.django_db
def test_the_database_orders_as_the_rule_says(universe: Universe) -> None:
    """The list is sorted by the database; what the order depends on is said in plain Python, once."""
    universe.ready(universe.ana, said=CHEST_PAIN)
    universe.ready(universe.dora, said=FEVER)
    for tier, name in ((3, "Cleo"), (1, "Zoe"), (None, "Abe")):
        calls.drop(request=at_the_counter(universe, tier, name), by=universe.alice, now=NOW)
    for due in (-60, -5, 10, 29, 31, 400):
        task(universe, f"Due {due}", due=due)
    found = list(in_order(Task.objects.open(), NOW))
    places = [Place(one.weight, getattr(one, "tier"), one.due_at, one.pk) for one in found]  # noqa: B009
    assert {place.tier for place in places} >= {1, 3, None}
    assert places == sorted(places, key=lambda place: key(place, NOW))


@pytest.mark.django_db
def test_the_order_is_the_same_for_everybody_and_however_full_the_day_is(universe: Universe) -> None:
    for due in (-5, 10, 90):
        task(universe, f"Due {due}", due=due)
    universe.ready(universe.ana, said=FEVER)
    wanted = Wanted()

    def seen(who: str) -> list[int]:
        page = queue_page(user=getattr(universe, who), wanted=wanted, now=NOW)
        return [row.pk for group in page.groups for row in group.rows]

    before = seen("alice")
    assert before == seen("bob") == seen("dan")
    for hour in (11, 12, 13, 14, 15):
        universe.book(NOW.replace(hour=hour), request=universe.ready(universe.chen))
    assert [pk for pk in seen("alice") if pk in before] == before
