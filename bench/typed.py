"""A sentence as it is typed: saved, screened and shown, over HTTP from the product's own web server."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from urllib.parse import urlencode

from django.conf import settings
from django.middleware.csrf import _get_new_csrf_string  # there is no public way without a page
from django.test import Client

from bench.page import STATIC, over_http, served
from bench.people import callers, scheduler
from bench.screening import sentences
from bench.table import Row
from bench.timing import measure
from frontdesk.clinic.models import Site
from frontdesk.triage.models import Request


def rows(now: datetime) -> Iterator[Row]:
    """Each save brings a request's words to their next length, as the page does while somebody types."""
    by, client = scheduler(), Client(SERVER_NAME="localhost")
    client.force_login(by)
    site = Site.objects.of(by).order_by("pk")[0]
    request, token = callers(1, site=site, by=by, now=now)[0], _get_new_csrf_string()
    session = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    cookies = f"{session}; {settings.CSRF_COOKIE_NAME}={token}"
    with served() as port:
        static = over_http(port, STATIC, cookies)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        taken = measure(_typing(connection, request, cookies, token), runs=100)
        connection.close()
    yield Row(
        "Words typed: saved, screened, shown",
        taken,
        floor=static,
        floor_is="a static file, same server",
    )


def _typing(
    connection: http.client.HTTPConnection, request: Request, cookies: str, token: str
) -> Callable[[], None]:
    messages, number = sentences(), count()
    headers = {
        "Cookie": cookies, "X-CSRFToken": token, "X-Autosave": "1", "HX-Request": "true",
        "Content-Type": "application/x-www-form-urlencoded",
    }  # fmt: skip

    def post() -> None:
        at = next(number)
        text = messages[at // 5 % len(messages)]
        said = text[: len(text) * (at % 5 + 1) // 5]
        connection.request("POST", f"/requests/{request.pk}/field/", urlencode({"words": said}), headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"A save of words answered {answer.status}.")

    return post
