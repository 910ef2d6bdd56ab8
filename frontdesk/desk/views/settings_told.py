"""What a connected system is told of: looked at, tried again, ended."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.desk.pages.told import told_page
from frontdesk.desk.views.kit import person
from frontdesk.desk.views.settings_kit import load
from frontdesk.kit.clock import now
from frontdesk.kit.errors import NotAllowed, Refused
from frontdesk.partners.actions import subscriptions
from frontdesk.partners.models import Client, Subscription


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    client = load(Client.objects.all(), pk)
    _connector(request)
    stand, ended = told_page(client)
    return render(request, "desk/settings/told.html", {"client": client, "stand": stand, "ended": ended})


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Tell it again now, beginning with the question whether it answers."""
    found = load(Subscription.objects.all(), pk)
    by = _connector(request)
    try:
        subscriptions.try_again(subscription=found, by=by, now=now())
    except Refused as refusal:
        _say(request, refusal)
    else:
        messages.success(request, "It is being asked whether it answers. Load this page again in a moment.")
    return redirect("desk:settings-system-told", found.client_id)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    found = load(Subscription.objects.all(), pk)
    by = _connector(request)
    try:
        subscriptions.end(subscription=found, by=by, now=now(), how="ended at the desk")
    except Refused as refusal:
        _say(request, refusal)
    else:
        messages.success(request, "Ended: it is told nothing more of this.")
    return redirect("desk:settings-system-told", found.client_id)


def _connector(request: HttpRequest) -> User:
    user = person(request)
    user.check_may(Permission.CONNECT_SYSTEMS)
    return user


def _say(request: HttpRequest, refusal: Refused) -> None:
    """The scopes of the client are no fault of whoever presses the button."""
    if isinstance(refusal, NotAllowed):
        messages.error(request, "Its scopes do not let it read this any more. Change what it may do first.")
    else:
        messages.error(request, refusal.sentence)
