"""Subscription at the door (R4 with the R5 backport), and the notices that come of it; every answer is validated."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import orjson
import pytest

from frontdesk.book.actions import cancels
from frontdesk.clinic.models import VisitType
from frontdesk.daybook.models import Look
from frontdesk.gateway.fhir import xml
from frontdesk.partners.actions import clients, subscriptions
from frontdesk.partners.models import Subscription
from tests.factories import partners
from tests.factories.receiver import Receiver, receiving
from tests.factories.told import TELLER, tell
from tests.gateway.fhir.support import BASE, Clock, Machine, machine
from tests.gateway.fhir.validate import check
from tests.universe import NOW, Universe, at

pytestmark = pytest.mark.django_db
BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition"
VISITS, FREED = f"{BASE}/SubscriptionTopic/visits", f"{BASE}/SubscriptionTopic/freed"
SECRET = f"{BASE}/StructureDefinition/subscription-secret"
CONTENT, TIMEOUT = f"{BACKPORT}/backport-payload-content", f"{BACKPORT}/backport-timeout"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def body(
    url: str = "https://hook.example/told", *, criteria: str = VISITS, filters: tuple[str, ...] = (), content: str = "",
    channel: dict[str, Any] | None = None, **more: Any,
) -> dict[str, Any]:  # fmt: skip
    """A Subscription as the guide writes it."""
    extensions = [{"url": f"{BACKPORT}/backport-filter-criteria", "valueString": one} for one in filters]
    asked = [{"url": f"{BACKPORT}/backport-payload-content", "valueCode": content}] if content else []
    made: dict[str, Any] = {
        "resourceType": "Subscription", "status": "requested", "reason": "Keep the call centre’s screen right",
        "criteria": criteria,
        "channel": {
            "type": "rest-hook", "endpoint": url, "payload": "application/fhir+json",
            "_payload": {"extension": asked}, **(channel or {}),
        },
        **more,
    }  # fmt: skip
    if extensions:
        made["_criteria"] = {"extension": extensions}
    return made


def ask(ehr: Machine, made: dict[str, Any]) -> Any:
    return ehr.send("POST", "Subscription", orjson.dumps(made))


def put(ehr: Machine, pk: str, made: dict[str, Any], **headers: str) -> Any:
    return ehr.send("PUT", f"Subscription/{pk}", orjson.dumps(made), headers=headers)


def asked_and_told(ehr: Machine, made: dict[str, Any]) -> tuple[str, Subscription]:
    """Created through the door, with its handshake answered."""
    answer = ask(ehr, made)
    assert answer.status == 201, answer.body
    row = Subscription.objects.get(pk=answer.body["id"])
    tell(row)
    row.refresh_from_db()
    return answer.body["id"], row


# Asking ----------------------------------------------------------------------------------------------------------


def test_it_is_created_as_asked_and_says_its_secret_once(universe: Universe, ehr: Machine) -> None:
    filters = (
        f"Appointment?location=Location/{universe.main.pk}&status=booked,noshow",
        f"Appointment?practitioner={BASE}/Practitioner/{universe.dr_carol.pk}",
        f"service-type={BASE}/CodeSystem/visit-type|follow-up,HealthcareService/{universe.same_day.pk}",
    )
    extras = [
        {"url": f"{BACKPORT}/backport-heartbeat-period", "valueUnsignedInt": 3600},
        {"url": f"{BACKPORT}/backport-timeout", "valueUnsignedInt": 20},
        {"url": f"{BACKPORT}/backport-max-count", "valuePositiveInt": 5},
    ]
    channel = {"extension": extras, "header": ["Authorization: Bearer of-theirs"]}
    made = body(filters=filters, content="empty", channel=channel, end="2026-12-31T00:00:00Z")
    answer = ask(ehr, made)
    assert answer.status == 201
    assert answer.headers["Location"] == f"{BASE}/Subscription/{answer.body['id']}/_history/1"
    given = {one["url"]: one for one in answer.body["channel"]["extension"]}
    row = Subscription.objects.get()
    assert given.pop(SECRET)["valueString"] == row.secret
    assert len(row.secret) >= 40
    again = ehr.get(f"Subscription/{row.pk}").body
    assert SECRET not in str(again)
    assert "of-theirs" not in str(again)
    assert again["_criteria"]["extension"] == [
        {"url": f"{BACKPORT}/backport-filter-criteria", "valueString": text} for text in (
            f"Appointment?location=Location/{universe.main.pk}", "Appointment?status=booked,noshow",
            f"Appointment?practitioner=Practitioner/{universe.dr_carol.pk}",
            f"Appointment?service-type={BASE}/CodeSystem/visit-type|follow-up,{BASE}/CodeSystem/visit-type|same-day",
        )
    ]  # fmt: skip
    assert {one["url"].rpartition("-")[2]: one for one in again["channel"]["extension"]}.keys() == {
        "period", "timeout", "count"
    }  # fmt: skip
    assert (again["status"], again["criteria"], again["end"]) == ("requested", VISITS, "2026-12-31T00:00:00Z")
    assert again["channel"]["_payload"]["extension"][0]["valueCode"] == "empty"


def test_what_is_told_is_the_id_alone_unless_more_is_asked(ehr: Machine) -> None:
    answer = ask(ehr, body())
    assert answer.body["channel"]["_payload"]["extension"][0]["valueCode"] == "id-only"


@pytest.mark.parametrize(
    "changes",
    [
        {"criteria": "Appointment?status=booked"},
        {"criteria": None},
        {"criteria": 7},
        {"status": "off"},
        {"status": "perhaps"},
        {"status": ["requested"]},
        {"end": "2025-01-01T00:00:00Z"},
        {"end": "soon"},
        {"end": "ge2027-01-01T00:00:00Z"},
        {"end": 5},
        {"channel": None},
        {"channel": []},
        {"channel": {"type": "websocket"}},
        {"channel": {"type": "rest-hook", "endpoint": "https://hook.example/", "payload": "text/plain"}},
        {"channel": {"type": "rest-hook", "endpoint": 5, "payload": "application/fhir+json"}},
        {"reason": {"a": 1}},
        {"resourceType": "Patient"},
        {"channel": {**body()["channel"], "header": "X: y"}},
        {"channel": {**body()["channel"], "header": [5]}},
        {"channel": {**body()["channel"], "_payload": {"extension": [{"url": CONTENT, "valueCode": "all"}]}}},
        {
            "channel": {
                **body()["channel"],
                "_payload": {"extension": [{"url": CONTENT, "valueCode": "empty"}] * 2},
            }
        },
        {"channel": {**body()["channel"], "extension": [{"url": TIMEOUT, "valueUnsignedInt": "10"}]}},
        {"channel": {**body()["channel"], "extension": [{"url": TIMEOUT, "valueUnsignedInt": True}]}},
        {"_criteria": {"extension": "x"}},
        {"_criteria": {"extension": [{"url": f"{BACKPORT}/backport-filter-criteria"}]}},
    ],
)
def test_what_cannot_be_is_refused_in_words(ehr: Machine, changes: dict[str, Any]) -> None:
    made = {key: value for key, value in {**body(), **changes}.items() if value is not None}
    answer = ask(ehr, made)
    assert answer.status in (400, 422)
    assert answer.body["issue"][0]["details"]["text"]
    assert Subscription.objects.count() == 0


@pytest.mark.parametrize(
    "text",
    [
        "Patient?name=Ana", "Appointment?date=2026-03-03", "Appointment?status=pending", "Appointment?location=Location/999",
        "Appointment?practitioner=Practitioner/999", "Appointment?service-type=none", "Appointment?patient=Group/1",
        "Appointment?patient=", "Appointment", "", "status=" + "booked," * 400,
    ],
)  # fmt: skip
def test_a_filter_that_is_none_is_refused_in_words(ehr: Machine, text: str) -> None:
    answer = ask(ehr, body(filters=(text,)))
    assert answer.status in (400, 422)


def test_what_the_client_may_not_see_cannot_be_named(universe: Universe, ehr: Machine) -> None:
    VisitType.objects.filter(pk=universe.skin_check.pk).update(sensitive=True)
    for text in (
        f"location=Location/{universe.harbor.pk}", "service-type=skin-check",
        f"service-type=HealthcareService/{universe.skin_check.pk}",
    ):  # fmt: skip
        there, nothing = (
            ask(ehr, body(filters=(text,))),
            ask(ehr, body(filters=(text.replace("skin", "none"),))),
        )
        assert there.status == nothing.status == 422


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://hook.example/",
        "https://127.0.0.1/hook",
        "https://[fd00::1]/",
        "https://169.254.169.254/latest",
    ],
)
def test_an_address_that_may_not_be_called_is_refused(ehr: Machine, endpoint: str) -> None:
    answer = ask(ehr, body(endpoint))
    assert answer.status == 400
    assert answer.code == "value"


def test_a_client_without_the_scopes_is_refused(universe: Universe, clock: Clock) -> None:
    blind = machine(universe, ["system/Subscription.cruds", "system/Slot.rs"])
    assert ask(blind, body()).status == 403
    assert ask(blind, body(criteria=FREED)).status == 201
    mute = machine(universe, ["system/Appointment.cruds"])
    assert ask(mute, body()).status == 403


def test_a_token_for_less_may_ask_for_less(universe: Universe, ehr: Machine) -> None:
    pk = ask(ehr, body()).body["id"]
    narrow = Machine(ehr.registered, partners.token(ehr.registered, ["system/Subscription.cruds"]))
    assert ask(narrow, body()).status == 403
    assert put(narrow, pk, body()).status == 403
    assert narrow.get(f"Subscription/{pk}/$events").status == 200


# Reading, changing, ending ---------------------------------------------------------------------------------------


def test_another_client_sees_none_of_it(universe: Universe, ehr: Machine) -> None:
    pk = ask(ehr, body()).body["id"]
    other = machine(universe)
    for answer in (
        other.get(f"Subscription/{pk}"), put(other, pk, body()), other.get(f"Subscription/{pk}/$status"),
        other.get(f"Subscription/{pk}/$events"), other.get(f"Subscription/{int(pk) + 1}"),
    ):  # fmt: skip
        assert (answer.status, answer.code) == (404, "not-found")
    assert other.send("DELETE", f"Subscription/{pk}").status == 204
    assert other.get("Subscription").body["total"] == 0
    assert ehr.get(f"Subscription/{pk}").body["status"] == "requested"


def test_search_finds_its_own(ehr: Machine) -> None:
    first, second = (
        ask(ehr, body()).body["id"],
        ask(ehr, body("https://other.example/", criteria=FREED)).body["id"],
    )
    assert ehr.get("Subscription").ids == [first, second]
    assert ehr.get("Subscription", criteria=FREED).ids == [second]
    assert ehr.get("Subscription", url="https://hook.example/told").ids == [first]
    assert ehr.get("Subscription", status="active,off").ids == []
    assert ehr.form("Subscription", _id=f"{first},{second},9").ids == [first, second]
    page = ehr.get("Subscription", _count=1)
    assert (page.ids, page.body["total"]) == ([first], 2)
    assert page.next is not None
    assert ehr.get(page.next).ids == [second]


def test_an_update_takes_over_what_is_different(ehr: Machine, receiver: Receiver) -> None:
    made = body(receiver.url, channel={"header": ["X-Key: of-theirs"]})
    pk, row = asked_and_told(ehr, made)
    now_active = ehr.get(f"Subscription/{pk}").body
    now_active["channel"]["_payload"]["extension"][0]["valueCode"] = "empty"
    answer = put(ehr, pk, now_active)
    assert (answer.status, answer.body["status"], answer.headers["ETag"]) == (200, "active", 'W/"2"')
    row.refresh_from_db()
    assert (row.content, row.headers) == ("empty", ["X-Key: of-theirs"])
    now_active["channel"]["endpoint"] = receiver.url + "&new=1"
    assert put(ehr, pk, now_active).body["status"] == "requested", "another address answers a handshake first"
    assert put(ehr, pk, {**now_active, "criteria": FREED}).status == 400
    stale = put(ehr, pk, now_active, **{"If-Match": 'W/"1"'})
    assert stale.status == 412


def test_off_ends_it_and_it_stays_ended(universe: Universe, ehr: Machine, receiver: Receiver) -> None:
    pk, row = asked_and_told(ehr, body(receiver.url))
    ended = put(ehr, pk, {**body(receiver.url), "status": "off"})
    assert (ended.status, ended.body["status"]) == (200, "off")
    universe.book(at(11))
    assert tell(row) == []
    assert put(ehr, pk, body(receiver.url)).status == 409


def test_deleted_is_gone(ehr: Machine) -> None:
    pk = ask(ehr, body()).body["id"]
    assert ehr.send("DELETE", f"Subscription/{pk}").status == 204
    assert ehr.get(f"Subscription/{pk}").status == 404
    assert ehr.get("Subscription").ids == []
    assert ehr.send("DELETE", f"Subscription/{pk}").status == 204


def test_requested_again_after_an_error(ehr: Machine, receiver: Receiver) -> None:
    receiver.usual = 500
    pk, row = asked_and_told(ehr, body(receiver.url))
    broken = ehr.get(f"Subscription/{pk}").body
    assert (broken["status"], broken["error"]) == ("error", "It answered 500.")
    receiver.usual = 204
    assert put(ehr, pk, {**broken, "status": "requested"}).body["status"] == "requested"
    assert tell(row) == ["handshake"]
    assert ehr.get(f"Subscription/{pk}").body["status"] == "active"


def test_xml_both_ways(ehr: Machine) -> None:
    made = body(filters=("Appointment?status=booked",), content="empty")
    answer = ehr.send(
        "POST", "Subscription", xml.write(made), kind="application/fhir+xml", accept="application/fhir+xml"
    )
    assert answer.status == 201, answer.body
    assert answer.body["_criteria"]["extension"][0]["valueString"] == "Appointment?status=booked"
    assert Subscription.objects.get().content == "empty"


# What is told ----------------------------------------------------------------------------------------------------


def test_every_kind_of_notice_is_a_bundle_as_the_guide_says(
    universe: Universe, ehr: Machine, receiver: Receiver
) -> None:
    beat = {"extension": [{"url": f"{BACKPORT}/backport-heartbeat-period", "valueUnsignedInt": 60}]}
    _, row = asked_and_told(ehr, body(receiver.url, content="full-resource", channel=beat))
    visit = universe.book(at(11))
    tell(row)
    tell(row, now=NOW + timedelta(minutes=2))
    assert receiver.kinds == ["handshake", "event-notification", "heartbeat"]
    for got in receiver.received:
        check(got.bundle)
        assert got.bundle["type"] == "history"
        assert got.bundle["entry"][0]["resource"]["resourceType"] == "Parameters"
        assert all("request" in entry and "response" in entry for entry in got.bundle["entry"])
    _, told, beat_again = receiver.received
    (event,) = told.events
    assert event["focus"] == f"{BASE}/Appointment/{visit.pk}"
    full = told.bundle["entry"][1]
    assert full["fullUrl"] == event["focus"]
    assert full["resource"] == ehr.get(f"Appointment/{visit.pk}").body
    assert beat_again.said["events-since-subscription-start"] == "1"


def test_what_is_sent_in_full_is_in_the_access_log(
    universe: Universe, ehr: Machine, receiver: Receiver
) -> None:
    _, row = asked_and_told(ehr, body(receiver.url, content="full-resource"))
    universe.book(at(11))
    before = Look.objects.count()
    tell(row)
    (look,) = Look.objects.order_by("pk")[before:]
    assert (look.user, look.kind, look.ref) == (ehr.registered.user, "patient", universe.ben.pk)


def test_in_full_only_as_far_as_the_scopes_go(universe: Universe, clock: Clock, receiver: Receiver) -> None:
    scopes = ["system/Appointment.rs", "system/Subscription.cruds"]
    narrow = machine(universe, scopes)
    _, row = asked_and_told(narrow, body(receiver.url, content="full-resource"))
    universe.book(at(11))
    tell(row)
    text = receiver.received[-1].body.decode()
    assert '"Appointment"' in text
    assert "Okafor" not in text


def test_a_visit_that_became_sensitive_is_not_named_when_it_is_told(
    universe: Universe, ehr: Machine, receiver: Receiver
) -> None:
    _, row = asked_and_told(ehr, body(receiver.url, content="full-resource"))
    receiver.answers = [500]
    visit = universe.book(at(11))
    tell(row)
    VisitType.objects.filter(pk=universe.follow_up.pk).update(sensitive=True)
    tell(row, now=NOW + timedelta(minutes=2))
    again = receiver.received[-1]
    assert again.events == [{"event-number": "1", "timestamp": "2026-03-03T15:00:00Z"}]
    assert f"Appointment/{visit.pk}" not in again.body.decode()
    assert len(again.bundle["entry"]) == 1


def test_freed_time_is_told_as_slots_that_can_be_booked(
    universe: Universe, ehr: Machine, receiver: Receiver
) -> None:
    _, row = asked_and_told(
        ehr, body(receiver.url, criteria=FREED, content="full-resource", filters=("service-type=follow-up",))
    )
    visit = universe.book(at(11))
    cancels.cancel(visit=visit, why="patient-asked", note="", version=1, key="c", by=universe.alice, now=NOW)
    tell(row)
    got = receiver.received[-1]
    check(got.bundle)
    assert "Okafor" not in got.body.decode()
    slots = [entry["resource"] for entry in got.bundle["entry"][1:]]
    assert {slot["status"] for slot in slots} == {"free"}
    assert "2026-03-03T16:00:00Z" in {slot["start"] for slot in slots}
    for slot in slots:
        assert ehr.get(f"Slot/{slot['id']}").body["status"] == "free"


# Asking how it stands --------------------------------------------------------------------------------------------


def test_status_says_how_they_stand(universe: Universe, ehr: Machine, receiver: Receiver) -> None:
    pk, row = asked_and_told(ehr, body(receiver.url))
    other = ask(ehr, body()).body["id"]
    universe.book(at(11))
    tell(row)
    (one,) = ehr.get(f"Subscription/{pk}/$status").matches
    said = {part["name"]: list(part.values())[1] for part in one["parameter"]}
    assert said["status"] == "active"
    assert (said["type"], said["events-since-subscription-start"]) == ("query-status", "1")
    assert len(ehr.get("Subscription/$status").matches) == 2
    assert len(ehr.get("Subscription/$status", id=other).matches) == 1
    assert len(ehr.get("Subscription/$status", status="active").matches) == 1
    by_post = {"resourceType": "Parameters", "parameter": [{"name": "id", "valueId": pk}]}
    assert len(ehr.send("POST", "Subscription/$status", orjson.dumps(by_post)).matches) == 1


def test_events_that_were_missed_can_be_read(universe: Universe, ehr: Machine, receiver: Receiver) -> None:
    pk, row = asked_and_told(ehr, body(receiver.url))
    receiver.usual = 500
    for hour in (11, 12, 13):
        universe.book(at(hour), request=universe.ready(universe.ben))
    tell(row)

    def numbers(**asked: Any) -> list[str]:
        found = ehr.get(f"Subscription/{pk}/$events", **asked)
        assert found.status == 200, found.body
        listed = found.body["entry"][0]["resource"]["parameter"]
        return [one["part"][0]["valueString"] for one in listed if one["name"] == "notification-event"]

    assert numbers() == ["1", "2", "3"]
    assert numbers(eventsSinceNumber=2) == ["2", "3"]
    assert numbers(eventsSinceNumber=2, eventsUntilNumber=2) == ["2"]
    assert "Okafor" not in str(ehr.get(f"Subscription/{pk}/$events", content="full-resource").body), (
        "never more than asked"
    )
    assert "Appointment" not in str(ehr.get(f"Subscription/{pk}/$events", content="empty").body)
    assert ehr.get(f"Subscription/{pk}/$events", eventsSinceNumber="x").status == 400
    assert ehr.get(f"Subscription/{pk}/$events", content="all").status == 400


def test_the_capability_statement_names_it(ehr: Machine) -> None:
    found = ehr.get("metadata").body["rest"][0]["resource"]
    (one,) = [row for row in found if row["type"] == "Subscription"]
    assert {row["code"] for row in one["interaction"]} == {
        "read",
        "search-type",
        "create",
        "update",
        "delete",
    }
    assert f"{BACKPORT}/backport-subscription" in one["supportedProfile"]
    assert {row["name"] for row in one["operation"]} == {"status", "events"}


def test_a_client_that_is_ended_is_told_nothing_more(
    universe: Universe, ehr: Machine, receiver: Receiver
) -> None:
    _, row = asked_and_told(ehr, body(receiver.url))
    universe.book(at(11))
    clients.end(client=ehr.registered.client, by=universe.dan, now=NOW)
    assert tell(row) == []
    assert subscriptions.end_due(by=TELLER, now=NOW) == 1
    row.refresh_from_db()
    assert row.state == "off"
