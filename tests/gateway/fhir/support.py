"""A program at the machines' door. Whatever it is answered must be FHIR: every answer is checked before it is looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson
import pytest
from django.test import Client as Browser

from frontdesk.gateway.fhir import xml
from tests.factories import partners
from tests.gateway.fhir.validate import check
from tests.universe import NOW

BASE = "http://testserver/fhir"


@dataclass(frozen=True)
class Reply:
    """What the door answered: `body` is empty where it has none."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def matches(self) -> list[dict[str, Any]]:
        """The resources of a searchset that were looked for."""
        return self._of("match")

    @property
    def included(self) -> list[dict[str, Any]]:
        return self._of("include")

    @property
    def remarks(self) -> str:
        """What the outcome among the entries says."""
        issues = [issue for one in self._of("outcome") for issue in one["issue"]]
        return " ".join(issue["details"]["text"] for issue in issues)

    @property
    def ids(self) -> list[str]:
        return [one["id"] for one in self.matches]

    @property
    def code(self) -> str:
        """The code of an OperationOutcome's first issue."""
        assert self.body.get("resourceType") == "OperationOutcome", self.body
        return str(self.body["issue"][0]["code"])

    @property
    def next(self) -> str | None:
        """The path of the next page."""
        found = [one["url"] for one in self.body.get("link", ()) if one["relation"] == "next"]
        if not found:
            return None
        parts = urlsplit(found[0])
        return f"{parts.path}?{parts.query}"

    def _of(self, mode: str) -> list[dict[str, Any]]:
        return [one["resource"] for one in self.body.get("entry", ()) if one["search"]["mode"] == mode]


@dataclass
class Machine:
    """One client with one token."""

    registered: partners.Registered
    token: str
    browser: Browser = field(default_factory=lambda: Browser(raise_request_exception=True))

    def get(
        self,
        path: str,
        *,
        accept: str = "application/fhir+json",
        headers: dict[str, str] | None = None,
        **params: Any,
    ) -> Reply:
        """`path` below /fhir/; parameters with a dash or a dot go into the path."""
        url = path if path.startswith("/") else f"/fhir/{path}"
        query = urlencode(params, doseq=True)
        url = f"{url}{'&' if '?' in url else '?'}{query}" if query else url
        return self.send("GET", url, accept=accept, headers=headers)

    def form(self, kind: str, **params: Any) -> Reply:
        """POST _search."""
        data = urlencode(params, doseq=True)
        return self.send("POST", f"/fhir/{kind}/_search", data, kind="application/x-www-form-urlencoded")

    def send(
        self, method: str, url: str, data: bytes | str = b"", *, kind: str = "application/fhir+json",
        accept: str = "application/fhir+json", headers: dict[str, str] | None = None,
    ) -> Reply:  # fmt: skip
        """Any request."""
        url = url if url.startswith("/") else f"/fhir/{url}"
        sent = {**partners.bearer(self.token), "Accept": accept, **(headers or {})}
        answer = self.browser.generic(method, url, data, content_type=kind, headers=sent)
        return read(answer)


def read(answer: Any) -> Reply:
    """The answer, checked."""
    headers = dict(answer.headers.items())
    if not answer.content:
        return Reply(answer.status_code, {}, headers)
    kind = headers["Content-Type"].partition(";")[0]
    assert kind in ("application/fhir+json", "application/fhir+xml"), (
        answer.status_code,
        kind,
        answer.content[:300],
    )
    body = xml.read(answer.content) if kind.endswith("xml") else orjson.loads(answer.content)
    check(body)
    if answer.status_code >= 400:
        assert body["resourceType"] == "OperationOutcome"
    return Reply(answer.status_code, body, headers)


class Clock:
    """Time stands at NOW until it is moved."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.moment: datetime = NOW
        patch.setattr("frontdesk.kit.clock.timezone", SimpleNamespace(now=lambda: self.moment))

    def later(self, **by: float) -> None:
        self.moment += timedelta(**by)


def machine(cast: Any, scopes: Iterable[str] = partners.EVERYTHING, **more: Any) -> Machine:
    """A registered client with a token for its scopes."""
    registered = partners.register(cast, scopes=scopes, **more)
    return Machine(registered, partners.token(registered))
