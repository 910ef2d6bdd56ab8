"""`frontdesk receive`: other systems hand in messages, and each becomes a request once."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import pytest
from django.core.management import call_command

from frontdesk.kit import clock
from frontdesk.triage.models import Request
from frontdesk.work.models import Task
from tests.factories.protocol import CHECK_UP, CHEST_PAIN
from tests.universe import NOW, Universe, at

pytestmark = pytest.mark.django_db
ONE = {"id": "m-1", "channel": "portal", "text": CHECK_UP, "site": "main"}


@pytest.fixture(autouse=True)
def _at_ten(monkeypatch: pytest.MonkeyPatch, universe: Universe) -> None:
    monkeypatch.setattr("frontdesk.gateway.management.commands.receive.now", lambda: NOW)
    assert clock.now() != NOW


def send(monkeypatch: pytest.MonkeyPatch, *lines: object) -> tuple[int, list[Any]]:
    """The exit code and what was answered; a line that is text is sent as it stands."""
    sent = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(sent.encode())))
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("receive", stdout=out)
    return int(ended.value.code or 0), [json.loads(line) for line in out.getvalue().splitlines()]


def test_each_message_becomes_a_request_and_the_same_id_is_taken_in_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chest = {"id": 7, "channel": "email", "text": CHEST_PAIN, "site": "main", "from": "ana@example.org"}
    code, (one, two, again) = send(monkeypatch, ONE, "", chest, ONE)
    assert code == 0
    assert (one["id"], one["lane"], two["id"], two["lane"]) == ("m-1", "routine", 7, "emergency")
    assert again == {**one, "again": True}
    assert send(monkeypatch, ONE, chest)[1] == [again, {**two, "again": True}]
    assert Request.objects.count() == 2
    assert set(Task.objects.values_list("queue", flat=True)) == {"messages", "nurse"}


def test_who_it_is_from_and_when_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    sender = {
        "name": "Ana Ruiz",
        "birth_date": "03/14/1979",
        "phone": "212-555-0142",
        "email": "a@example.org",
    }
    send(monkeypatch, {**ONE, "from": sender, "at": at(9, 20).isoformat()})
    kept = Request.objects.get()
    assert (kept.said_name, kept.said_birth_date, kept.callback, kept.said_email) == tuple(sender.values())
    assert (kept.contact_at, kept.outside_id, kept.opened_by) == (at(9, 20), "m-1", None)


@pytest.mark.parametrize(
    ("given", "field"),
    [("212-555-0142", "said_phone"), ("ana@example.org", "said_email"), ("Ana Ruiz", "said_name")],
)
def test_a_sender_in_one_text_is_taken_as_what_it_looks_like(
    monkeypatch: pytest.MonkeyPatch, given: str, field: str
) -> None:
    send(monkeypatch, {**ONE, "from": given})
    assert getattr(Request.objects.get(), field) == given


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{", "This line is not JSON."),
        ("[1]", "This line is not a JSON object."),
        ({**ONE, "id": None}, "“id” must be there: a message without one could be taken in twice."),
        ({**ONE, "id": " \u0000"}, "“id” must be there: a message without one could be taken in twice."),
        ({**ONE, "id": "x" * 121}, "“id” is longer than 120 characters."),
        ({**ONE, "text": 5}, "“text” must be text."),
        ({**ONE, "text": " "}, "There are no words in it."),
        ({**ONE, "channel": "phone"}, "Choose how it came in."),
        ({**ONE, "site": "moon"}, "“site” must be the code of one of the clinic’s sites."),
        ({**ONE, "site": ""}, "“site” must be the code of one of the clinic’s sites."),
        ({**ONE, "from": 5}, "“from” must be an object or a text."),
        ({**ONE, "from": {"name": 5}}, "“name” must be text."),
        ({**ONE, "at": "noon"}, "“at” must be a moment such as 2026-03-03T09:20:00-05:00."),
        ({**ONE, "at": "2026-03-03T09:20"}, "“at” must say its zone, such as 2026-03-03T09:20:00-05:00."),
        ({**ONE, "topic": "weather"}, "Choose one of the topics that are listed."),
    ],
)
def test_a_line_that_cannot_be_taken_in_is_answered_and_the_others_are(
    monkeypatch: pytest.MonkeyPatch, line: object, sentence: str
) -> None:
    code, (bad, good) = send(monkeypatch, line, {**ONE, "id": "good"})
    assert code == 1
    assert (bad["line"], bad["error"]) == (1, sentence)
    assert good["request"] == Request.objects.get().pk


def test_text_that_is_hard_on_a_database_is_taken_in(monkeypatch: pytest.MonkeyPatch) -> None:
    code, (found,) = send(
        monkeypatch, '{"id": "a", "channel": "sms", "site": "main", "text": "Hi \\ud800 \\u0000 you"}'
    )
    assert (code, found["lane"]) == (0, "routine")
