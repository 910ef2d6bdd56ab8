"""Subscription on the wire, both ways: R4, with the extensions of the R5 backport."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from frontdesk.gateway.fhir.dates import instant, read
from frontdesk.gateway.fhir.door import Call, Problem
from frontdesk.gateway.fhir.subscriptions.topics import (
    ABOUT,
    canonical,
    read_filters,
    topic_of,
    write_filters,
)
from frontdesk.partners.models import Content, Subscription, SubscriptionState, Topic
from frontdesk.partners.rules_subscriptions import Asked

BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition"
PROFILE = f"{BACKPORT}/backport-subscription"
FILTER, CONTENT = f"{BACKPORT}/backport-filter-criteria", f"{BACKPORT}/backport-payload-content"
HEARTBEAT, TIMEOUT = f"{BACKPORT}/backport-heartbeat-period", f"{BACKPORT}/backport-timeout"
MOST = f"{BACKPORT}/backport-max-count"
SECRET = "/StructureDefinition/subscription-secret"  # noqa: S105  below the address of this door: a name, no secret
PAYLOADS = ("application/fhir+json", "application/json")
_UTC = ZoneInfo("UTC")
_Value = TypeVar("_Value", str, int)


def to_fhir(row: Subscription, base: str, *, secret: bool = False) -> dict[str, Any]:
    """The subscription, without the values of its headers; with its secret only in the answer to its creation."""
    topic = Topic(row.topic)
    found: dict[str, Any] = {
        "resourceType": "Subscription",
        "id": str(row.pk),
        "meta": {"versionId": str(row.version), "profile": [PROFILE]},
        "status": row.state,
        "reason": row.reason or topic.label,
        "criteria": canonical(base, topic),
    }
    if row.filters:
        texts = write_filters(row.filters, topic, base)
        found["_criteria"] = {"extension": [{"url": FILTER, "valueString": text} for text in texts]}
    if row.trouble:
        found["error"] = row.trouble
    if row.until is not None:
        found["end"] = instant(row.until)
    found["channel"] = _channel(row, base, secret)
    return found


def _channel(row: Subscription, base: str, secret: bool) -> dict[str, Any]:
    extensions: list[dict[str, Any]] = [
        {"url": TIMEOUT, "valueUnsignedInt": row.seconds_patience},
        {"url": MOST, "valuePositiveInt": row.most_in_one},
    ]
    if row.seconds_between:
        extensions.append({"url": HEARTBEAT, "valueUnsignedInt": row.seconds_between})
    if secret:
        extensions.append({"url": base + SECRET, "valueString": row.secret})
    return {
        "extension": extensions,
        "type": "rest-hook",
        "endpoint": row.endpoint,
        "payload": PAYLOADS[0],
        "_payload": {"extension": [{"url": CONTENT, "valueCode": row.content}]},
    }


def asked(body: dict[str, Any], call: Call, *, was: Subscription | None = None) -> Asked:
    """What the body asks for. Headers that it leaves out are kept, since they are never shown.

    Raises Problem: 422, and 403 where the token may not read what the topic is about.
    """
    if body.get("resourceType", "Subscription") != "Subscription":
        raise _bad("The body is no Subscription.", "structure")
    topic = topic_of(body.get("criteria"), call)
    call.needs(ABOUT[topic], "r")
    channel = _object(body, "channel")
    _check_channel(channel)
    texts = [
        _text(one.get("valueString"), "A filter") for one in _extensions(_object(body, "_criteria"), FILTER)
    ]
    headers = _headers(channel)
    return Asked(
        topic=topic,
        endpoint=_text(channel.get("endpoint"), "channel.endpoint"),
        filters=read_filters(texts, topic, call),
        headers=was.headers if was is not None and headers is None else headers or [],
        content=_content(channel),
        reason=_text(body.get("reason", ""), "reason"),
        seconds_between=_one(channel, HEARTBEAT, "valueUnsignedInt", 0, _number),
        seconds_patience=_one(channel, TIMEOUT, "valueUnsignedInt", 10, _number),
        most_in_one=_one(channel, MOST, "valuePositiveInt", 1, _number),
        until=_until(body),
        base=call.base,
    )


def status_of(body: dict[str, Any]) -> SubscriptionState:
    """The status that the body wants; "requested" where it says nothing. Raises Problem (422)."""
    text = body.get("status", SubscriptionState.REQUESTED.value)
    if not isinstance(text, str) or text not in SubscriptionState.values:
        raise _bad("The status is one of requested, active, error and off.")
    return SubscriptionState(text)


def _check_channel(channel: dict[str, Any]) -> None:
    if channel.get("type") != "rest-hook":
        raise _bad("Only channels of the type rest-hook are served.", "not-supported")
    if channel.get("payload") not in PAYLOADS:
        raise _bad("Notices are sent as application/fhir+json: say so in channel.payload.", "not-supported")


def _content(channel: dict[str, Any]) -> Content:
    """How much a notice says; the id only where nothing is asked."""
    text = _one(_object(channel, "_payload"), CONTENT, "valueCode", Content.ID_ONLY.value, _text)
    if text not in Content.values:
        raise _bad(f"The content is one of {', '.join(Content.values)}.")
    return Content(text)


def _headers(channel: dict[str, Any]) -> list[str] | None:
    found = channel.get("header")
    if found is None:
        return None
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise _bad("channel.header is a list of “Name: value”.", "structure")
    return found


def _until(body: dict[str, Any]) -> datetime | None:
    text = body.get("end")
    if text is None:
        return None
    if not isinstance(text, str) or "T" not in text or not text[:1].isdigit():
        raise _bad("The end is an instant such as 2026-03-03T15:00:00Z.")
    return read(text, _UTC).low


def _one(
    holder: dict[str, Any], url: str, key: str, usual: _Value, check: Callable[[object, str], _Value]
) -> _Value:
    found = _extensions(holder, url)
    if len(found) > 1:
        raise _bad(f"{url} is given more than once.", "structure")
    return check(found[0].get(key), url) if found else usual


def _extensions(holder: dict[str, Any], url: str) -> list[dict[str, Any]]:
    listed = holder.get("extension", [])
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise _bad("An extension has not the form of one.", "structure")
    return [one for one in listed if one.get("url") == url]


def _object(holder: dict[str, Any], key: str) -> dict[str, Any]:
    found = holder.get(key, {})
    if not isinstance(found, dict):
        raise _bad(f"{key} has not the form that it must have.", "structure")
    return found


def _text(value: object, name: str) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise _bad(f"{name} must be one line of text.", "structure")
    return value


def _number(value: object, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 10_000_000:
        raise _bad(f"{name} must be a whole number.", "structure")
    return value


def _bad(sentence: str, code: str = "value") -> Problem:
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, code, sentence)
