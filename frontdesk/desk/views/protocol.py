"""The triage protocol in force, now or as of another day."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.desk.context import home_site
from frontdesk.desk.pages.protocol import protocol_page, scoped_rows
from frontdesk.desk.pages.protocol_forms import AsOfForm
from frontdesk.desk.views.kit import person
from frontdesk.kit.clock import day_span, now


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The general protocol, and what was read beside it; at the end of the day `as_of` where the address names one."""
    user = person(request)
    user.check_may(Permission.USE_DESK)
    home = home_site(user)
    zone = home.time_zone if home else "UTC"
    form = AsOfForm(request.GET if request.GET.get("as_of") else None)
    at = _end_of(form, zone) if form.is_bound and form.is_valid() else now()
    page = protocol_page(now=at)
    unread = (
        page is not None and not form.is_bound and not page.row.acknowledgements.filter(user=user).exists()
    )
    context = {
        "page": page, "scoped": scoped_rows(at), "zone": zone, "form": form, "at": at, "unread": unread,
    }  # fmt: skip
    return render(request, "desk/protocol.html", context, status=form.status)


def _end_of(form: AsOfForm, zone: str) -> datetime:
    """The last moment of the day that was asked for."""
    return day_span(form.cleaned_data["as_of"], zone)[1] - timedelta(seconds=1)
