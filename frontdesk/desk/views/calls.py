"""Calls and messages that wait: taken, marked as cut off, and taken down from a recording or a slip of paper."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from frontdesk.accounts.permissions import Permission
from frontdesk.desk.context import home_site
from frontdesk.desk.pages.settings_forms import attempt
from frontdesk.desk.pages.take_down import TakeDownForm, sites_for
from frontdesk.desk.views.kit import load_request, person
from frontdesk.kit.clock import now
from frontdesk.kit.errors import NotAllowed, Refused
from frontdesk.triage.actions import calls, intake, requests
from frontdesk.triage.models import Request


@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a request that waits, is parked, or whose line was lost; then its page."""
    found = load_request(request, pk)
    try:
        if found.taken_by is not None and (found.parked_at or found.dropped_at):
            requests.resume(request=found, by=person(request), now=now())
        else:
            calls.take(request=found, by=person(request), now=now())
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.warning(request, refusal.sentence)
    return redirect("desk:request", pk)


@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """The line was lost."""
    found = load_request(request, pk)
    calls.drop(request=found, by=person(request), now=now())
    messages.warning(
        request, "The line was lost. The call waits in Call back until somebody takes it up again."
    )
    return redirect("desk:request", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def take_down(request: HttpRequest) -> HttpResponse:
    """Write down a voicemail or a message; it is screened before it waits for anybody."""
    by = person(request)
    by.check_may(Permission.TAKE_REQUESTS)
    home = home_site(by)
    if home is None:
        raise NotAllowed("You have no site yet: ask an administrator to give you one.")
    sent = request.POST if request.method == "POST" else None
    form = TakeDownForm(sent, sites=sites_for(by), home=home, now=now())
    if form.is_bound and form.is_valid():
        made = attempt(form, lambda: intake.receive(**form.wanted(), by=by, now=now()))
        if made is not None:
            messages.success(request, _said(made))
            return redirect("desk:requests")
    return render(request, "desk/take_down.html", {"form": form}, status=form.status)


def _said(made: Request) -> str:
    """What became of it, so that whoever wrote it down knows where it went."""
    if made.handoffs.exists():
        return f"Kept and screened: {made.lane}. A clinician has been asked."
    return "Kept and screened. It waits on the board, where anybody who works there takes it."
