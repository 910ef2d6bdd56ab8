"""Gaps and waits: how the providers' time is used, how long patients wait, and what a person might move."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.desk.pages.gaps import gaps_page
from frontdesk.desk.views.kit import person
from frontdesk.kit.clock import now


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    user = person(request)
    user.check_may(Permission.SEE_REPORTS)
    page = gaps_page(user=user, query=request.GET, now=now())
    return render(request, "desk/watch/gaps.html", {"page": page})
