"""The queues: what waits, in which order, for whom; claiming and finishing; and what the poll brings."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from frontdesk.accounts.models import User
from frontdesk.desk.pages.queues import PER_PAGE
from frontdesk.people.models import ContactPoint, Patient
from frontdesk.triage.actions import handoffs
from frontdesk.work.actions.tasks import claim, open_task
from frontdesk.work.models import Queue, Task
from tests.desk.support import Answer, Desk, read, said
from tests.factories.protocol import CHEST_PAIN, FEVER, SELF_HARM, VOMITING
from tests.universe import NOW, Universe


def call(
    cast: Universe, patient: Patient | None = None, *, due: int = 60, queue: Queue = Queue.CONTACT
) -> Task:
    """Somebody must be told of a visit, `due` minutes from now."""
    with transaction.atomic():
        return open_task(
            queue=queue,
            site=cast.main,
            about=("appointment", 1),
            title="Tell the patient of the visit",
            next_step="Call them. No e-mail is on record.",
            due_at=NOW + timedelta(minutes=due),
            patient=patient or cast.ben,
            by=cast.alice,
            now=NOW,
        )


def rows(answer: Answer) -> list[int]:
    """The tasks on the page, in order."""
    return [int(pk) for pk in re.findall(r'data-row="(\d+)"', answer.content.decode())]


def tabs(answer: Answer) -> dict[str, str]:
    nav = answer.content.decode().partition('aria-label="Queues">')[2].partition("</nav>")[0]
    links = re.sub(r"<svg.*?</svg>", "", nav)
    return dict(re.findall(r">([^<>]+) <span>(\d+)</span>", links))


def task_of(request_words: str, cast: Universe, patient: Patient) -> Task:
    handoff = cast.ready(patient, said=request_words).handoffs.get()
    return Task.objects.get(about_kind="handoff", about_ref=handoff.pk)


def test_overdue_comes_first_then_what_is_due_soon_and_inside_each_the_gravest(desk: Desk) -> None:
    cast = desk.universe
    later, soon, late = call(cast), call(cast, cast.dora, due=20), call(cast, cast.chen, due=-5)
    urgent, emergency = task_of(FEVER, cast, cast.ana), task_of(CHEST_PAIN, cast, cast.ben)
    page = desk.get(cast.alice, "desk:queues")
    assert rows(page) == [late.pk, emergency.pk, urgent.pk, soon.pk, later.pk]
    heads = re.findall(r'scope="rowgroup">([^<]+)<', page.content.decode())
    assert heads == ["Overdue: 1", "Due within 30 minutes: 3", "Later: 1"]
    desk.later(minutes=3)
    assert rows(desk.get(cast.alice, "desk:queues"))[:2] == [emergency.pk, late.pk]


def test_each_queue_has_a_tab_with_its_count(desk: Desk) -> None:
    cast = desk.universe
    task_of(FEVER, cast, cast.ana)
    mine = call(cast)
    call(cast, cast.dora)
    claim(task=mine, by=cast.alice, now=NOW)
    page = desk.get(cast.alice, "desk:queues")
    assert tabs(page) == {
        "All": "3", "Mine": "1", "Nurse triage": "1", "Provider review": "0", "Tell the patient": "2",
        "Front desk": "0",
    }  # fmt: skip
    assert rows(desk.get(cast.alice, "desk:queues", mine="1")) == [mine.pk]
    assert len(rows(desk.get(cast.alice, "desk:queues", queue="contact"))) == 2
    assert rows(desk.get(cast.bob, "desk:queues", mine="1")) == []


def test_restricted_work_is_there_only_for_those_who_may_see_it(desk: Desk) -> None:
    cast = desk.universe
    crisis = task_of(SELF_HARM, cast, cast.dora)
    assert rows(desk.get(cast.bob, "desk:queues")) == [crisis.pk]
    assert tabs(desk.get(cast.bob, "desk:queues"))["Crisis"] == "1"
    page = desk.get(cast.dan, "desk:queues")
    assert rows(page) == [] and "Crisis" not in tabs(page) and "Nilsson" not in said(page)
    assert desk.post(cast.dan, "desk:task-claim", crisis.pk).status_code == 404


def test_another_site_s_work_is_not_there(desk: Desk) -> None:
    cast = desk.universe
    task = call(cast)
    assert rows(desk.get(cast.charlie, "desk:queues")) == []
    assert desk.post(cast.charlie, "desk:task-done", task.pk, outcome="reached").status_code == 404
    assert Task.objects.get(pk=task.pk).done_at is None


def test_a_handoff_leads_to_its_request_and_a_nurse_is_asked_to_accept(desk: Desk) -> None:
    cast = desk.universe
    request = cast.ready(cast.ana, said=FEVER)
    url = reverse("desk:request", args=[request.pk])
    nurse, scheduler = read(desk.get(cast.bob, "desk:queues")), read(desk.get(cast.alice, "desk:queues"))
    assert url in nurse.links and url in scheduler.links
    assert "Accept the next" in nurse.text and "Accept the next" not in scheduler.text
    handoffs.accept(handoff=request.handoffs.get(), by=cast.bob, now=NOW)
    page = said(desk.get(cast.bob, "desk:queues"))
    assert "Accept the next" not in page and "You Direct what may be booked" in page


def test_a_caller_without_a_record_is_named_as_she_said(desk: Desk) -> None:
    cast = desk.universe
    request = cast.request()
    desk.type(cast.alice, request, "said_name", "Nora Quist")
    desk.post(cast.alice, "desk:request-words", request.pk, words=VOMITING)
    assert "Nora Quist" in said(desk.get(cast.bob, "desk:queues"))


@pytest.mark.parametrize(
    ("allowed", "words"), [(True, "(212) 555-0102"), (False, "No phone that may be used")]
)
def test_the_number_to_call_is_shown_if_the_patient_allows_it(desk: Desk, allowed: bool, words: str) -> None:
    cast = desk.universe
    ContactPoint.objects.filter(patient=cast.ben, kind="phone").update(allowed=allowed)
    call(cast, cast.ben)
    page = desk.get(cast.alice, "desk:queues")
    assert words in said(page)
    assert ('href="tel:+12125550102"' in page.content.decode()) is allowed


def test_claiming_makes_it_mine_and_comes_back_to_the_same_list(desk: Desk) -> None:
    cast = desk.universe
    task = call(cast)
    answer = desk.browser(cast.alice).post(
        reverse("desk:task-claim", args=[task.pk]) + "?queue=contact&page=1"
    )
    assert answer.status_code == 302 and answer["Location"] == "/queues/?queue=contact&page=1"
    assert Task.objects.get(pk=task.pk).owner == cast.alice
    assert "You (212) 555-0102" in said(desk.get(cast.alice, "desk:queues"))


def test_what_somebody_else_owns_is_taken_over_only_when_that_is_asked(desk: Desk) -> None:
    cast = desk.universe
    task = call(cast)
    claim(task=task, by=cast.bob, now=NOW)
    desk.post(cast.alice, "desk:task-claim", task.pk)
    assert "Bob Blden, RN has claimed this already." in said(desk.get(cast.alice, "desk:queues"))
    assert Task.objects.get(pk=task.pk).owner == cast.bob
    desk.post(cast.alice, "desk:task-claim", task.pk, take_over="1")
    assert Task.objects.get(pk=task.pk).owner == cast.alice


@pytest.mark.parametrize(
    ("typed", "outcome"),
    [
        ({"outcome": "reached"}, "Reached"),
        ({"outcome": "message", "note": " told  his\nson "}, "Left a message: told his son"),
        ({"note": "Moved to another clinic"}, "Moved to another clinic"),
        ({"outcome": "not_reached", "note": "x" * 10_000}, "Not reached: " + "x" * 150),
    ],
)
def test_finishing_keeps_how_it_ended(desk: Desk, typed: dict[str, str], outcome: str) -> None:
    cast = desk.universe
    task = call(cast)
    desk.post(cast.alice, "desk:task-done", task.pk, **typed)
    task.refresh_from_db()
    assert (task.outcome, task.done_by, task.done_at) == (outcome, cast.alice, NOW)
    assert rows(desk.get(cast.alice, "desk:queues")) == []


@pytest.mark.parametrize("typed", [{}, {"outcome": "nonsense"}, {"note": " \x00 "}])
def test_a_task_does_not_end_without_a_word(desk: Desk, typed: dict[str, str]) -> None:
    cast = desk.universe
    task = call(cast)
    desk.post(cast.alice, "desk:task-done", task.pk, **typed)
    assert "Say how it ended" in said(desk.get(cast.alice, "desk:queues"))
    assert Task.objects.get(pk=task.pk).done_at is None


def test_a_handoff_cannot_be_ended_from_the_queue(desk: Desk) -> None:
    cast = desk.universe
    task = task_of(CHEST_PAIN, cast, cast.ana)
    desk.post(cast.bob, "desk:task-done", task.pk, outcome="reached")
    assert "A handoff ends with the clinician’s direction." in said(desk.get(cast.bob, "desk:queues"))
    assert Task.objects.get(pk=task.pk).done_at is None


def test_a_task_is_finished_once(desk: Desk) -> None:
    cast = desk.universe
    task = call(cast)
    desk.post(cast.bob, "desk:task-done", task.pk, outcome="reached")
    for name in ("desk:task-done", "desk:task-claim"):
        desk.post(cast.alice, name, task.pk, outcome="not_reached", take_over="1")
        assert "This task is already done." in said(desk.get(cast.alice, "desk:queues"))
    task.refresh_from_db()
    assert (task.outcome, task.owner) == ("Reached", cast.bob)


def poll(desk: Desk, user: User, seen: str) -> Answer:
    return desk.get(user, "desk:queues", part="rows", seen=seen)


def version(answer: Answer) -> str:
    return str(re.findall(r'name="seen" value="([0-9a-f]+)"', answer.content.decode())[0])


def test_the_poll_is_silent_until_something_changes(desk: Desk) -> None:
    cast = desk.universe
    task = call(cast, due=32)
    seen = version(desk.get(cast.alice, "desk:queues"))
    desk.later(seconds=3)  # the clocks run by themselves
    silent = poll(desk, cast.alice, seen)
    assert silent.status_code == 204 and silent.content == b""
    claim(task=task, by=cast.bob, now=NOW)
    news = poll(desk, cast.alice, seen)
    assert news.status_code == 200 and "<html" not in news.content.decode() and "Bob Blden" in said(news)
    assert poll(desk, cast.alice, version(news)).status_code == 204
    desk.later(minutes=3)  # it has become due soon
    assert "Due within 30 minutes: 1" in said(poll(desk, cast.alice, version(news)))


def test_with_script_claiming_answers_with_the_list_alone(desk: Desk) -> None:
    cast = desk.universe
    task = call(cast)
    url = reverse("desk:task-claim", args=[task.pk])
    answer = desk.browser(cast.alice).post(url, headers={"HX-Request": "true"})
    html = answer.content.decode()
    assert answer.status_code == 200 and "<html" not in html
    assert rows(answer) == [task.pk] and f'id="done-{task.pk}"' in html and 'id="notices" hx-swap-oob' in html


def test_more_than_a_page_of_work_is_paged_and_an_impossible_page_falls_back(desk: Desk) -> None:
    cast = desk.universe
    first = call(cast)
    Task.objects.bulk_create(
        Task(
            queue=Queue.CONTACT, site=cast.main, patient=cast.ben, about_kind="appointment", about_ref=1,
            title="Tell the patient", opened_at=NOW, due_at=NOW + timedelta(hours=2, seconds=number),
        )
        for number in range(PER_PAGE)
    )  # fmt: skip
    page = desk.get(cast.alice, "desk:queues", queue="contact")
    assert len(rows(page)) == PER_PAGE and rows(page)[0] == first.pk
    assert f"Later: {PER_PAGE + 1}" in said(page)
    assert "?queue=contact&amp;page=2" in page.content.decode()
    last = rows(desk.get(cast.alice, "desk:queues", queue="contact", page="2"))
    assert len(last) == 1
    assert rows(desk.get(cast.alice, "desk:queues", queue="contact", page="999999")) == last


@pytest.mark.parametrize("junk", ["-1", "0", "1e9", "\x00", "x" * 10_000, "9" * 10_000, "٣", "' OR 1=1"])
def test_junk_in_the_address_shows_the_list_from_its_beginning(desk: Desk, junk: str) -> None:
    cast = desk.universe
    task = call(cast)
    page = desk.get(cast.alice, "desk:queues", page=junk, queue=junk, mine=junk, part=junk, seen=junk)
    assert page.status_code == 200 and rows(page) == [task.pk]


def test_a_full_list_costs_no_more_queries_than_a_short_one(
    desk: Desk, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    cast = desk.universe
    for patient in (cast.ana, cast.ben, cast.chen, cast.dora):
        task_of(FEVER, cast, patient)
        call(cast, patient)
    desk.get(cast.bob, "desk:queues")
    with django_assert_max_num_queries(30):
        assert len(rows(desk.get(cast.bob, "desk:queues"))) == 8


def test_an_empty_queue_says_so(desk: Desk) -> None:
    alice = desk.universe.alice
    assert "Nothing waits for a person" in said(desk.get(alice, "desk:queues"))
    assert "See all queues" in said(desk.get(alice, "desk:queues", queue="nurse"))


def test_a_role_without_queues_is_told_so(desk: Desk) -> None:
    answer = desk.get(desk.universe.erin, "desk:queues")
    assert answer.status_code == 403 and "may not see queues" in said(answer)
