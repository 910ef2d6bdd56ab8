"""The machines' door: who asks, how often, in which format; what may not be done becomes an OperationOutcome."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, wraps
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import DataError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.log import log_response
from django.views.decorators.csrf import csrf_exempt

from frontdesk.accounts.models import User
from frontdesk.clinic.models import Site
from frontdesk.clinic.queries.changes import read_once
from frontdesk.daybook import record
from frontdesk.gateway.fhir import outcome, wire
from frontdesk.gateway.fhir.outcome import Problem
from frontdesk.gateway.fhir.wire import Format
from frontdesk.kit import clock
from frontdesk.kit.errors import NotAllowed, Refused
from frontdesk.partners.engine.scopes import allows
from frontdesk.partners.models import Client

__all__ = ["Answer", "Call", "Problem", "door", "public_door"]

log = logging.getLogger(__name__)
PATH = "/fhir"


@dataclass(frozen=True)
class Call:
    """One request of a client that has shown its token. `scopes` are those of the token; `now` is an instant in UTC."""

    request: HttpRequest
    client: Client
    user: User
    scopes: frozenset[str]
    now: datetime

    @cached_property
    def base(self) -> str:
        """The address of this door, without a slash at the end."""
        return base_of(self.request)

    @cached_property
    def params(self) -> dict[str, list[str]]:
        """The parameters of the query, then those of a form (`_search`), in order. Raises Problem."""
        found = wire.parameters(self.request.META.get("QUERY_STRING", ""))
        if self.request.method == "POST" and wire.media_type(self.request) == wire.FORM:
            for name, values in wire.parameters(wire.raw(self.request).decode("utf-8", "replace")).items():
                found.setdefault(name, []).extend(values)
        return found

    @cached_property
    def payload(self) -> Any:
        """The body as values, whatever it is: a JSON Patch is a list. Raises Problem (400, 413, 415)."""
        return wire.read(self.request)

    @property
    def body(self) -> dict[str, Any]:
        """The body, which must be one object. Raises Problem (400, 413, 415)."""
        if not isinstance(self.payload, dict):
            raise Problem(HTTPStatus.BAD_REQUEST, "structure", "The body must be one JSON object.")
        return self.payload

    @cached_property
    def sites(self) -> list[Site]:
        """The sites that the client sees."""
        return list(self.client.sites.all())

    @property
    def strict(self) -> bool:
        """Does the client want to be told of parameters that nobody knows (Prefer: handling=strict)?"""
        return "handling=strict" in self.request.headers.get("Prefer", "").replace(" ", "").lower()

    def may(self, resource: str, right: str) -> bool:
        """Do the token's scopes carry the right, one of "c r u d s", on the resource type?"""
        return allows(self.scopes, resource, right)

    def needs(self, resource: str, right: str) -> None:
        """Raises Problem (403) unless `may`."""
        if not self.may(resource, right):
            raise Problem(
                HTTPStatus.FORBIDDEN, "forbidden", f"The token has no scope system/{resource}.{right}."
            )

    def looked(self, patients: Iterable[int], where: str) -> None:
        """Write in the access log that the client saw these patients. `where` is such as "Appointment search"."""
        record.look_at_each(by=self.user, kind="patient", refs=patients, where=f"FHIR {where}", now=self.now)


@dataclass(frozen=True)
class Answer:
    """What a view gives back: a resource, or None for a body without one."""

    resource: dict[str, Any] | None
    status: int = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)


def base_of(request: HttpRequest) -> str:
    """The address of this door as the client reached it."""
    return request.build_absolute_uri(PATH)


def door(view: Callable[..., Answer]) -> Callable[..., HttpResponse]:
    """The view behind the door: it is given a Call in place of the request. What it raises becomes an answer."""

    def called(request: HttpRequest, **kwargs: Any) -> Answer:
        with read_once():
            return view(_let_in(request), **kwargs)

    return _answering(called, view)


def public_door(view: Callable[..., Answer]) -> Callable[..., HttpResponse]:
    """As `door`, for what anybody may read: the view is given the request."""
    return _answering(view, view)


