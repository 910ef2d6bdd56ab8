"""How published files are answered: the kinds of content asked for, ETags, gzip, and the address of the site itself."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags

MAX_AGE = 60  # seconds: whoever asks once a minute gets what stands then
NDJSON = "application/fhir+ndjson"
JSON = "application/json"
SMALL = 1_000  # bytes below which packing is not worth it


@dataclass(frozen=True)
class File:
    """Bytes to answer, with the mark by which an asker knows that they are the same; packed when first wanted so."""

    content: bytes
    kind: str
    mark: str = ""

    @cached_property
    def etag(self) -> str:
        return f'W/"{self.mark or digest(self.content)}"'

    @cached_property
    def packed(self) -> bytes:
        return gzip.compress(self.content, compresslevel=6, mtime=0)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def answer(request: HttpRequest, file: File, *, kinds: tuple[str, ...]) -> HttpResponse:
    """The file; 304 where the asker has it, 406 where another kind was asked for."""
    if not accepts(request, kinds):
        response = HttpResponse(f"This address answers {' or '.join(kinds)}.\n", "text/plain", 406)
        response.headers["Vary"] = "Accept"
        return response
    response = HttpResponseNotModified() if _has_it(request, file.etag) else _whole(request, file)
    response.headers["ETag"] = file.etag
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE}"
    response.headers["Vary"] = "Accept, Accept-Encoding"
    response.headers["Access-Control-Allow-Origin"] = "*"  # open to anybody: a page elsewhere may read it too
    return response


def accepts(request: HttpRequest, kinds: tuple[str, ...]) -> bool:
    """Is one of the kinds what the Accept header asks for? No header asks for anything."""
    return "Accept" not in request.headers or any(request.accepts(kind) for kind in kinds)


def _has_it(request: HttpRequest, etag: str) -> bool:
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in known or etag.removeprefix("W/") in {one.removeprefix("W/") for one in known}


def _whole(request: HttpRequest, file: File) -> HttpResponse:
    codings = {one.partition(";")[0].strip() for one in request.headers.get("Accept-Encoding", "").split(",")}
    if "gzip" in codings and len(file.content) > SMALL:
        return HttpResponse(file.packed, file.kind, headers={"Content-Encoding": "gzip"})
    return HttpResponse(file.content, file.kind)
