"""The huddle of one site."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.desk.context import home_site
from frontdesk.desk.pages.asked import asked_text
from frontdesk.desk.pages.today import choose_site, sites_of, today_page
from frontdesk.desk.views.kit import person
from frontdesk.kit.clock import now


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    user = person(request)
    user.check_may(Permission.USE_DESK)
    sites = sites_of(user)
    site = choose_site(sites, asked_text(request.GET, "site"), otherwise=home_site(user))
    page = today_page(user=user, site=site, sites=sites, now=now()) if site else None
    return render(request, "desk/today.html", {"page": page})
