"""Bytes in and out: which format is asked for, and resources as JSON or XML."""

from __future__ import annotations

import re
from enum import Enum
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

import orjson
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, UnreadablePostError

from frontdesk.gateway.fhir.outcome import Problem

LARGEST = 1_000_000  # bytes of a body
MOST_FIELDS = 500  # of a query or a form
FORM = "application/x-www-form-urlencoded"
JSON_PATCH = "application/json-patch+json"
_JSON_NAMES = ("application/fhir+json", "application/json", "application/json+fhir", "text/json")
_XML_NAMES = ("application/fhir+xml", "application/xml", "application/xml+fhir", "text/xml")
_JSON_IN = {*_JSON_NAMES, JSON_PATCH, "application/merge-patch+json"}
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class Format(Enum):
    """A format of answers, by its media type."""

    JSON = "application/fhir+json"
    XML = "application/fhir+xml"


_NAMES = {
    **dict.fromkeys(["json", *_JSON_NAMES, "*/*", "application/*", "text/html"], Format.JSON),
    **dict.fromkeys(["xml", *_XML_NAMES], Format.XML),
}


def asked_format(request: HttpRequest) -> Format:
    """The format that the client wants: `_format` before Accept; JSON where it says nothing. Raises Problem (406)."""
    query = request.META.get("QUERY_STRING", "")
    params = parameters(query) if "_format" in query else {}
    named = params.get("_format", [""])[-1].strip().lower()
    # In a query "+" stands for a space, and many clients do not write "%2B".
    known = _NAMES.get(named.replace(" ", "+").partition(";")[0])
    found = known if named else _accepted(request.headers.get("Accept", "*/*"))
    if found is None:
        raise Problem(
            HTTPStatus.NOT_ACCEPTABLE, "not-supported", "Answers are given as FHIR JSON or FHIR XML only."
        )
    return found


def _accepted(header: str) -> Format | None:
    """The first of the best formats that the header names."""
    best: tuple[float, Format] | None = None
    for part in header[:1000].split(","):
        name, _, rest = part.strip().lower().partition(";")
        found = _NAMES.get(name.strip())
        weight = _weight(rest)
        if found is not None and weight > 0 and (best is None or weight > best[0]):
            best = weight, found
    return best[1] if best else (Format.JSON if not header.strip() else None)


def _weight(parameters: str) -> float:
    found = re.search(r"(?:^|;)\s*q=([01](?:\.\d{0,3})?)\s*(?:;|$)", parameters)
    return float(found.group(1)) if found else 1.0


def media_type(request: HttpRequest) -> str:
    """The media type of the request's body, without parameters."""
    return (request.content_type or "").lower()


def raw(request: HttpRequest) -> bytes:
    """The body. Raises Problem for one that is too large or breaks off."""
    too_large = Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-long", "The body is larger than 1 MB.")
    try:
        body = request.body
    except RequestDataTooBig:
        raise too_large from None
    except UnreadablePostError:
        raise Problem(HTTPStatus.BAD_REQUEST, "incomplete", "The body broke off.") from None
    if len(body) > LARGEST:
        raise too_large
    return body


def read(request: HttpRequest) -> Any:
    """The body as Python values: JSON, JSON Patch or XML. Raises Problem (400, 413, 415)."""
    kind, body = media_type(request), raw(request)
    if not body.strip():
        raise Problem(HTTPStatus.BAD_REQUEST, "structure", "The body is empty.")
    if kind in _XML_NAMES:
        from frontdesk.gateway.fhir import xml

        return xml.read(body)
    if kind and kind not in _JSON_IN:
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not-supported", "The body must be FHIR JSON or FHIR XML."
        )
    return _read_json(body)


def _read_json(body: bytes) -> Any:
    if _NUL.search(body):
        raise Problem(HTTPStatus.BAD_REQUEST, "value", "The body has a NUL character in it.")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Problem(HTTPStatus.BAD_REQUEST, "structure", "The body is not JSON.") from None


def write(resource: dict[str, Any], form: Format, *, pretty: bool = False) -> bytes:
    """The resource as bytes."""
    if form is Format.XML:
        from frontdesk.gateway.fhir import xml

        return xml.write(resource)
    return orjson.dumps(resource, option=orjson.OPT_INDENT_2 if pretty else None)


def parameters(text: str) -> dict[str, list[str]]:
    """The fields of a query or a form, in order. Raises Problem (400) for too many, and for NUL characters."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Problem(HTTPStatus.BAD_REQUEST, "too-costly", "There are too many parameters.") from None
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        if "\0" in name or "\0" in value:
            raise Problem(HTTPStatus.BAD_REQUEST, "value", "A parameter has a NUL character in it.")
        found.setdefault(name, []).append(value)
    return found
