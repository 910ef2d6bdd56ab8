"""What is wrong with an answer, whatever was asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson

from frontdesk.gateway.fhir import xml
from tests.gateway.fhir.fuzz.scene import CANARY, Scene
from tests.gateway.fhir.fuzz.wire import Wire
from tests.gateway.fhir.validate import NotFhir, check

_INSIDES = re.compile(r'Traceback|File "/|psycopg|django\.|frontdesk\.|site-packages|root:.:0|Exception\b')
_FHIR = ("application/fhir+json", "application/fhir+xml")
_OTHERS = ("/fhir/token", "/fhir/.well-known/")  # below the door, and with other words of their own


def faults(asked: Wire, answer: Any, scene: Scene) -> Iterator[str]:
    """No failure, nothing of our insides, nothing that is another's, and at the door always valid FHIR."""
    status, body = answer.status_code, answer.getvalue() if answer.streaming else answer.content
    text = body.decode("utf-8", "replace")
    headers = " ".join(f"{name}: {value}" for name, value in answer.headers.items())
    if status >= 500:
        yield f"{status} {_raised(answer)}"
    if found := _INSIDES.search(text):
        yield f"shows its insides: {text[max(0, found.start() - 60) : found.end() + 60]}"
    if CANARY in text or CANARY in headers:
        yield f"{status} tells what is another's: {text[:300]}"
    if "X-Evil" in answer.headers:
        yield "a header was smuggled in"
    if _is_door(asked, answer):
        yield from _at_the_door(answer, body, scene)


def _raised(answer: Any) -> str:
    raised = getattr(answer, "exc_info", None)
    return f"{raised[0].__name__}: {str(raised[1])[:200]}" if raised else ""


def _is_door(asked: Wire, answer: Any) -> bool:
    """A wrong Host is refused before any door."""
    path = answer.wsgi_request.path
    return path.startswith("/fhir/") and not path.startswith(_OTHERS) and "Host" not in asked.headers


def _at_the_door(answer: Any, body: bytes, scene: Scene) -> Iterator[str]:
    status, kind = answer.status_code, answer.headers.get("Content-Type", "").partition(";")[0]
    if status == 401 and "WWW-Authenticate" not in answer.headers:
        yield "401 without a challenge"
    if status == 405 and "Allow" not in answer.headers:
        yield "405 without what is allowed"
    if 300 <= status < 400 and status != 304:
        yield f"{status} sends the client elsewhere"
    if not body:
        return
    if kind not in _FHIR:
        yield f"{status} as {kind}"
        return
    found = xml.read(body) if kind.endswith("xml") else orjson.loads(body)
    try:
        check(found)
    except NotFhir as wrong:
        yield f"{status} is not FHIR: {str(wrong)[:300]}"
    if status >= 400 and not _says_why(found):
        yield f"{status} without an OperationOutcome"
    yield from _of_others(found, scene)


def _says_why(found: dict[str, Any]) -> bool:
    """Alone, or in the Bundle with which IHE's operations say that nothing can be had."""
    entries = [one["resource"] for one in found.get("entry", ())]
    kinds = {one["resourceType"] for one in (found, *entries)}
    return found["resourceType"] == "OperationOutcome" or (
        found["resourceType"] == "Bundle" and "OperationOutcome" in kinds
    )


def _of_others(found: dict[str, Any], scene: Scene) -> Iterator[str]:
    for one in (found, *(entry["resource"] for entry in found.get("entry", ()))):
        kind, pk = one["resourceType"], str(one.get("id", ""))
        foreign = pk in scene.foreign.get(kind, ())
        if kind == "Appointment" and pk.isdigit():
            foreign |= int(pk) <= scene.newest and int(pk) not in scene.seen
        if foreign:
            yield f"{kind}/{pk} is another's"
        if kind == "Slot" and one["status"] == "free" and f"-{scene.secret}-" in pk:
            yield f"Slot/{pk} is of a visit type that is not to be known"
