"""What the machine does by itself, and switching it off."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.actions import machine
from frontdesk.desk.context import home_site
from frontdesk.desk.pages.machine import machine_page
from frontdesk.desk.views.kit import person
from frontdesk.desk.views.settings_kit import reader
from frontdesk.kit.clock import now
from frontdesk.kit.errors import BadValue


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    reader(request)
    return _show(request)


@require_POST
def switch(request: HttpRequest, key: str) -> HttpResponse:
    """`on` is "yes" or "no"; `because` says why."""
    on, because = request.POST.get("on", ""), request.POST.get("because", "")
    try:
        if on not in ("yes", "no"):
            raise BadValue("Say whether it is switched on or off.")
        machine.switch(key=key, on=on == "yes", because=because, by=person(request), now=now())
    except BadValue as problem:
        wrong = {"key": key, "sentence": problem.sentence, "typed": because}
        return _show(request, status=422, problem=wrong)
    messages.success(request, f"Switched {'on' if on == 'yes' else 'off'}.")
    return redirect("desk:settings-machine")


def _show(request: HttpRequest, *, status: int = 200, problem: dict[str, str] | None = None) -> HttpResponse:
    user = person(request)
    home = home_site(user)
    if home is not None:
        timezone.activate(home.zone)
    may = user.may(Permission.APPROVE_SETTINGS)
    found = {"acts": machine_page(now=now()), "may_switch": may, "problem": problem or {}}
    return render(request, "desk/settings/machine.html", found, status=status)
