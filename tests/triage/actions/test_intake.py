"""Messages from outside: each becomes a request, and is screened before it waits in a routine queue."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frontdesk.daybook.facts import System
from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import BadValue, NotAllowed
from frontdesk.triage.actions.intake import CHANNELS, MOST, PART, Sender, receive
from frontdesk.triage.models import Protocol, Request
from frontdesk.triage.topics import topic_of, topics
from frontdesk.work.models import Queue, Task
from tests.factories.protocol import CHECK_UP, CHEST_PAIN, FEVER, SELF_HARM
from tests.universe import NOW, Universe, at

pytestmark = pytest.mark.django_db
MACHINE = System("message intake")
ROUTINE = {"messages", "callback", "contact", "desk", "referrals", "authorizations", "language", "results"}


def take_in(cast: Universe, text: str, **more: Any) -> Request:
    told: dict[str, Any] = {"channel": "portal", "site": cast.main, "by": MACHINE, "now": NOW, **more}
    return receive(text=text, **told)


def tasks_of(request: Request) -> list[Task]:
    handoffs = list(request.handoffs.values_list("pk", flat=True))
    about = Task.objects.filter(about_kind="request", about_ref=request.pk)
    return list(about | Task.objects.filter(about_kind="handoff", about_ref__in=handoffs))


def test_a_routine_message_waits_among_the_messages_with_its_due_time(universe: Universe) -> None:
    sender = Sender("Ben Adeyemi", "", "212-555-0142", "ben@example.org")
    request = take_in(universe, CHECK_UP, channel="voicemail", sender=sender, contact_at=at(9, 20))
    assert (request.opened_by, request.taken_by, request.contact_at, request.lane) == (
        None,
        None,
        at(9, 20),
        "routine",
    )
    assert (request.said_name, request.callback, request.said_email) == (
        "Ben Adeyemi",
        "212-555-0142",
        "ben@example.org",
    )
    said = request.utterances.get()
    assert (said.text, said.heard_by, said.heard_at) == (CHECK_UP, None, NOW)
    assert request.screenings.get().lane == "routine"
    (task,) = tasks_of(request)
    assert (task.queue, task.category, task.owner) == ("messages", "voicemail", None)
    assert task.due_at == NOW + timedelta(minutes=120)
    assert (task.title, task.next_step) == ("Voicemail to answer", "Call back: 212-555-0142")
    kinds = list(Entry.objects.about("request", request.pk).values_list("kind", flat=True))
    assert kinds == ["RequestOpened", "MessageReceived", "WordsHeard", "WordsScreened", "TaskOpened"]


@pytest.mark.parametrize(
    ("text", "lane", "queue"),
    [(CHEST_PAIN, "emergency", "nurse"), (FEVER, "urgent", "nurse"), (SELF_HARM, "emergency", "crisis")],
)
@pytest.mark.parametrize("channel", CHANNELS)
def test_what_is_urgent_comes_before_a_clinician_by_whatever_channel(
    universe: Universe, text: str, lane: str, queue: str, channel: str
) -> None:
    request = take_in(universe, f"Hi, quick question about my bill. {text}", channel=channel)
    assert request.lane == Request.objects.get(pk=request.pk).lane == lane
    assert [task.queue for task in tasks_of(request)] == [queue]
    assert request.handoffs.count() == 1


words = st.sampled_from(
    [CHECK_UP, CHEST_PAIN, FEVER, SELF_HARM, "my lab results", "a refill", "¿Cuándo abren?", "?"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.lists(words, min_size=1, max_size=3), st.sampled_from(CHANNELS), st.sampled_from(["", *topics()]))
def test_nothing_waits_in_a_routine_queue_unscreened(
    universe: Universe, said: list[str], channel: str, topic: str
) -> None:
    request = take_in(universe, ". ".join(said), channel=channel, topic=topic)
    tasks = tasks_of(request)
    assert tasks, "Nothing that came in is without somebody to do it."
    assert request.screenings.exists()
    if request.lane in ("emergency", "urgent"):
        assert not ROUTINE & {task.queue for task in tasks}


def test_without_a_protocol_in_force_a_nurse_reads_it(universe: Universe) -> None:
    Protocol.objects.filter(pk=universe.protocol.pk).update(ended_at=NOW, ended_by=universe.carol)
    request = take_in(universe, CHEST_PAIN)
    (task,) = tasks_of(request)
    assert (task.queue, task.category) == ("nurse", "unscreened")
    assert "no protocol is in force" in task.next_step


@pytest.mark.parametrize(
    ("text", "queue", "category", "weight"),
    [
        ("Are my lab results in? I saw nothing in the portal.", "results", "result", 1),
        ("¿Ya están mis resultados de laboratorio?", "results", "result", 1),
        ("I need a refill of my inhaler", "nurse", "medicine", 0),
        ("Necesito otra receta", "nurse", "medicine", 0),
        ("Did the referral go out?", "referrals", "referral", 0),
        ("Is the prior authorization done?", "authorizations", "authorization", 0),
        ("My mother needs an interpreter", "language", "interpreter", 0),
        ("Can I come on Friday instead?", "messages", "portal", 0),
    ],
)
def test_what_it_is_about_decides_the_queue(
    universe: Universe, text: str, queue: str, category: str, weight: int
) -> None:
    (task,) = tasks_of(take_in(universe, text))
    assert (task.queue, task.category, task.weight) == (queue, category, weight)


def test_a_label_that_was_given_goes_before_the_words(universe: Universe) -> None:
    (task,) = tasks_of(take_in(universe, "Please call me", topic="result"))
    assert task.queue == "results"


def test_every_topic_leads_to_a_queue_and_ordinary_words_to_none() -> None:
    assert {one.queue for one in topics().values()} <= set(Queue)
    for text in (CHECK_UP, "As a result of the storm I will be late", "", "Election night"):
        assert topic_of(text) is None, text


def test_a_member_of_staff_takes_one_down_and_the_record_is_found(universe: Universe) -> None:
    sender = Sender(universe.ben.name, f"{universe.ben.birth_date:%m/%d/%Y}", "212-555-0142")
    request = take_in(universe, CHECK_UP, channel="voicemail", by=universe.alice, sender=sender)
    assert (request.patient, request.opened_by, request.taken_by) == (universe.ben, universe.alice, None)
    assert request.utterances.get().heard_by == universe.alice
    (task,) = tasks_of(request)
    assert task.patient == universe.ben


def test_one_message_of_another_system_is_taken_in_once(universe: Universe) -> None:
    first = take_in(universe, CHECK_UP, outside_id="m-1")
    assert take_in(universe, CHECK_UP, outside_id="m-1").pk == first.pk
    assert take_in(universe, CHECK_UP, outside_id="m-1", channel="email").pk != first.pk
    assert Request.objects.count() == 2


def test_a_long_message_is_kept_whole_and_screened_whole(universe: Universe) -> None:
    text = "I would like to ask about the parking. " * (PART // 20) + CHEST_PAIN
    request = take_in(universe, text)
    assert request.lane == "emergency"
    assert request.utterances.count() > 1
    kept = "".join(one.text for one in request.utterances.all())
    assert kept.replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": "  \x00 "}, "text"),
        ({"text": "x" * (MOST + 1)}, "text"),
        ({"channel": "phone"}, "channel"),
        ({"channel": "pigeon"}, "channel"),
        ({"topic": "weather"}, "topic"),
        ({"contact_at": NOW + timedelta(hours=1)}, "contact_at"),
        ({"contact_at": NOW - timedelta(days=400)}, "contact_at"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_kept(
    universe: Universe, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadValue) as refusal:
        take_in(universe, **{"text": CHECK_UP, **change})
    assert refusal.value.field == field
    assert not Request.objects.exists()


def test_somebody_who_takes_no_requests_takes_none_down(universe: Universe) -> None:
    for who in (universe.carol, universe.erin, universe.pat):
        with pytest.raises(NotAllowed):
            take_in(universe, CHECK_UP, by=who)
