"""What holds for every page."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import sync_only_middleware

from frontdesk.accounts.models import User
from frontdesk.desk.context import home_site
from frontdesk.kit.errors import NotAllowed, Refused

Respond = Callable[[HttpRequest], HttpResponse]

POLICY = "; ".join(
    (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:",
        "connect-src 'self'", "font-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'",
    )
)  # fmt: skip


@sync_only_middleware
def content_security_policy(get_response: Respond) -> Respond:
    """No inline script or style, nothing from elsewhere; pages with patients are never cached."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


class refusals_in_words:  # noqa: N801  a middleware is named as a function
    """A refusal that no view caught becomes a page with its sentence: 403, 405 or 409, never a traceback."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """A wrong method gets a page too: whoever logs in again after sending a form lands on its address.

        An answer with a body of its own, such as those for programs, stays as it is.
        """
        response = self.get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or response.content:
            return response
        page = render(request, "405.html", status=response.status_code)
        page.headers["Allow"] = response.headers["Allow"]
        return page

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refused):
            return None
        status = 403 if isinstance(exception, NotAllowed) else 409
        page = {"sentence": exception.sentence, "code": exception.code}
        response = render(request, "desk/refused.html", page, status=status)
        response.headers["X-Refused"] = exception.code
        return response


@sync_only_middleware
def working_time(get_response: Respond) -> Respond:
    """Times on a page are those of the site where the person works. Looking for news does not keep a session alive."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        if isinstance(user, User) and user.is_authenticated:
            site = home_site(user)
            timezone.activate(site.zone if site else "UTC")
            if "X-Poll" not in request.headers:
                request.session.modified = True
        try:
            return get_response(request)
        finally:
            timezone.deactivate()

    return middleware


def client_for_log(*_args: object) -> str:
    """What the lock-out log says of an attempt: nothing about the person."""
    return "log-in attempt"
