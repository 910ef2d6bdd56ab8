"""What the machine does by itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from frontdesk.desk.context import home_site
from frontdesk.desk.pages.machine import machine_page
from frontdesk.desk.views.settings_kit import reader
from frontdesk.kit.clock import now


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    home = home_site(reader(request))
    if home is not None:
        timezone.activate(home.zone)
    return render(request, "desk/settings/machine.html", {"acts": machine_page(now=now())})
