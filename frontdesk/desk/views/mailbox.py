"""The demo's local mailbox: what patients would have received."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.desk.views.kit import person
from frontdesk.outreach import mailbox


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    person(request).check_may(Permission.SEE_MAILBOX)
    context = {"letters": mailbox.letters(), "local": mailbox.folder() is not None}
    return render(request, "desk/mailbox.html", context)


@require_safe
def letter(request: HttpRequest, name: str) -> HttpResponse:
    person(request).check_may(Permission.SEE_MAILBOX)
    found = mailbox.letter(name)
    if found is None:
        raise Http404("There is no such letter.")
    return render(request, "desk/letter.html", {"letter": found})
