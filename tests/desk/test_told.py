"""What a connected system is told of, as a manager sees it, tries it again and ends it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from frontdesk.partners.models import Client, Notice, Subscription, Topic
from frontdesk.work.models import Task
from tests.desk.support import Desk, read, said
from tests.factories.partners import Registered, register
from tests.factories.receiver import Receiver, receiving
from tests.factories.told import subscribe, tell, told
from tests.universe import NOW, at


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def client(desk: Desk) -> Registered:
    return register(desk.universe)


def page(desk: Desk, one: Registered) -> str:
    return said(desk.get(desk.universe.dan, "desk:settings-system-told", one.client.pk))


def test_it_is_told_of_nothing_at_first(desk: Desk, client: Registered) -> None:
    assert "It is told of nothing" in page(desk, client)


def test_the_page_says_what_is_told_in_words(desk: Desk, client: Registered, receiver: Receiver) -> None:
    cast = desk.universe
    filters = [
        {"by": "location", "of": [str(cast.main.pk)]}, {"by": "status", "of": ["booked", "no_show"]},
        {"by": "patient", "of": [str(cast.ben.pk)]}, {"by": "service-type", "of": [str(cast.follow_up.pk)]},
    ]  # fmt: skip
    made = told(
        client, receiver.url, filters=filters, reason="For the call centre", headers=["X-Key: of-theirs"]
    )
    cast.book(at(11))
    tell(made)
    shown = page(desk, client)
    for words in (
        "Changes of visits", "Active", "The number of the visit or the slot, nothing else", "127.0.0.1",
        "Site: Main Street", "Visits that are booked or not kept", "1 patient, by record", "Visit type: Follow-up",
        "For the call centre", "Booked", "Told", "It answered 200.",
    ):  # fmt: skip
        assert words in shown, words
    html = desk.get(cast.dan, "desk:settings-system-told", client.client.pk).content.decode()
    for secret in (made.secret, "of-theirs", "Okafor"):
        assert secret not in html


def test_one_that_is_stopped_is_tried_again(desk: Desk, client: Registered, receiver: Receiver) -> None:
    receiver.usual = 500
    made = subscribe(client, receiver.url)
    tell(made)
    shown = page(desk, client)
    assert "Stopped: it does not answer" in shown
    assert "It answered 500." in shown
    answer = desk.post(desk.universe.dan, "desk:settings-told-again", made.pk)
    assert answer["Location"] == f"/settings/systems/{client.client.pk}/told/"
    assert "Waiting for its first answer" in page(desk, client)
    receiver.usual = 200
    tell(made)
    assert "Active" in page(desk, client)


def test_what_is_given_up_waits_for_a_person_in_a_queue(
    desk: Desk, client: Registered, receiver: Receiver
) -> None:
    made = told(client, receiver.url)
    desk.universe.book(at(11))
    receiver.usual = 500
    tell(made)
    Notice.objects.update(tries=11, next_try=NOW)
    tell(made)
    shown = page(desk, client)
    for words in ("Given up", "Nothing is lost", "Call whoever runs it"):
        assert words in shown, words
    queue = said(desk.get(desk.universe.dan, "desk:queues"))
    assert f"{client.client.name} does not answer" in queue
    assert "Connected system" in queue
    task = Task.objects.get(about_kind="subscription")
    assert client.client.name in said(desk.get(desk.universe.dan, "desk:task", task.pk))


def test_one_is_ended(desk: Desk, client: Registered) -> None:
    made = subscribe(client, "https://hook.example/told", Topic.FREED)
    desk.post(desk.universe.erin, "desk:settings-told-end", made.pk)
    assert Subscription.objects.get().state == "off"
    shown = page(desk, client)
    assert "Ended" in shown
    assert "It is told of nothing" in shown
    answer = desk.post(desk.universe.dan, "desk:settings-told-again", made.pk)
    assert answer.status_code == 302
    assert "This subscription was ended" in page(desk, client)


def test_scopes_that_were_cut_are_said_to_be_why(desk: Desk, client: Registered) -> None:
    made = subscribe(client, "https://hook.example/told")
    Client.objects.filter(pk=client.client.pk).update(scopes=["system/Subscription.cruds"])
    desk.post(desk.universe.dan, "desk:settings-told-again", made.pk)
    assert "Its scopes do not let it read this" in page(desk, client)


def test_the_way_there_is_on_the_page_of_the_system(desk: Desk, client: Registered) -> None:
    there = read(desk.get(desk.universe.dan, "desk:settings-system", client.client.pk))
    assert f"/settings/systems/{client.client.pk}/told/" in there.links
