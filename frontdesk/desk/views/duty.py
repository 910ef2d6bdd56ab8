"""Who is on duty now, and what the person who looks is asked to accept."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.desk.pages.alert import Alert
from frontdesk.desk.pages.asked import asked_text
from frontdesk.desk.pages.duty_now import duty_now_page
from frontdesk.desk.views.kit import person
from frontdesk.kit.clock import now


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The duties of one site, now and next."""
    person(request).check_may(Permission.USE_DESK)
    page = duty_now_page(user=person(request), site=asked_text(request.GET, "site"), now=now())
    if page is not None:
        timezone.activate(page.site.zone)
    return render(request, "desk/duty.html", {"page": page})


@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    """The alert of the bar alone; 204 where it is as the asker has `seen` it."""
    person(request).check_may(Permission.SEE_QUEUES)
    alert = Alert(person(request), now())
    if request.GET.get("alert") == alert.version:
        return HttpResponse(status=204)
    return render(request, "desk/_alert.html", {"alert": alert, "oob": True})
