"""Subscription at the door: create, read, search, update, delete, $status and $events."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Any

from frontdesk.gateway.fhir import bundle
from frontdesk.gateway.fhir.bundle import Page
from frontdesk.gateway.fhir.door import Answer, Call, Problem
from frontdesk.gateway.fhir.kinds import Kind, Operation
from frontdesk.gateway.fhir.params import ID, Param
from frontdesk.gateway.fhir.references import number
from frontdesk.gateway.fhir.search import asked as searched
from frontdesk.gateway.fhir.search import plain
from frontdesk.gateway.fhir.subscriptions.bundles import bundle as notices_bundle
from frontdesk.gateway.fhir.subscriptions.bundles import status_of as standing
from frontdesk.gateway.fhir.subscriptions.resource import BACKPORT, PROFILE, asked, status_of, to_fhir
from frontdesk.gateway.fhir.subscriptions.topics import ABOUT, canonical
from frontdesk.partners.actions import subscriptions
from frontdesk.partners.models import Content, Subscription, SubscriptionState, Topic
from frontdesk.partners.queries.subscriptions import own

MOST_EVENTS = 100  # of one answer to $events
_DEFINITIONS = BACKPORT.replace("StructureDefinition", "OperationDefinition")


def create(call: Call) -> Answer:
    """POST: it begins as "requested", whatever comes of the handshake. The secret is in this answer only."""
    if status_of(call.body) not in (SubscriptionState.REQUESTED, SubscriptionState.ACTIVE):
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "value", "A new subscription has the status requested."
        )
    made = subscriptions.ask(client=call.client, asked=asked(call.body, call), by=call.user, now=call.now)
    answer = bundle.one(to_fhir(made, call.base, secret=True), HTTPStatus.CREATED)
    place = f"{call.base}/Subscription/{made.pk}"
    headers = {**answer.headers, "Location": f"{place}/_history/{made.version}", "Cache-Control": "no-store"}
    return replace(answer, headers=headers)


def read(call: Call, pk: str) -> Answer:
    return bundle.one(to_fhir(_load(call, pk), call.base))


def update(call: Call, pk: str) -> Answer:
    """PUT: "off" ends it, "requested" tries again where it was stopped; what else is different is taken over."""
    row = _load(call, pk)
    if str(call.body.get("id", pk)) != pk:
        raise Problem(HTTPStatus.BAD_REQUEST, "value", "The id in the body is not that of the address.")
    wanted = status_of(call.body)
    if wanted is SubscriptionState.OFF:
        row = subscriptions.end(subscription=row, by=call.user, now=call.now, how="its client ended it")
    else:
        row = _change(call, row, again=wanted is SubscriptionState.REQUESTED)
    return bundle.one(to_fhir(row, call.base))


def _change(call: Call, row: Subscription, *, again: bool) -> Subscription:
    try:
        return subscriptions.change(
            subscription=row,
            asked=asked(call.body, call, was=row),
            again=again and row.state != SubscriptionState.ACTIVE,
            version=_version(call),
            by=call.user,
            now=call.now,
        )
    except subscriptions.ChangedSince as error:
        raise Problem(HTTPStatus.PRECONDITION_FAILED, "conflict", error.sentence, detail=error.code) from None


def delete(call: Call, pk: str) -> Answer:
    """It is ended, and as if it had never been there. Deleting what is not there changes nothing."""
    row = _find(call, pk)
    if row is not None:
        how = "its client deleted it"
        subscriptions.end(subscription=row, by=call.user, now=call.now, how=how, forget=True)
    return Answer(None, HTTPStatus.NO_CONTENT)


def search(call: Call) -> Answer:
    """The client's own, in the order in which it asked."""
    wish = searched(call, "Subscription", SUBSCRIPTION)
    rows = own(call.client)
    for term in wish.terms:
        rows = rows.filter(**_condition(term.name, [plain(one) for one in term.values], call))
    total = rows.count()
    if wish.after is not None:
        rows = rows.filter(pk__gt=wish.after[0])
    found = list(rows.order_by("pk")[: wish.count + 1])
    more = (found[wish.count - 1].pk,) if len(found) > wish.count else None
    shown = [to_fhir(row, call.base) for row in found[: wish.count]]
    return bundle.searchset(call, wish, Page(shown, total, more))


def status(call: Call, pk: str) -> Answer:
    """How one subscription stands."""
    return _statuses(call, [_load(call, pk)])


