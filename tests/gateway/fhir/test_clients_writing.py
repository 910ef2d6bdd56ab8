"""Real clients from elsewhere write through the door over HTTP: fhirpy and fhirclient, each in its own manner."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from fhirclient.client import FHIRClient
from fhirclient.models.appointment import Appointment as Theirs
from fhirclient.models.fhirabstractbase import FHIRValidationError
from fhirclient.models.subscription import Subscription as TheirSubscription
from fhirclient.server import FHIRNotFoundException
from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import OperationOutcome, ResourceNotFound
from pytest_django.live_server_helper import LiveServer

from frontdesk.book.models import Appointment
from frontdesk.partners.models import Subscription
from tests.factories.protocol import CHEST_PAIN
from tests.gateway.fhir.machine import TOMORROW, Machine, participants, reference
from tests.universe import Universe, at

pytestmark = pytest.mark.django_db(transaction=True)


def wish(base: str, universe: Universe, *, hour: int = 9) -> dict[str, Any]:
    start = at(hour, day=TOMORROW)
    refs = (
        f"Patient/{universe.ben.pk}",
        f"Practitioner/{universe.dr_carol.pk}",
        f"Location/{universe.main.pk}",
    )
    return {
        "status": "booked", "start": start.isoformat(), "end": (start + timedelta(minutes=30)).isoformat(),
        "serviceType": [{"coding": [{"system": f"{base}/CodeSystem/visit-type", "code": "follow-up"}]}],
        "participant": participants(*refs),
    }  # fmt: skip


@pytest.mark.usefixtures("clock")
def test_fhirpy_books_moves_and_cancels(universe: Universe, live_server: LiveServer) -> None:
    """It sends application/json, and patches with a plain merge body."""
    base = f"{live_server.url}/fhir"
    client = SyncFHIRClient(base, authorization=f"Bearer {Machine(universe).token}")
    visit = client.resource("Appointment", **wish(base, universe))
    visit.save()
    assert visit["id"] == str(Appointment.objects.get().pk)
    visit["start"], visit["end"] = "2026-03-04T20:00:00Z", "2026-03-04T20:30:00Z"
    visit.save()
    assert Appointment.objects.get().moved == 1
    visit.patch(status="cancelled")
    found = client.resources("Appointment").search(_id=visit["id"]).first()
    assert found is not None and found["status"] == "cancelled"


@pytest.mark.usefixtures("clock")
def test_fhirpy_finds_holds_and_books(universe: Universe, live_server: LiveServer) -> None:
    base = f"{live_server.url}/fhir"
    client = SyncFHIRClient(base, authorization=f"Bearer {Machine(universe).token}")

    def ask(name: str, *values: dict[str, Any]) -> Any:
        body = {"resourceType": "Parameters", "parameter": list(values)}
        return client.execute(f"Appointment/${name}", method="post", data=body)

    found = ask(
        "find", {"name": "start", "valueDateTime": "2026-03-04T13:00:00Z"},
        {"name": "end", "valueDateTime": "2026-03-04T22:00:00Z"}, {"name": "visit-type", "valueString": "follow-up"},
        {"name": "patient-reference", "valueReference": {"reference": f"Patient/{universe.ben.pk}"}},
    )  # fmt: skip
    first, second = (one["resource"]["id"] for one in found["entry"][:2])
    held = ask("hold", reference("appointment-reference", f"Appointment/{first}"))["entry"][0]["resource"]
    booked = ask("book", reference("appointment-reference", f"Appointment/{held['id']}"))
    assert booked["entry"][0]["resource"]["status"] == "booked"
    again = reference("appointment-reference", f"Appointment/{second}")
    with pytest.raises(OperationOutcome, match="GATE_EMERGENCY"):
        ask("book", again, {"name": "comment", "valueString": CHEST_PAIN})
    assert Appointment.objects.count() == 1


@pytest.mark.usefixtures("clock")
def test_fhirclient_books_and_changes(universe: Universe, live_server: LiveServer) -> None:
    """It reads /metadata before anything else, and validates what it is given by its own models."""
    base = f"{live_server.url}/fhir"
    client = FHIRClient(settings={"app_id": "frontdesk-tests", "api_base": base})
    client.server.session.headers["Authorization"] = f"Bearer {Machine(universe).token}"
    made = Theirs({"resourceType": "Appointment", **wish(base, universe)}).create(client.server)
    visit = Theirs.read(made["id"], client.server)
    assert (visit.status, visit.participant[0].actor.reference) == ("booked", f"Patient/{universe.ben.pk}")
    visit.status = "cancelled"
    changed = Theirs(visit.update(client.server))
    assert (changed.status, Appointment.objects.get().status) == ("cancelled", "cancelled")
    with pytest.raises(FHIRValidationError):
        Theirs({"resourceType": "Appointment", "status": 7})


def subscription(base: str) -> dict[str, Any]:
    """What a program that wants to be told of visits at one site sends."""
    backport = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition"
    return {
        "status": "requested", "reason": "Keep our call list right", "criteria": f"{base}/SubscriptionTopic/visits",
        "channel": {
            "type": "rest-hook", "endpoint": "https://hook.example/told", "payload": "application/fhir+json",
            "extension": [{"url": f"{backport}/backport-timeout", "valueUnsignedInt": 20}],
        },
    }  # fmt: skip


@pytest.mark.usefixtures("clock")
def test_fhirpy_subscribes(universe: Universe, live_server: LiveServer) -> None:
    """Create, read, search, change, delete."""
    base = f"{live_server.url}/fhir"
    client: Any = SyncFHIRClient(base, authorization=f"Bearer {Machine(universe).token}")
    made = client.resource("Subscription", **subscription(base))
    made.save()
    assert made["status"] == "requested" and "subscription-secret" in str(made["channel"]["extension"])
    read = client.reference("Subscription", made["id"]).to_resource()
    assert "subscription-secret" not in str(read)
    assert (read["criteria"], read["channel"]["endpoint"]) == (made["criteria"], "https://hook.example/told")
    assert [one["id"] for one in client.resources("Subscription").search(status="requested").fetch_all()] == [
        made["id"]
    ]
    read["reason"] = "Keep our screen right"
    read.save()
    assert Subscription.objects.get().reason == "Keep our screen right"
    read.delete()
    with pytest.raises(ResourceNotFound):
        client.reference("Subscription", made["id"]).to_resource()
    assert client.resources("Subscription").count() == 0


@pytest.mark.usefixtures("clock")
def test_fhirclient_subscribes(universe: Universe, live_server: LiveServer) -> None:
    base = f"{live_server.url}/fhir"
    client = FHIRClient(settings={"app_id": "frontdesk-tests", "api_base": base})
    client.server.session.headers["Authorization"] = f"Bearer {Machine(universe).token}"
    made = TheirSubscription({"resourceType": "Subscription", **subscription(base)}).create(client.server)
    read = TheirSubscription.read(made["id"], client.server)
    assert (read.status, read.channel.type, read.reason) == (
        "requested",
        "rest-hook",
        "Keep our call list right",
    )
    found = TheirSubscription.where({"status": "requested"}).perform_resources_iter(client.server)
    assert [one.id for one in found] == [made["id"]]
    read.delete(client.server)
    assert not [*TheirSubscription.where({}).perform_resources_iter(client.server)]
    with pytest.raises(FHIRNotFoundException):
        TheirSubscription.read(made["id"], client.server)
    assert [(one.state, one.endpoint) for one in Subscription.objects.all()] == [("off", "")]
