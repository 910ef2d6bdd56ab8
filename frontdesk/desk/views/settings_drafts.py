"""Drafts: what waits, one of them with its difference, and the second signature."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from frontdesk.clinic.actions import drafts
from frontdesk.clinic.models import Draft
from frontdesk.desk.pages.settings_drafts import draft_page, settled, waiting
from frontdesk.desk.views.kit import person
from frontdesk.desk.views.settings_kit import load, reader, writer
from frontdesk.kit.clock import now
from frontdesk.kit.errors import NotAllowed, Refused

_WITH = ("drafted_by", "approved_by", "withdrawn_by")


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    reader(request)
    return render(request, "desk/settings/drafts.html", {"waiting": waiting(), "settled": settled()})


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader(request)
    draft = load(Draft.objects.select_related(*_WITH), pk)
    page = draft_page(draft, by=user, now=now())
    return render(request, "desk/settings/draft.html", {"page": page, "draft": draft})


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    draft = load(Draft.objects.all(), pk)
    writer(request)

    def sign() -> str:
        signed = drafts.approve(draft=draft, by=person(request), now=now())
        day = f"{signed.holds_from:%A} {signed.holds_from.day} {signed.holds_from:%B %Y}"
        return "Approved and in force." if signed.applied_at else f"Approved. It holds from {day}."

    return _do(request, pk, sign)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    draft = load(Draft.objects.all(), pk)
    writer(request)

    def take_back() -> str:
        because = request.POST.get("because", "")
        drafts.withdraw(draft=draft, by=person(request), now=now(), because=because)
        return "Withdrawn. Nothing has changed."

    return _do(request, pk, take_back)


def _do(request: HttpRequest, pk: int, act: Callable[[], str]) -> HttpResponse:
    """Say what came of it on the draft's own page."""
    try:
        messages.success(request, act())
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("desk:settings-draft", pk)
