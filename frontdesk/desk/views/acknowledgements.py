"""Who has read the protocols in force."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.models import Site
from frontdesk.desk.views.kit import person
from frontdesk.insight.acknowledged import coverage
from frontdesk.kit.clock import now


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    user = person(request)
    user.check_may(Permission.SEE_REPORTS)
    found = coverage(sites=list(Site.objects.of(user).order_by("name")), now=now())
    return render(request, "desk/watch/acknowledgements.html", {"found": found})
