"""Notices on the wire: a Bundle of type history whose first entry says how the subscription stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

import orjson
from django.http import HttpRequest

from frontdesk.gateway.fhir.dates import instant
from frontdesk.gateway.fhir.door import Call, Problem
from frontdesk.gateway.fhir.kinds import kinds
from frontdesk.gateway.fhir.references import visits
from frontdesk.gateway.fhir.slot_ids import SlotId, pack
from frontdesk.gateway.fhir.subscriptions.resource import BACKPORT
from frontdesk.gateway.fhir.subscriptions.topics import canonical
from frontdesk.partners.models import Content, Notice, Subscription, Topic
from frontdesk.partners.ports import Kind, What
from frontdesk.partners.queries.freed import bookable

BUNDLE = f"{BACKPORT}/backport-subscription-notification-r4"
STATUS = f"{BACKPORT}/backport-subscription-status-r4"
ERRORS = "http://terminology.hl7.org/CodeSystem/subscription-error"


def written(*, subscription: Subscription, kind: Kind, notices: Sequence[Notice], now: datetime) -> bytes:
    """The body of one request to the client. It holds what the client may see at this moment, and no more."""
    call = _call(subscription, now)
    return orjson.dumps(bundle(subscription, kind.value, notices, call))


def bundle(
    subscription: Subscription, kind: str, notices: Sequence[Notice], call: Call, *, content: str = ""
) -> dict[str, Any]:
    """A Bundle about the notices. `content` is how much of them is said: as the subscription asks, or less."""
    content = content or subscription.content
    focuses = (
        {one.pk: list(_focuses(one, subscription, call)) for one in notices}
        if content != Content.EMPTY
        else {}
    )
    events = [_event(one, [f"{call.base}/{at}" for at in focuses.get(one.pk, ())]) for one in notices]
    status = status_of(subscription, kind, call.base, events=events, topic=content != Content.EMPTY)
    entries = [
        {
            "fullUrl": f"urn:uuid:{status['id']}",
            "resource": status,
            "request": {"method": "GET", "url": f"{call.base}/Subscription/{subscription.pk}/$status"},
            "response": {"status": "200"},
        }
    ]
    if content == Content.FULL:
        named = dict.fromkeys(at for found in focuses.values() for at in found)
        entries += [entry for at in named if (entry := _in_full(at, call)) is not None]
    return {
        "resourceType": "Bundle",
        "meta": {"profile": [BUNDLE]},
        "type": "history",
        "timestamp": instant(call.now),
        "entry": entries,
    }


def status_of(
    subscription: Subscription,
    kind: str,
    base: str,
    *,
    events: Sequence[dict[str, Any]] = (),
    topic: bool = True,
) -> dict[str, Any]:
    """How the subscription stands, as Parameters."""
    said: list[dict[str, Any]] = [
        {
            "name": "subscription",
            "valueReference": {"reference": f"{base}/Subscription/{subscription.pk}"},
        }
    ]
    if topic:
        said.append({"name": "topic", "valueCanonical": canonical(base, Topic(subscription.topic))})
    said += [
        {"name": "status", "valueCode": subscription.state},
        {"name": "type", "valueCode": kind},
        {"name": "events-since-subscription-start", "valueString": str(subscription.events)},
        *events,
    ]
    if subscription.trouble:
        coding = {"system": ERRORS, "code": "no-response"}
        said.append(
            {"name": "error", "valueCodeableConcept": {"coding": [coding], "text": subscription.trouble}}
        )
    profile = {"profile": [STATUS]}
    return {"resourceType": "Parameters", "id": str(uuid4()), "meta": profile, "parameter": said}


def _event(notice: Notice, focuses: Sequence[str]) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [
        {"name": "event-number", "valueString": str(notice.number)},
        {"name": "timestamp", "valueInstant": instant(notice.happened_at)},
    ]
    names = ["focus", *["additional-context"] * len(focuses)]
    parts += [
        {"name": name, "valueReference": {"reference": at}} for name, at in zip(names, focuses, strict=False)
    ]
    return {"name": "notification-event", "part": parts}


def _focuses(notice: Notice, subscription: Subscription, call: Call) -> Iterator[str]:
    """What the notice is about, as "Type/id", if the client may see it now; of a visit that it lost, the id alone."""
    if notice.what == What.FREED:
        for one in bookable(notice, subscription, now=call.now):
            yield f"Slot/{pack(SlotId(one.provider, one.site, one.visit_type, one.start))}"
    elif (pk := notice.appointment_id) and (notice.what == What.GONE or visits(call).filter(pk=pk).exists()):
        yield f"Appointment/{pk}"


def _in_full(at: str, call: Call) -> dict[str, Any] | None:
    """The resource as the client would read it, with the same line in the access log; None where it may not."""
    kind, _, pk = at.partition("/")
    read = kinds()[kind].read
    if read is None or not call.may(kind, "r"):
        return None
    try:
        found = read(call, pk).resource
    except Problem:
        return None
    return {
        "fullUrl": f"{call.base}/{at}",
        "resource": found,
        "request": {"method": "GET", "url": at},
        "response": {"status": "200"},
    }


def _call(subscription: Subscription, now: datetime) -> Call:
    """The client as if it asked now, with every scope that it holds, at the address that it knows."""
    client = subscription.client
    call = Call(HttpRequest(), client, client.user, frozenset(client.scopes), now)
    call.__dict__["base"] = subscription.base  # there is no request that could say it
    return call
