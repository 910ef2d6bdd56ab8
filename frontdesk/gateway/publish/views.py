"""SMART Scheduling Links: the manifest and the files that it lists. Open to anybody; nobody logs in."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from frontdesk.gateway.publish.files import Published, published
from frontdesk.gateway.publish.wire import JSON, NDJSON, answer
from frontdesk.kit.clock import now

MANIFEST_KINDS = (JSON, "application/fhir+json")
FILE_KINDS = (NDJSON, "application/ndjson", "application/x-ndjson")
FORMATS = {*FILE_KINDS, "ndjson"}


@login_not_required
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Where the files are. `_since` is read, and the whole answered, as the guide allows: it is small, and time that
    is gone shows by its absence.
    """
    if (wrong := _wrong(request)) is not None:
        return wrong
    return answer(request, _now(request).manifest, kinds=MANIFEST_KINDS)


@login_not_required
@require_safe
def file(request: HttpRequest, name: str) -> HttpResponse:
    """One of the files that the manifest lists; 404 for any other name."""
    if (found := _now(request).files.get(name)) is None:
        raise Http404("There is no such file.")
    return answer(request, found, kinds=FILE_KINDS)


def _now(request: HttpRequest) -> Published:
    return published(base=request.build_absolute_uri("/").rstrip("/"), now=now())


def _wrong(request: HttpRequest) -> HttpResponse | None:
    """400 with one sentence where a parameter cannot be understood."""
    since, wanted = request.GET.get("_since"), request.GET.get("_outputFormat")
    if since is not None and not _is_instant(since):
        return _bad("_since is an instant with its offset, such as 2026-03-03T10:00:00Z.")
    if wanted is not None and wanted.replace(" ", "+") not in FORMATS:
        return _bad("_outputFormat is application/fhir+ndjson.")
    return None


def _is_instant(text: str) -> bool:
    try:
        return datetime.fromisoformat(text.replace(" ", "+")).tzinfo is not None
    except ValueError:
        return False


def _bad(sentence: str) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", "text/plain", 400)
