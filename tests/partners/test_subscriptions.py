"""Asking to be told, being told in order, again after failures, and no more: with a real receiver."""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from frontdesk.daybook.models import Entry
from frontdesk.kit.errors import BadValue, NotAllowed
from frontdesk.partners.actions import deliveries, subscriptions
from frontdesk.partners.actions.deliveries import PAUSES, TRIES, Heard, Parcel
from frontdesk.partners.models import Content, Notice, NoticeState, Subscription, SubscriptionState, Topic
from frontdesk.partners.ports import Kind
from frontdesk.partners.queries.subscriptions import due
from frontdesk.partners.rules_subscriptions import Asked, TooMany
from frontdesk.partners.sending import send
from frontdesk.work.models import Queue, Task
from tests.factories.partners import Registered, register
from tests.factories.receiver import Receiver, receiving
from tests.factories.told import BASE, TELLER, subscribe, tell, told
from tests.universe import NOW, Universe, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def client(universe: Universe) -> Registered:
    return register(universe)


def book(cast: Universe, hour: int, minute: int = 0) -> None:
    cast.book(at(hour, minute), request=cast.ready(cast.ben))


def fresh(row: Subscription) -> Subscription:
    return Subscription.objects.select_related("client__user").get(pk=row.pk)


def states(row: Subscription) -> list[tuple[int | None, str]]:
    return list(row.notices.order_by("pk").values_list("number", "state"))


# The handshake ---------------------------------------------------------------------------------------------------


def test_it_is_active_once_its_address_has_answered(
    universe: Universe, client: Registered, receiver: Receiver
) -> None:
    made = subscribe(client, receiver.url)
    assert made.state == SubscriptionState.REQUESTED
    assert due(NOW) == [made.pk]
    assert tell(made) == ["handshake"]
    (hello,) = receiver.received
    assert hello.said == {
        "subscription": f"{BASE}/Subscription/{made.pk}", "topic": f"{BASE}/SubscriptionTopic/visits",
        "status": "requested", "type": "handshake", "events-since-subscription-start": "0",
    }  # fmt: skip
    assert fresh(made).state == SubscriptionState.ACTIVE
    assert due(NOW) == []
    kinds = Entry.objects.about("subscription", made.pk).order_by("pk").values_list("kind", "actor_name")
    assert list(kinds) == [("SubscriptionAsked", client.user.name), ("HandshakeAnswered", "notices")]


@pytest.mark.parametrize(("status", "words"), [(500, "It answered 500."), (404, "It answered 404.")])
def test_an_address_that_refuses_is_an_error_with_a_sentence(
    universe: Universe, client: Registered, receiver: Receiver, status: int, words: str
) -> None:
    receiver.usual = status
    made = subscribe(client, receiver.url)
    tell(made)
    assert (fresh(made).state, fresh(made).trouble) == (SubscriptionState.ERROR, words)
    book(universe, 11)
    assert Notice.objects.count() == 0, "who never answered is told nothing later"


def test_a_redirect_is_not_followed(universe: Universe, client: Registered, receiver: Receiver) -> None:
    receiver.usual = 302
    made = subscribe(client, receiver.url)
    tell(made)
    assert len(receiver.received) == 1
    assert "elsewhere" in fresh(made).trouble


def test_nobody_there_is_an_error(universe: Universe, client: Registered) -> None:
    with receiving() as gone:
        made = subscribe(client, gone.url)
    with receiving():
        tell(made)
    assert fresh(made).state == SubscriptionState.ERROR
    assert fresh(made).trouble == "The other side did not answer as it should, or not in time."


# Told in order ---------------------------------------------------------------------------------------------------


def test_notices_come_in_their_order_one_at_a_time(
    universe: Universe, client: Registered, receiver: Receiver
) -> None:
    made = told(client, receiver.url)
    for hour in (11, 12, 13):
        book(universe, hour)
    assert tell(made) == ["event-notification"] * 3
    assert receiver.numbers == [1, 2, 3]
    assert [one.said["events-since-subscription-start"] for one in receiver.received[1:]] == ["3", "3", "3"]
    assert states(made) == [(1, "sent"), (2, "sent"), (3, "sent")]


def test_several_in_one_where_the_client_wants_it(
    universe: Universe, client: Registered, receiver: Receiver
) -> None:
    made = told(client, receiver.url, most_in_one=2)
    for hour in (11, 12, 13):
        book(universe, hour)
    tell(made)
    assert [[event["event-number"] for event in one.events] for one in receiver.received[1:]] == [
        ["1", "2"],
        ["3"],
    ]


