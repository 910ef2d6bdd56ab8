"""The routine audit: what the last run found, and a run on demand."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.book.actions.audits import run_audit
from frontdesk.desk.pages.audit import audit_page
from frontdesk.desk.views.kit import person
from frontdesk.kit.clock import now


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    user = person(request)
    user.check_may(Permission.SEE_REPORTS)
    page = audit_page(user=user, query=request.GET, now=now())
    return render(request, "desk/watch/audit.html", {"page": page})


@require_POST
def run(request: HttpRequest) -> HttpResponse:
    """Hold every visit ahead against the rules now."""
    found = run_audit(by=person(request), now=now())
    many = "1 finding" if len(found.mismatches) == 1 else f"{len(found.mismatches):,} findings"
    messages.success(request, f"{found.visits:,} visits ahead were looked at: {many}.")
    return redirect("desk:audit")
