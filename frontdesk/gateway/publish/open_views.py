"""The page that the link of a published time leads to. Open to anybody; nothing is booked from here."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from frontdesk.daybook.facts import System
from frontdesk.gateway.publish.asking import Typed, asked_time, language_of, read
from frontdesk.gateway.publish.limit import let_through
from frontdesk.gateway.publish.open_page import open_page
from frontdesk.gateway.senders import sender_of
from frontdesk.kit.clock import local_day, now
from frontdesk.partners.actions import asked_times
from frontdesk.partners.actions.asked_times import AskedTime
from frontdesk.triage.models import Request

PAGE = System("open time page")
HOUR = 3600


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def open_time(request: HttpRequest, slot: str) -> HttpResponse:
    """The time, whether it is still free, and the form to ask for it; sent, what comes of it."""
    asked = asked_time(slot, request.GET)
    if asked is None:
        raise Http404("There is no such time.")
    if request.method == "POST":
        return _sent(request, asked)
    return _show(request, asked, Typed())


def _sent(request: HttpRequest, asked: AskedTime) -> HttpResponse:
    moment = now()
    typed = read(request.POST, today=local_day(moment, asked.site.time_zone))
    if typed.errors:
        return _show(request, asked, typed, status=422)
    if not let_through(sender_of(request), moment):
        response = _show(request, asked, typed, trouble="too_many", status=429)
        response.headers["Retry-After"] = str(HOUR)
        return response
    made = asked_times.ask(
        asked=asked, sender=typed.sender, about=typed.about, key=typed.once, by=PAGE, now=moment
    )
    return _show(request, asked, typed, made=made)


def _show(
    request: HttpRequest,
    asked: AskedTime,
    typed: Typed,
    *,
    trouble: str = "",
    made: Request | None = None,
    status: int = 200,
) -> HttpResponse:
    page = open_page(asked, typed, language=language_of(request), now=now(), trouble=trouble, request=made)
    response = render(request, "gateway/open.html", {"page": page, "w": page.words}, status=status)
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Content-Language"] = page.language
    return response
