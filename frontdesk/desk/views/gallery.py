"""The parts that pages are made of, for whoever writes one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.desk.views.kit import person


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    person(request).check_may(Permission.USE_DESK)
    return render(request, "desk/gallery.html")
