"""What a token without a right must not get by another way."""

from __future__ import annotations

import pytest

from frontdesk.book.models import Appointment, Hold
from tests.factories import partners
from tests.gateway.fhir.machine import Machine, reference, resource
from tests.gateway.fhir.support import Clock
from tests.universe import LAST_OPEN, Universe, at

pytestmark = pytest.mark.django_db


def with_scopes(cast: Universe, *scopes: str) -> Machine:
    """A client registered for everything, with a token for these scopes alone."""
    made = Machine(cast)
    made.token = partners.token(made.registered, scopes)
    return made


@pytest.fixture
def visit(universe: Universe, clock: Clock) -> Appointment:
    """Booked at the desk."""
    return universe.book(at(15, day=LAST_OPEN), request=universe.ready(universe.dora))


def test_booking_does_not_read(universe: Universe, visit: Appointment) -> None:
    """A visit that another has booked is not shown to one who may book and not read."""
    booker = with_scopes(universe, "system/Appointment.c")
    answer = booker.ask("book", reference("appointment-reference", f"Appointment/{visit.pk}"))
    assert (answer.status, answer.found) == (403, [])
    assert "Nilsson" not in str(answer.resource)


def test_booking_does_not_change(universe: Universe, visit: Appointment) -> None:
    booker = with_scopes(universe, "system/Appointment.cr")
    whole = {**booker.get(f"Appointment/{visit.pk}").resource, "status": "cancelled"}
    answer = booker.ask("book", resource("appointment-resource", whole))
    assert answer.status == 403
    visit.refresh_from_db()
    assert visit.status == "booked"


def test_finding_does_not_name(universe: Universe, clock: Clock) -> None:
    """Who may look for times and not read patients is told no more of a patient than it knew."""
    finder = with_scopes(universe, "system/Appointment.s")
    answer = finder.find(patient=universe.ana)
    assert answer.found
    for secret in ("Lucero", "1979", "555-0101", "Spanish"):
        assert secret not in str(answer.resource), secret


@pytest.mark.parametrize("kind", ["Patient", "Practitioner", "Location"])
def test_including_needs_the_right_to_read_what_is_included(
    kind: str, universe: Universe, visit: Appointment
) -> None:
    reader = with_scopes(universe, "system/Appointment.rs")
    answer = reader.get(f"Appointment?_id={visit.pk}&_include=*")
    assert answer.status == 200
    assert kind not in {one["resource"]["resourceType"] for one in answer.resource["entry"]}


def test_a_subscription_tells_no_more_than_its_token_may_read(universe: Universe, clock: Clock) -> None:
    whole = with_scopes(universe, "system/*.cruds")
    body = {
        "resourceType": "Subscription", "status": "requested", "reason": "x",
        "criteria": "http://testserver/fhir/SubscriptionTopic/visits",
        "channel": {"type": "rest-hook", "endpoint": "https://hook.example/x", "payload": "application/fhir+json"},
    }  # fmt: skip
    assert whole.send("POST", "Subscription", body).status == 201
    narrow = with_scopes(universe, "system/Subscription.c")
    assert narrow.send("POST", "Subscription", body).status == 403


def test_reading_an_address_changes_nothing(universe: Universe, booker: Machine) -> None:
    """GET is safe: whoever fetches an address ahead, or again, must not book by it."""
    proposal = booker.offered(universe.dora)["id"]
    for name in ("hold", "book"):
        answer = booker.get(f"Appointment/${name}?appointment-reference=Appointment/{proposal}")
        assert answer.status == 405, answer.resource
    assert not Appointment.objects.exists()
    assert not Hold.objects.exists()
