"""Answers: one resource with its version, and the Bundle of a search."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import orjson
from django.utils.http import http_date

from frontdesk.gateway.fhir import outcome
from frontdesk.gateway.fhir.dates import instant
from frontdesk.gateway.fhir.door import Answer, Call, Problem
from frontdesk.gateway.fhir.search import Asked, next_page


@dataclass
class Page:
    """What a search found: the resources of this page, and how many there are in all (None: not counted).

    `after` is the key of the last row where more follow; `others` are what was included with them; `remarks` are
    sentences for the client.
    """

    resources: Sequence[dict[str, Any]]
    total: int | None
    after: tuple[Any, ...] | None = None
    others: Iterable[dict[str, Any]] = ()
    remarks: list[str] = field(default_factory=list)


def one(resource: dict[str, Any], status: int = HTTPStatus.OK) -> Answer:
    """The resource with its ETag, and when it was last changed where that is known."""
    meta = resource.get("meta", {})
    version = meta.get("versionId") or hashlib.blake2b(orjson.dumps(resource), digest_size=12).hexdigest()
    headers = {"ETag": f'W/"{version}"'}
    if changed := meta.get("lastUpdated"):
        moment = datetime.fromisoformat(changed)
        headers["Last-Modified"] = http_date(moment.timestamp())
    return Answer(resource, status, headers)


def nothing(kind: str) -> Problem:
    """There is no such thing, or the client may not see it: the same answer for both."""
    return Problem(HTTPStatus.NOT_FOUND, "not-found", f"There is no {kind} with this id.")


def searchset(call: Call, asked: Asked, page: Page) -> Answer:
    """The page as a Bundle of type searchset."""
    found: dict[str, Any] = {
        "resourceType": "Bundle",
        "meta": {"lastUpdated": instant(call.now)},
        "type": "searchset",
    }
    if page.total is not None:
        found["total"] = page.total
    found["link"] = [{"relation": "self", "url": _self(call, asked)}]
    if page.after is not None and not asked.only_total:
        found["link"].append({"relation": "next", "url": next_page(call, asked, page.after)})
    entries = [] if asked.only_total else _entries(call, asked, page)
    remarks = _remarks(call, asked, page)
    if remarks is not None:
        entries.append({"resource": remarks, "search": {"mode": "outcome"}})
    if entries:
        found["entry"] = entries
    return Answer(found)


def _entries(call: Call, asked: Asked, page: Page) -> list[dict[str, Any]]:
    base, match, include, some = call.base, {"mode": "match"}, {"mode": "include"}, asked.subset.of
    entries = [
        {
            "fullUrl": f"{base}/{asked.kind}/{resource['id']}",
            "resource": some(resource),
            "search": match,
        }
        for resource in page.resources
    ]
    there = {entry["fullUrl"] for entry in entries}
    for other in page.others:
        address = f"{base}/{other['resourceType']}/{other['id']}"
        if address not in there:
            there.add(address)
            entries.append({"fullUrl": address, "resource": some(other, included=True), "search": include})
    return entries


def _remarks(call: Call, asked: Asked, page: Page) -> dict[str, Any] | None:
    issues = [
        outcome.issue(
            "warning", "not-supported", f"“{name}” is not known here and was left out.", base=call.base
        )
        for name in asked.ignored
    ]
    issues += [outcome.issue("warning", "incomplete", remark, base=call.base) for remark in page.remarks]
    return outcome.outcome(*issues) if issues else None


def _self(call: Call, asked: Asked) -> str:
    query = urlencode(asked.used, safe=":|,/")
    return f"{call.base}/{asked.kind}{'?' if query else ''}{query}"
