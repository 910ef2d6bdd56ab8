"""The addresses of the door: each finds in the table what is to be done, and whether the token permits it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from frontdesk.gateway.fhir import subset
from frontdesk.gateway.fhir.door import Answer, Call, Problem, door
from frontdesk.gateway.fhir.kinds import Kind, Of_one, kinds

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


@door
def of_a_type(call: Call, kind: str) -> Answer:
    """GET: a search. POST: a new one."""
    found = _kind(kind)
    if call.request.method in ("GET", "HEAD"):
        return _run(call, found.search, kind, "s", found)
    if call.request.method == "POST":
        return _run(call, found.create, kind, "c", found)
    raise _not_allowed(call, _methods_of_type(found))


@door
def search_by_form(call: Call, kind: str) -> Answer:
    """POST of a search as a form; GET as well, for those who put it in the address."""
    found = _kind(kind)
    if call.request.method not in ("POST", "GET", "HEAD"):
        raise _not_allowed(call, ["GET", "POST"])
    return _run(call, found.search, kind, "s", found)


@door
def operation(call: Call, kind: str, name: str) -> Answer:
    """POST of an operation such as Appointment/$find; GET only of one that changes nothing."""
    found = _kind(kind).operations.get(f"${name}")
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, "not-supported", f"{kind} has no operation of that name.")
    methods = ["GET", "POST"] if found.right in ("r", "s") else ["POST"]
    if call.request.method not in methods:
        raise _not_allowed(call, methods)
    call.needs(kind, found.right)
    return found.run(call)


@door
def of_one(call: Call, kind: str, pk: str) -> Answer:
    """One resource: GET, PUT, PATCH or DELETE."""
    found = _kind(kind)
    doing: dict[str, tuple[Callable[[Call, str], Answer] | None, str]] = {
        "GET": (found.read, "r"), "HEAD": (found.read, "r"), "PUT": (found.update, "u"),
        "PATCH": (found.patch, "u"), "DELETE": (found.delete, "d"),
    }  # fmt: skip
    run, right = doing.get(call.request.method or "", (None, ""))
    if run is None:
        raise _not_allowed(call, [method for method, (one, _) in doing.items() if one is not None])
    call.needs(kind, right)
    if not _ID.fullmatch(pk):
        raise _nothing(kind)
    return _read(call, run, pk) if right == "r" else run(call, pk)


@door
def operation_of_one(call: Call, kind: str, pk: str, name: str) -> Answer:
    """An operation on one resource, such as Subscription/12/$status."""
    run = _kind(kind).of_one.get(f"${name}")
    if run is None or not _ID.fullmatch(pk):
        raise Problem(HTTPStatus.NOT_FOUND, "not-supported", f"{kind} has no operation of that name.")
    if call.request.method not in ("POST", "GET"):
        raise _not_allowed(call, ["GET", "POST"])
    call.needs(kind, "r")
    return run(call, pk)


@door
def whole(call: Call) -> Answer:
    """A search of the whole door: of one type, which `_type` names. Anything else is not done here."""
    if call.request.method not in ("GET", "HEAD"):
        raise _not_allowed(call, ["GET", "HEAD"])
    named = call.params.get("_type", [])
    if len(named) != 1 or "," in named[0]:
        sentence = "Name one type to search: _type=Appointment. Several at once are not searched here."
        raise Problem(HTTPStatus.BAD_REQUEST, "not-supported", sentence)
    found = _kind(named[0])
    return _run(call, found.search, named[0], "s", found)


@door
def nowhere(_call: Call, rest: str = "") -> Answer:  # noqa: ARG001
    """Any other address below the door."""
    raise Problem(HTTPStatus.NOT_FOUND, "not-found", "There is nothing at this address.")


def _kind(name: str) -> Kind:
    found = kinds().get(name)
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, "not-supported", "Resources of this type are not kept here.")
    return found


def _run(call: Call, run: Callable[[Call], Answer] | None, kind: str, right: str, found: Kind) -> Answer:
    if run is None:
        raise _not_allowed(call, _methods_of_type(found))
    call.needs(kind, right)
    return run(call)


def _read(call: Call, run: Of_one, pk: str) -> Answer:
    """The resource, or so much of it as is asked for. Raises Problem."""
    wanted = subset.read_of_one(call.params)
    answer = run(call, pk)
    return answer if answer.resource is None else replace(answer, resource=wanted.of(answer.resource))


def _methods_of_type(found: Kind) -> list[str]:
    return [*(["GET", "HEAD"] if found.search else []), *(["POST"] if found.create else [])]


def _nothing(kind: str) -> Problem:
    return Problem(HTTPStatus.NOT_FOUND, "not-found", f"There is no {kind} with this id.")


def _not_allowed(call: Call, methods: list[str]) -> Problem:
    headers: dict[str, Any] = {"Allow": ", ".join(methods)}
    sentence = f"{call.request.method} cannot be done here."[:80]
    return Problem(HTTPStatus.METHOD_NOT_ALLOWED, "not-supported", sentence, headers=headers)
