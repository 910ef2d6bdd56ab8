"""The glossary."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.desk.pages.asked import asked_text
from frontdesk.desk.pages.glossary import search
from frontdesk.desk.views.kit import person


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    person(request).check_may(Permission.USE_DESK)
    wanted = asked_text(request.GET, "q")
    return render(request, "desk/glossary.html", {"groups": search(wanted), "wanted": wanted})