def statuses(call: Call) -> Answer:
    """How the named ones stand, or all of the client's own."""
    said = _parameters(call)
    rows = own(call.client).order_by("pk")
    if ids := said.get("id"):
        rows = rows.filter(pk__in=[pk for one in ids if (pk := number(one)) is not None])
    if states := said.get("status"):
        rows = rows.filter(state__in=states)
    return _statuses(call, list(rows))


def events(call: Call, pk: str) -> Answer:
    """Notices that were numbered, whether they were sent or not: what a receiver missed it reads here."""
    row, said = _load(call, pk), _parameters(call)
    found = row.notices.filter(number__isnull=False)
    for name, lookup in (("eventsSinceNumber", "number__gte"), ("eventsUntilNumber", "number__lte")):
        if values := said.get(name):
            found = found.filter(**{lookup: _event_number(values[-1], name)})
    wanted = said.get("content", [row.content])[-1]
    order = list(Content)
    if wanted not in order:
        raise Problem(HTTPStatus.BAD_REQUEST, "value", f"The content is one of {', '.join(order)}.")
    may = row.content if call.may(ABOUT[Topic(row.topic)], "r") else Content.EMPTY
    content = min(Content(wanted), Content(may), key=order.index)  # never more than it was asked for
    shown = list(found.order_by("number").select_related("site")[:MOST_EVENTS])
    return Answer(notices_bundle(row, "query-event", shown, call, content=content))


def _statuses(call: Call, rows: list[Subscription]) -> Answer:
    standings = [standing(row, "query-status", call.base) for row in rows]
    entries = [
        {"fullUrl": f"urn:uuid:{one['id']}", "resource": one, "search": {"mode": "match"}}
        for one in standings
    ]
    link = {"relation": "self", "url": f"{call.base}/Subscription/$status"}
    found = {"resourceType": "Bundle", "type": "searchset", "total": len(rows), "link": [link]}
    return Answer({**found, "entry": entries} if entries else found)


def _load(call: Call, pk: str) -> Subscription:
    """One of the client's own. Raises Problem (404) for any other, as for none."""
    row = _find(call, pk)
    if row is None:
        raise bundle.nothing("Subscription")
    return row


def _find(call: Call, text: str) -> Subscription | None:
    pk = number(text)
    return None if pk is None else own(call.client).filter(pk=pk).first()


def _condition(name: str, values: list[str], call: Call) -> dict[str, Any]:
    if name == "_id":
        return {"pk__in": [pk for one in values if (pk := number(one)) is not None]}
    if name == "status":
        return {"state__in": values}
    if name == "url":
        return {"endpoint__in": values}
    topics = {canonical(call.base, topic): topic for topic in Topic}
    return {"topic__in": [topics[one] for one in values if one in topics]}


def _version(call: Call) -> int | None:
    """The version that the client says it knows (If-Match); -1 for one that never was."""
    said = call.request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if not said or said == "*":
        return None
    return number(said) if number(said) is not None else -1


def _parameters(call: Call) -> dict[str, list[str]]:
    """Plain parameters of an operation: from the address, and from Parameters in the body."""
    found = {name: list(values) for name, values in call.params.items()}
    if call.request.method == "POST" and call.request.body.strip() and not call.request.POST:
        listed = call.body.get("parameter", [])
        for one in listed if isinstance(listed, list) else []:
            if isinstance(one, dict) and isinstance(one.get("name"), str):
                values = [str(value) for key, value in one.items() if key.startswith("value")]
                found.setdefault(one["name"], []).extend(values)
    return found


def _event_number(text: str, name: str) -> int:
    found = number(text)
    if found is None:
        raise Problem(HTTPStatus.BAD_REQUEST, "value", f"{name} is a whole number.")
    return found


SUBSCRIPTION = Kind(
    read=read,
    search=search,
    create=create,
    update=update,
    delete=delete,
    params={
        "_id": ID,
        "status": Param("token", "requested, active, error or off"),
        "criteria": Param("string", "The topic, by its canonical address"),
        "url": Param("uri", "The address that is told"),
    },
    profiles=(PROFILE,),
    operations={"$status": Operation(statuses, "r", f"{_DEFINITIONS}/backport-subscription-status")},
    of_one={"$status": status, "$events": events},
    defined={"$events": f"{_DEFINITIONS}/backport-subscription-events"},
)
