"""The day page of every provider: through Django's test client, and over HTTP from the product's own web server."""

from __future__ import annotations

import http.client
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

from django.conf import settings
from django.test import Client

from bench.served import serving
from bench.table import Row
from bench.timing import Timing, measure
from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Role
from frontdesk.book.models import Appointment
from frontdesk.clinic.models import Site

STATIC = "/static/desk/tokens.css"


def rows(today: date) -> Iterator[Row]:
    """Two lines. Who looks sees the demo's sites and not the bench's own block."""
    client, who = Client(SERVER_NAME="localhost"), _nurse()
    client.force_login(who)
    day = _busiest_day(today)
    address = f"/calendar/?site=all&day={day}"
    html = client.get(address).content.decode()
    grid = html.partition("<main")[2]
    providers, visits = grid.count("<section aria-label"), grid.count('<li class="visit')
    about = f"{providers} providers, {visits} visits, {len(html) // 1000} kB"
    with served() as port:
        cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        static = over_http(port, STATIC, cookie)
        page = over_http(port, address, cookie)
    yield Row("The day page, test client", measure(lambda: client.get(address)), note=about)
    yield Row(
        "The day page, over HTTP", page, floor=static, floor_is="a static file, same server", note=about
    )


def _nurse() -> User:
    return User.objects.filter(role=Role.NURSE, is_active=True).order_by("pk")[0]


def _busiest_day(today: date) -> date:
    """Of the next two weeks at the demo's sites, the day with most providers."""
    sites = Site.objects.exclude(code__startswith="bench-")
    rows = Appointment.objects.filter(site__in=sites, start__date__gt=today).order_by("start")
    days: dict[date, set[int]] = defaultdict(set)
    for start, provider in rows.values_list("start__date", "provider_id")[:5000]:
        days[start].add(provider)
    return max(days, key=lambda day: len(days[day]))


@contextmanager
def served() -> Iterator[int]:
    """The port of the product's web server with one worker, while the block runs."""
    with serving(1) as server:
        yield server.port


def over_http(port: int, path: str, cookie: str) -> Timing:
    """One kept connection, one request after the other, each answer read to its end."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        return measure(_getter(connection, path, cookie))
    finally:
        connection.close()


def _getter(connection: http.client.HTTPConnection, path: str, cookie: str) -> Callable[[], None]:
    def get() -> None:
        connection.request("GET", path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}.")

    return get
