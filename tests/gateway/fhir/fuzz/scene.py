"""What there is to be had at the door, and what this client must never see of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from frontdesk.book.actions import appointments, holds
from frontdesk.book.actions.holds import Wanted
from frontdesk.book.models import Appointment
from frontdesk.outreach.models import Message
from frontdesk.partners.actions import subscriptions
from frontdesk.partners.models import OutsideNumber, Topic
from frontdesk.partners.rules_subscriptions import Asked
from frontdesk.triage.actions import requests, words
from frontdesk.triage.models import Contact
from frontdesk.work.models import Task
from tests.factories import clinic as factory
from tests.factories import partners
from tests.factories.protocol import CHECK_UP, FEVER
from tests.gateway.fhir.machine import Machine
from tests.gateway.fhir.worked import called, in_crisis, work_of
from tests.universe import LAST_OPEN, NOW, Universe, at

CANARY = "CANARY"  # stands in whatever this client must not see


@dataclass
class Scene:
    """A client of Main Street that does not see sensitive visits, and all that it may name, its own and not its own."""

    cast: Universe
    machine: Machine
    own: Appointment
    proposal: str
    hold: str
    page: str
    subscription: int
    seen: frozenset[int]  # the visits that the client may see
    newest: int  # the last visit that was there before
    foreign: dict[str, list[str]]  # ids that it must not be given anything by, by their type
    secret: int  # the visit type that it does not know of
    work: tuple[str, str]  # a handoff and a call that the client may see

    @property
    def bearer(self) -> dict[str, str]:
        return partners.bearer(self.machine.token)


def build(cast: Universe) -> Scene:
    """Visits of the desk and of two clients, one of a sensitive type, one at the other site."""
    kind = factory.visit_type("secret", f"{CANARY} clinic", in_=cast.dr_carol.specialty, minutes=30)
    kind.sensitive = kind.public = True
    kind.save()
    cast.follow_up.public = True
    cast.follow_up.save()
    machine = Machine(cast)
    stranger = Machine(cast, sites=[cast.main, cast.harbor], name=f"{CANARY} client", sees_sensitive=True)
    own = Appointment.objects.get(pk=int(machine.booked(cast.ben)["id"]))
    desk = cast.book(at(15, day=LAST_OPEN), request=cast.ready(cast.dora))
    start = at(9, day=LAST_OPEN)
    secret = cast.book(
        start, request=cast.ready(cast.chen), wanted=cast.wanted(start, visit_type=kind, room=cast.exam_2)
    )
    elsewhere = _elsewhere(cast)
    secret_work = work_of("appointment", elsewhere.pk)
    crisis = in_crisis(cast)
    Task.objects.filter(pk=secret_work.pk).update(title=CANARY)
    Message.objects.filter(about_ref=secret.pk).update(subject=CANARY, body=CANARY)
    OutsideNumber.objects.create(
        client=stranger.client, system=f"urn:{CANARY}", value=f"{CANARY}-1", appointment=own
    )
    mine, theirs = (_subscribed(one, name) for one, name in ((machine, "mine"), (stranger, CANARY)))
    own_page, foreign_page = (
        _next(one.get("Slot?_count=1&start=ge2026-03-04")) for one in (machine, stranger)
    )
    foreign = {
        "Appointment": [
            str(secret.pk), str(elsewhere.pk), stranger.offered(cast.dora)["id"],
            str(stranger.hold(stranger.offered(cast.ana)["id"]).one["id"]),
        ],
        "Subscription": [str(theirs)],
        "HealthcareService": [str(kind.pk)],
        "Location": [str(cast.harbor.pk), f"room-{cast.harbor_room.pk}"],
        "Schedule": [f"{cast.dr_lena.pk}-{cast.harbor.pk}"],
        "Task": [
            str(secret_work.pk), *(f"handoff-{one.pk}" for one in crisis.handoffs.all()),
            *(str(pk) for pk in Task.objects.filter(restricted=True).values_list("pk", flat=True)),
        ],
        "Communication": [
            *(str(one.pk) for one in Message.objects.filter(about_ref=secret.pk)),
            *(f"contact-{one.pk}" for one in Contact.objects.filter(request=crisis)),
        ],
        "_page": [foreign_page],
    }  # fmt: skip
    held = machine.hold(machine.offered(cast.newcomer("Held", "Patient", phone="212-555-0109"))["id"]).one[
        "id"
    ]
    proposal = machine.offered(cast.dora)["id"]
    newest = max(Appointment.objects.values_list("pk", flat=True))
    seen = frozenset((own.pk, desk.pk))
    handed = cast.ready(cast.dora, said=FEVER)
    work = (f"handoff-{handed.handoffs.get().pk}", f"contact-{called(cast, handed).pk}")
    return Scene(cast, machine, own, proposal, held, own_page, mine, seen, newest, foreign, kind.pk, work)


def _elsewhere(cast: Universe) -> Appointment:
    """A visit that Charlie booked at Harbor."""
    site, by = cast.harbor, cast.charlie
    request = requests.open_request(site=site, by=by, now=NOW)
    born = f"{cast.dora.birth_date:%m/%d/%Y}"
    said = {
        "said_name": cast.dora.name,
        "said_birth_date": born,
        "callback": "212-555-0142",
        "kind": "symptom",
    }
    for field, value in said.items():
        request = requests.save_field(request=request, field=field, value=value, by=by, now=NOW)
    request = words.add(request=request, text=CHECK_UP, by=by, now=NOW)
    wanted = Wanted(cast.skin_check, site, cast.dr_lena, at(10, day=LAST_OPEN), cast.harbor_room)
    held = holds.place(
        wanted=wanted, patient=cast.dora, request_id=request.pk, key="elsewhere", by=by, now=NOW
    )
    return appointments.book(hold=held, by=by, now=NOW)


def _subscribed(one: Machine, name: str) -> int:
    asked = Asked(topic=Topic.VISITS, endpoint=f"https://{name.lower()}.example/{name}", reason=name)
    return subscriptions.ask(client=one.client, asked=asked, by=one.user, now=NOW).pk


def _next(answer: Any) -> str:
    found = [one["url"] for one in answer.resource["link"] if one["relation"] == "next"]
    assert found, "the search has no second page"
    return str(found[0].partition("_page=")[2])
