"""When a site answers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from frontdesk.clinic.actions import site_hours
from frontdesk.clinic.models import Site
from frontdesk.desk.pages.settings_forms import attempt
from frontdesk.desk.pages.settings_hours import HoursForm, hours_page
from frontdesk.desk.views.settings_kit import load, sent, writer
from frontdesk.kit.clock import now


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The week of one site. What is saved holds at once; clocks that run already keep their time."""
    site = load(Site.objects.all(), pk)
    by = writer(request)
    form = HoursForm(sent(request), site=site)

    def act() -> bool:
        site_hours.set_hours(site=site, week=form.week(), by=by, now=now())
        return True

    if form.is_bound and form.is_valid() and attempt(form, act):
        messages.success(request, f"Saved: the hours of {site.name}.")
        return redirect(f"{reverse('desk:settings-organization')}?site={site.code}")
    context = {"form": form, "page": hours_page(site)}
    return render(request, "desk/settings/hours_form.html", context, status=form.status)
