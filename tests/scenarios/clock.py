"""The time of a scenario: it begins at universe.NOW and runs, for the server, the worker and the browser alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import http_date

from tests.universe import NOW


class RunningClock:
    """What stands in for Django's clock: `start` when it is made, and then as many seconds later as have passed."""

    def __init__(self, start: datetime = NOW) -> None:
        self._ahead = start.astimezone(UTC) - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def later(self, **by: float) -> None:
        """Move on: `later(minutes=11)`."""
        self._ahead += timedelta(**by)


def dated(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: the Date header is the scenario's, since the clocks on a page follow the server's."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers["Date"] = http_date(timezone.now().timestamp())
        return response

    return middleware
