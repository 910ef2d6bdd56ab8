"""The triage protocol in force."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.desk.context import home_site
from frontdesk.desk.pages.protocol import protocol_page
from frontdesk.desk.views.kit import person
from frontdesk.kit.clock import now


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    user = person(request)
    user.check_may(Permission.USE_DESK)
    home = home_site(user)
    context = {"page": protocol_page(now=now()), "zone": home.time_zone if home else "UTC"}
    return render(request, "desk/protocol.html", context)