def _answering(called: Callable[..., Answer], view: Callable[..., Answer]) -> Callable[..., HttpResponse]:
    @csrf_exempt
    @login_not_required
    @wraps(view)
    def answered(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = Format.JSON
        try:
            form = wire.asked_format(request)
            return _response(request, called(request, **kwargs), form)
        except Exception as error:  # noqa: BLE001  a program is answered as FHIR has it, whatever went wrong
            problem = _as_problem(request, error)
            return _failed(request, error, form) if problem is None else _problem(request, problem, form)

    return answered


def _as_problem(request: HttpRequest, error: Exception) -> Problem | None:
    """What to say of the error; None for one that nobody thought of."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Refused):
        return outcome.refused(error, if_match="If-Match" in request.headers)
    if isinstance(error, SuspiciousOperation):
        return Problem(HTTPStatus.BAD_REQUEST, "invalid", "This cannot be read.")
    if isinstance(error, (DataError, OverflowError)):
        return Problem(
            HTTPStatus.BAD_REQUEST, "value", "A value is longer or larger than anything here can be."
        )
    return _busy(request) if isinstance(error, OperationalError) else None


def _busy(request: HttpRequest) -> Problem:
    log.exception("The database did not answer at %s", request.resolver_match)
    sentence = "The database is busy: ask again in a moment."
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "transient", sentence, headers={"Retry-After": "2"})


def _failed(request: HttpRequest, error: Exception, form: Format) -> HttpResponse:
    """A fault of ours: 500, with no word of what it was. It is signalled and logged as Django does with any other.

    What an action had begun was undone when the exception left its transaction.
    """
    got_request_exception.send(sender=None, request=request)
    sentence = "Something went wrong here. Ask again later, or call the clinic."
    fault = Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "exception", sentence, severity="fatal")
    answer = _problem(request, fault, form)
    told = (answer.reason_phrase, request.path)
    log_response("%s: %s", *told, response=answer, request=request, exception=error)
    return answer


def _let_in(request: HttpRequest) -> Call:
    """Who asks. Raises Problem: 401 without a token that holds, 429 for one who asks too often."""
    from frontdesk.partners import limiter
    from frontdesk.partners.actions import tokens

    now = clock.now()
    scheme, _, raw = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not raw.strip():
        raise _unknown("Show a token: Authorization: Bearer …")
    try:
        client, scopes = tokens.check(raw.strip(), now)
    except NotAllowed as error:
        raise _unknown(error.sentence, 'Bearer error="invalid_token"') from None
    if seconds := limiter.allow(client, now):
        sentence = f"{client.name} asks too often: ask again in {seconds} seconds."
        headers = {"Retry-After": str(seconds)}
        raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "throttled", sentence, headers=headers)
    return Call(request, client, client.user, frozenset(scopes), now)


def _unknown(sentence: str, challenge: str = "Bearer") -> Problem:
    return Problem(HTTPStatus.UNAUTHORIZED, "login", sentence, headers={"WWW-Authenticate": challenge})


def _response(request: HttpRequest, answer: Answer, form: Format) -> HttpResponse:
    if _known_already(request, answer):
        found = HttpResponse(status=HTTPStatus.NOT_MODIFIED)
    elif answer.resource is None:
        found = HttpResponse(status=answer.status)
    else:
        body = wire.write(
            answer.resource, form, pretty="_pretty=true" in request.META.get("QUERY_STRING", "")
        )
        found = HttpResponse(body, status=answer.status, content_type=f"{form.value}; charset=utf-8")
    for name, value in answer.headers.items():
        found.headers[name] = value
    found.headers["Vary"] = "Accept, Authorization"
    return found


def _known_already(request: HttpRequest, answer: Answer) -> bool:
    """Does the client say that it has this very version (If-None-Match)?"""
    tag, said = answer.headers.get("ETag", ""), request.headers.get("If-None-Match", "")
    if request.method not in ("GET", "HEAD") or not tag or not said:
        return False
    tags = {one.strip().removeprefix("W/") for one in said.split(",")}
    return said.strip() == "*" or tag.removeprefix("W/") in tags


def _problem(request: HttpRequest, problem: Problem, form: Format) -> HttpResponse:
    answer = Answer(outcome.of(problem, base_of(request)), problem.status, problem.headers)
    return _response(request, answer, form)