def test_the_signature_can_be_checked_with_the_secret(
    universe: Universe, client: Registered, receiver: Receiver
) -> None:
    made = told(client, receiver.url, headers=["Authorization: Bearer of-theirs", "X-Clinic: main"])
    book(universe, 11)
    tell(made)
    got = receiver.received[-1]
    parts = dict(one.split("=", 1) for one in got.headers["frontdesk-signature"].split(","))
    signed = f"{parts['t']}.".encode() + got.body
    assert hmac.new(made.secret.encode(), signed, hashlib.sha256).hexdigest() == parts["v1"]
    assert int(parts["t"]) == int(NOW.timestamp())
    assert (got.headers["authorization"], got.headers["x-clinic"]) == ("Bearer of-theirs", "main")
    assert got.headers["content-type"] == "application/fhir+json"
    assert got.path == "/hook?key=of-theirs"


@pytest.mark.parametrize("content", list(Content))
def test_what_a_notice_says(
    universe: Universe, client: Registered, receiver: Receiver, content: Content
) -> None:
    made = told(client, receiver.url, content=content)
    book(universe, 11)
    tell(made)
    got = receiver.received[-1]
    text = got.body.decode()
    full = content is Content.FULL
    assert ("focus" in got.events[0]) == (content is not Content.EMPTY)
    assert ("Okafor" in text) == full
    assert ("2026-03-03T16:00:00Z" in text, universe.follow_up.name in text) == (full, full)
    if content is Content.EMPTY:
        assert "Appointment" not in text
        assert "topic" not in got.said


# Failing, and after ----------------------------------------------------------------------------------------------


def test_a_try_that_fails_is_repeated_after_growing_pauses_and_nothing_overtakes(
    universe: Universe, client: Registered, receiver: Receiver
) -> None:
    made = told(client, receiver.url)
    receiver.answers = [503, 503]
    book(universe, 11)
    assert tell(made) == ["event-notification"]
    book(universe, 12)
    assert tell(made, now=NOW + PAUSES[0] / 2) == []
    assert tell(made, now=NOW + PAUSES[0]) == ["event-notification"]
    assert fresh(made).state == SubscriptionState.ACTIVE
    assert fresh(made).trouble == "It answered 503."
    later = NOW + PAUSES[0] + PAUSES[1]
    assert tell(made, now=later - timedelta(seconds=1)) == []
    assert tell(made, now=later) == ["event-notification"] * 2
    assert receiver.numbers == [1, 1, 1, 2]
    assert fresh(made).trouble == ""


def test_the_pauses_grow_over_about_a_day() -> None:
    assert sorted(PAUSES) == list(PAUSES)
    assert timedelta(hours=20) < sum(PAUSES, timedelta()) < timedelta(hours=26)


def given_up(made: Subscription, receiver: Receiver) -> datetime:
    receiver.usual = 500
    moment = NOW
    for pause in [*PAUSES, timedelta()]:
        tell(made, now=moment)
        moment += pause
    return moment


def test_after_a_day_it_is_given_up_and_a_person_is_asked(
    universe: Universe, client: Registered, receiver: Receiver
) -> None:
    made = told(client, receiver.url)
    book(universe, 11)
    book(universe, 12)
    moment = given_up(made, receiver)
    assert receiver.numbers == [1] * TRIES
    assert states(made) == [(1, "dead"), (2, "waiting")]
    assert fresh(made).state == SubscriptionState.ERROR
    (task,) = Task.objects.filter(about_kind="subscription")
    assert (task.about_ref, task.queue, task.site) == (made.pk, Queue.DESK, universe.main)
    assert client.client.name in task.title
    assert task.due_at > moment
    assert "Okafor" not in task.title + task.next_step
    (entry,) = Entry.objects.filter(kind="NoticeGivenUp")
    assert (entry.facts["number"], entry.facts["tries"], entry.facts["waiting"]) == (1, TRIES, 1)
    assert tell(made, now=moment + timedelta(hours=1)) == [], "it is stopped"


def test_after_an_error_nothing_is_missing(
    universe: Universe, client: Registered, receiver: Receiver
) -> None:
    made = told(client, receiver.url)
    book(universe, 11)
    moment = given_up(made, receiver)
    book(universe, 12)
    receiver.usual, receiver.received[:] = 200, []
    subscriptions.try_again(subscription=fresh(made), by=universe.dan, now=moment)
    assert tell(made, now=moment) == ["handshake", "event-notification", "event-notification"]
    assert receiver.numbers == [1, 2]
    assert states(made) == [(1, "sent"), (2, "sent")]
    assert Task.objects.filter(about_kind="subscription").count() == 1, "the person ends it, having called"


def test_giving_up_twice_asks_one_person_once(
    universe: Universe, client: Registered, receiver: Receiver
) -> None:
    made = told(client, receiver.url)
    book(universe, 11)
    moment = given_up(made, receiver)
    receiver.answers = [200]
    subscriptions.try_again(subscription=fresh(made), by=client.user, now=moment)
    for pause in [*PAUSES, timedelta()]:
        tell(made, now=moment)
        moment += pause
    assert states(made) == [(1, "dead")]
    assert Task.objects.filter(about_kind="subscription").count() == 1


