"""The report of triage, and the requests behind each of its figures."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.desk.pages.triage_report import TriageReport, asked, rows_page
from frontdesk.desk.views.kit import person
from frontdesk.kit.clock import now


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    user = person(request)
    user.check_may(Permission.SEE_REPORTS)
    wanted = asked(request.GET, user=user)
    page = TriageReport(wanted, now=now()) if wanted else None
    return render(request, "desk/watch/triage.html", {"page": page})


@require_safe
def rows(request: HttpRequest) -> HttpResponse:
    user = person(request)
    user.check_may(Permission.SEE_REPORTS)
    wanted = asked(request.GET, user=user)
    if wanted:
        timezone.activate((wanted.site or wanted.sites[0]).zone)
    page = rows_page(wanted, user=user, page=request.GET.get("page", ""), now=now()) if wanted else None
    return render(request, "desk/watch/triage_rows.html", {"page": page})
