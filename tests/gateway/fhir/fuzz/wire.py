"""One request as it goes over the wire, and how it is sent."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from django.test import Client as Browser

JSON = "application/fhir+json"
XML = "application/fhir+xml"
PATCH = "application/json-patch+json"
FORM = "application/x-www-form-urlencoded"
_UNQUOTED = (
    "/$%:.,;=+()-_~"  # what stands as it is in a path; "%" so that a mutation may write its own escapes
)


@dataclass
class Wire:
    """`path` begins with a slash. `body` is values, to be written as JSON, or bytes as they are to go."""

    method: str
    path: str
    query: list[tuple[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = b""
    kind: str = JSON
    expected: int = 200  # the status with which it is answered while nothing is wrong with it

    @property
    def data(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        if self.kind == FORM and isinstance(self.body, dict):
            return urlencode(self.body, doseq=True, errors="surrogatepass").encode()
        return json.dumps(self.body).encode()

    @property
    def url(self) -> str:
        path = quote(self.path, safe=_UNQUOTED, errors="surrogatepass")
        return f"{path}?{urlencode(self.query, errors='surrogatepass')}" if self.query else path

    def send(self, browser: Browser) -> Any:
        """What the door answers; a failure of the server is an answer too."""
        return browser.generic(
            self.method, self.url, self.data, content_type=self.kind or "", headers=self.headers or None
        )

    def __str__(self) -> str:
        headers = {name: value[:120] for name, value in self.headers.items() if name != "Authorization"}
        return f"{self.method} {self.url[:300]} {self.kind} {headers} {self.data[:600]!r}"
