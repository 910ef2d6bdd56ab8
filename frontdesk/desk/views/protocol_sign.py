"""What becomes of a draft: handed in, taken back, withdrawn, approved; and of a version: ended, or read by the staff."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.models import Site
from frontdesk.desk.pages.protocol_forms import ApproveForm, HandInForm
from frontdesk.desk.pages.settings_forms import attempt
from frontdesk.desk.views.kit import person
from frontdesk.desk.views.protocol_kit import load
from frontdesk.desk.views.protocols import version
from frontdesk.kit.clock import now
from frontdesk.kit.errors import NotAllowed, Refused
from frontdesk.triage.actions import protocol_approval, protocols
from frontdesk.triage.actions.protocol_parts import check_may_draft


@require_POST
def hand_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Finished: from now on the draft waits for a clinician."""
    its = load(request, pk)
    check_may_draft(person(request))
    form = HandInForm(request.POST)
    if form.is_valid():
        because = form.cleaned_data["because"]
        made = attempt(
            form, lambda: protocols.hand_in(draft=its.row, because=because, by=person(request), now=now())
        )
        if made is not None:
            messages.success(request, "Handed in. It changes nothing until a clinician has approved it.")
            return redirect(its.url)
    return version(request, its, hand_in=form)


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign it, with the moment from which it holds."""
    its = load(request, pk)
    person(request).check_may(Permission.APPROVE_PROTOCOLS)
    form = ApproveForm(request.POST)
    if form.is_valid():
        moment = now()
        begins = form.begins(_zone(), moment)
        made = attempt(
            form,
            lambda: protocol_approval.approve(
                draft=its.row, in_force_from=begins, by=person(request), now=moment
            ),
        )
        if made is not None:
            messages.success(
                request, f"Approved: {made}. {'It holds from now on.' if begins is None else ''}".strip()
            )
            return redirect(its.url)
    return version(request, its, approve=form)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """It is not read any more."""
    its = load(request, pk)
    person(request).check_may(Permission.APPROVE_PROTOCOLS)
    form = HandInForm(request.POST, prefix="end")
    if form.is_valid():
        because = form.cleaned_data["because"]
        made = attempt(
            form,
            lambda: protocol_approval.end(protocol=its.row, because=because, by=person(request), now=now()),
        )
        if made is not None:
            messages.success(request, f"{made} is not read any more.")
            return redirect(its.url)
    return version(request, its, end=form)


@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on writing a draft that waits."""
    its = load(request, pk)
    return _done(
        request, its.url, lambda: protocols.take_back(draft=its.row, by=person(request), now=now()), ""
    )


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    its = load(request, pk)
    because = request.POST.get("because", "")
    return _done(
        request,
        its.url,
        lambda: protocols.withdraw(draft=its.row, because=because, by=person(request), now=now()),
        "Withdrawn.",
    )


@require_POST
def was_read(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody says that they have read this version."""
    its = load(request, pk)
    return _done(
        request,
        its.url,
        lambda: protocol_approval.acknowledge(protocol=its.row, by=person(request), now=now()),
        "Kept: you have read this version.",
    )


def _done(request: HttpRequest, url: str, act: Callable[[], object], said: str) -> HttpResponse:
    try:
        act()
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        if said:
            messages.success(request, said)
    return redirect(url)


def _zone() -> ZoneInfo:
    site = Site.objects.order_by("pk").first()
    return site.zone if site is not None else ZoneInfo("UTC")
