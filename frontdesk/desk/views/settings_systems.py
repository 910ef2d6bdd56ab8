"""Connected systems: registered, looked at, changed, ended."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.desk.pages.asked import asked_text
from frontdesk.desk.pages.settings_forms import attempt
from frontdesk.desk.pages.system_form import SystemForm
from frontdesk.desk.pages.systems import system_list, system_page
from frontdesk.desk.views.kit import person
from frontdesk.desk.views.settings_kit import load, sent
from frontdesk.kit.clock import now
from frontdesk.kit.errors import NotAllowed, Refused
from frontdesk.partners.actions import clients
from frontdesk.partners.models import Client
from frontdesk.partners.queries.clients import known

FORM_METHODS = ["GET", "HEAD", "POST"]


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Those that are connected; with `show=ended` those that were."""
    _connector(request)
    page = system_list(ended=asked_text(request.GET, "show") == "ended")
    return render(request, "desk/settings/systems.html", {"page": page})


@require_http_methods(FORM_METHODS)
def new(request: HttpRequest) -> HttpResponse:
    by = _connector(request)
    form = SystemForm(sent(request), user=by)
    if form.is_bound and form.is_valid():
        made = attempt(form, lambda: clients.register(wanted=form.wanted(), by=by, now=now()))
        if made is not None:
            messages.success(request, f"Registered: {made.name}. Give its makers the three lines below.")
            return redirect("desk:settings-system", made.pk)
    return _form(request, form, None)


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    client = _load(request, pk)
    context = {"page": system_page(client, now=now()), "client": client, "addresses": _addresses(request)}
    return render(request, "desk/settings/system.html", context)


@require_http_methods(FORM_METHODS)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Holds at once, for tokens that are out already too."""
    client, by = _load(request, pk), person(request)
    form = SystemForm(sent(request), user=by, client=client)
    if form.is_bound and form.is_valid():
        made = attempt(form, lambda: clients.change(client=client, wanted=form.wanted(), by=by, now=now()))
        if made is not None:
            messages.success(request, f"Saved: {made.name}.")
            return redirect("desk:settings-system", made.pk)
    return _form(request, form, client)


@require_http_methods(FORM_METHODS)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """A page that asks; its button ends."""
    client = _load(request, pk)
    if request.method != "POST":
        return render(request, "desk/settings/system_end.html", {"client": client})
    try:
        clients.end(client=client, by=person(request), now=now())
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, f"{client.name} is no longer connected.")
    return redirect("desk:settings-system", client.pk)


def _connector(request: HttpRequest) -> User:
    user = person(request)
    user.check_may(Permission.CONNECT_SYSTEMS)
    return user


def _load(request: HttpRequest, pk: int) -> Client:
    client = load(known(), pk)
    _connector(request)
    return client


def _form(request: HttpRequest, form: SystemForm, client: Client | None) -> HttpResponse:
    context = {"form": form, "client": client}
    return render(request, "desk/settings/system_form.html", context, status=form.status)


def _addresses(request: HttpRequest) -> list[tuple[str, str]]:
    """What the makers of the system must know, as absolute addresses."""
    names = (("Token address", "gateway:token"), ("FHIR address", "gateway:base"))
    return [(words, request.build_absolute_uri(reverse(name))) for words, name in names]