def test_a_slow_receiver_is_left_after_its_patience(
    universe: Universe, client: Registered, receiver: Receiver
) -> None:
    made = told(client, receiver.url, seconds_patience=1)
    receiver.quick.clear()
    book(universe, 11)
    tell(made)
    assert states(made) == [(1, "waiting")]
    receiver.quick.set()
    tell(made, now=NOW + PAUSES[0])
    assert receiver.numbers == [1, 1], "it may come twice; the number says so"
    assert states(made) == [(1, "sent")]


def test_who_dies_between_sending_and_keeping_that_sends_the_same_number_again(
    universe: Universe, client: Registered, receiver: Receiver
) -> None:
    made = told(client, receiver.url)
    book(universe, 11)
    parcel = deliveries.next_parcel(subscription_id=made.pk, by=TELLER, now=NOW)
    assert parcel is not None
    send(parcel, now=NOW)
    assert tell(made) == ["event-notification"]
    assert receiver.numbers == [1, 1]
    deliveries.settle(parcel=parcel, heard=Heard(False, "late"), by=TELLER, now=NOW)
    assert states(made) == [(1, "sent")], "what was sent is not unsent"


def test_a_notice_that_cannot_be_written_is_a_failure_that_is_told(
    universe: Universe, client: Registered, receiver: Receiver
) -> None:
    made = subscribe(client, receiver.url)
    Subscription.objects.filter(pk=made.pk).update(topic="odd")
    assert tell(made) == ["handshake"]
    assert receiver.received == []
    assert fresh(made).trouble == "The notice could not be written here."


def test_what_was_taken_while_it_was_asked_anew_is_not_sent_twice(
    universe: Universe, client: Registered, receiver: Receiver
) -> None:
    made = told(client, receiver.url)
    book(universe, 11)
    parcel = deliveries.next_parcel(subscription_id=made.pk, by=TELLER, now=NOW)
    assert parcel is not None
    heard = send(parcel, now=NOW)
    subscriptions.try_again(subscription=fresh(made), by=client.user, now=NOW)
    assert deliveries.settle(parcel=parcel, heard=heard, by=TELLER, now=NOW)
    assert tell(made) == ["handshake"]
    assert states(made) == [(1, "sent")]


def test_a_handshake_of_an_address_that_was_changed_meanwhile_proves_nothing(
    universe: Universe, client: Registered, receiver: Receiver
) -> None:
    made = subscribe(client, receiver.url)
    parcel = deliveries.next_parcel(subscription_id=made.pk, by=TELLER, now=NOW)
    assert parcel is not None
    change = Asked(topic=Topic.VISITS, endpoint=receiver.url + "&other", base=BASE)
    subscriptions.change(subscription=fresh(made), asked=change, by=client.user, now=NOW)
    assert deliveries.settle(parcel=parcel, heard=Heard(True, "yes"), by=TELLER, now=NOW)
    assert fresh(made).state == SubscriptionState.REQUESTED


# Heartbeats and ends ---------------------------------------------------------------------------------------------


def test_heartbeats_come_while_nothing_else_does(
    universe: Universe, client: Registered, receiver: Receiver
) -> None:
    made = told(client, receiver.url, seconds_between=60)
    soon = NOW + timedelta(seconds=59)
    assert due(soon) == []
    assert tell(made, now=NOW + timedelta(seconds=60)) == ["heartbeat"]
    assert tell(made, now=NOW + timedelta(seconds=61)) == []
    receiver.answers = [500]
    assert tell(made, now=NOW + timedelta(seconds=120)) == ["heartbeat"]
    assert fresh(made).state == SubscriptionState.ACTIVE
    assert fresh(made).trouble == "It answered 500."
    assert receiver.numbers == []


def test_it_ends_at_its_end(universe: Universe, client: Registered, receiver: Receiver) -> None:
    made = told(client, receiver.url, until=NOW + timedelta(hours=1))
    book(universe, 11)
    assert subscriptions.end_due(by=TELLER, now=NOW + timedelta(minutes=59)) == 0
    assert subscriptions.end_due(by=TELLER, now=NOW + timedelta(hours=1)) == 1
    assert fresh(made).state == SubscriptionState.OFF
    assert tell(made, now=NOW + timedelta(hours=1)) == []
    book(universe, 12)
    assert Notice.objects.filter(state=NoticeState.WAITING).count() == 0


def test_one_that_nobody_took_up_for_a_week_is_ended(
    universe: Universe, client: Registered, receiver: Receiver
) -> None:
    made = told(client, receiver.url)
    book(universe, 11)
    moment = given_up(made, receiver)
    assert subscriptions.end_due(by=TELLER, now=moment) == 0
    assert subscriptions.end_due(by=TELLER, now=NOW + timedelta(days=7)) == 1
    assert fresh(made).state == SubscriptionState.OFF
    with pytest.raises(subscriptions.Over):
        subscriptions.try_again(subscription=made, by=client.user, now=moment)


