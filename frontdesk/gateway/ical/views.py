"""What a calendar program reads at a secret address. Nobody logs in: the address is the key."""

from __future__ import annotations

import hashlib

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from frontdesk.daybook.facts import System
from frontdesk.kit.clock import now
from frontdesk.partners.actions.feeds import note_read
from frontdesk.partners.queries.feeds import calendar_of, feed_at

READER = System("calendar reader")
KIND = "text/calendar; charset=utf-8"


@login_not_required
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar; 404 where nothing is at this address, whether it was taken back or never was."""
    found = feed_at(secret)
    if found is None:
        return _private(HttpResponse("There is no calendar at this address.\n", "text/plain", 404))
    moment = now()
    note_read(feed=found, by=READER, now=moment)
    content = calendar_of(found, now=moment)
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    known = {one.removeprefix("W/") for one in parse_etags(request.headers.get("If-None-Match", ""))}
    response = HttpResponseNotModified() if known & {etag, "*"} else HttpResponse(content, KIND)
    response.headers["ETag"] = etag
    response.headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
    return _private(response)


def _private(response: HttpResponse) -> HttpResponse:
    """Kept by nobody in between, found by no search, and named to nobody who is linked from it."""
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