def test_ending_twice_changes_nothing(universe: Universe, client: Registered, receiver: Receiver) -> None:
    made = told(client, receiver.url)
    subscriptions.end(subscription=made, by=universe.dan, now=NOW)
    ended = subscriptions.end(subscription=made, by=universe.dan, now=NOW, forget=True)
    assert (ended.state, ended.endpoint, ended.secret) == (SubscriptionState.OFF, "", "")
    assert Entry.objects.filter(kind="SubscriptionEnded").count() == 1


def test_settled_notices_are_forgotten_after_a_month(
    universe: Universe, client: Registered, receiver: Receiver
) -> None:
    made = told(client, receiver.url)
    book(universe, 11)
    tell(made)
    assert deliveries.tidy(by=TELLER, now=NOW + timedelta(days=29)) == 0
    assert deliveries.tidy(by=TELLER, now=NOW + timedelta(days=31)) == 1


# What may be asked -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"endpoint": "ftp://hook.example/"}, "endpoint"),
        ({"endpoint": "http://hook.example/"}, "endpoint"),
        ({"endpoint": "https://10.0.0.7/hook"}, "endpoint"),
        ({"endpoint": "https://[::1]/hook"}, "endpoint"),
        ({"seconds_between": 59}, "seconds_between"),
        ({"seconds_between": 90_000}, "seconds_between"),
        ({"seconds_patience": 0}, "seconds_patience"),
        ({"seconds_patience": 31}, "seconds_patience"),
        ({"most_in_one": 0}, "most_in_one"),
        ({"most_in_one": 101}, "most_in_one"),
        ({"until": NOW}, "until"),
        ({"headers": ["Host: inside"]}, "headers"),
        ({"headers": ["frontdesk-signature: t=1"]}, "headers"),
        ({"headers": ["X: a\r\nY: b"]}, "headers"),
        ({"headers": ["nothing"]}, "headers"),
        ({"headers": ["X: y"] * 11}, "headers"),
        ({"filters": [{"by": "patient", "of": ["1"]}] * 11}, "filters"),
        ({"filters": [{"by": "patient", "of": []}]}, "filters"),
        ({"topic": Topic.FREED, "filters": [{"by": "patient", "of": ["1"]}]}, "filters"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    universe: Universe, client: Registered, more: dict[str, object], field: str
) -> None:
    values: dict[str, object] = {"topic": Topic.VISITS, "endpoint": "https://hook.example/", **more}
    with pytest.raises(BadValue) as refusal:
        subscriptions.ask(client=client.client, asked=Asked(**values), by=client.user, now=NOW)  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_only_who_may_read_may_be_told(universe: Universe) -> None:
    narrow = register(universe, scopes=["system/Slot.rs", "system/Subscription.cruds"])
    with pytest.raises(NotAllowed):
        subscribe(narrow, "https://hook.example/")
    assert subscribe(narrow, "https://hook.example/", Topic.FREED).pk


def test_only_its_client_and_who_connects_systems_may_change_it(
    universe: Universe, client: Registered
) -> None:
    made = subscribe(client, "https://hook.example/")
    for somebody in (register(universe).user, universe.alice, universe.carol):
        for action in (subscriptions.end, subscriptions.try_again):
            with pytest.raises(NotAllowed):
                action(subscription=made, by=somebody, now=NOW)
    subscriptions.end(subscription=made, by=universe.erin, now=NOW)


def test_there_is_a_limit_for_each_client(universe: Universe, client: Registered) -> None:
    for _ in range(20):
        subscribe(client, "https://hook.example/")
    with pytest.raises(TooMany):
        subscribe(client, "https://hook.example/")


# What nobody else learns -----------------------------------------------------------------------------------------


def test_no_secret_address_or_patient_in_the_log_or_the_daybook(
    universe: Universe, client: Registered, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        made = told(client, receiver.url, content=Content.FULL, headers=["Authorization: Bearer of-theirs"])
        book(universe, 11)
        given_up(made, receiver)
    facts = [
        str(facts) for facts in Entry.objects.about("subscription", made.pk).values_list("facts", flat=True)
    ]
    for text in [caplog.text, *facts]:
        for word in (made.secret, "of-theirs", "Okafor"):
            assert word not in text


def test_a_heard_sentence_names_no_address(universe: Universe, client: Registered) -> None:
    made = subscribe(client, "https://localhost:1/hook?key=of-theirs")
    heard = send(Parcel(made, Kind.HANDSHAKE), now=NOW)
    assert not heard.taken
    assert "localhost" not in heard.words
