"""Calendar addresses of providers: everybody their own, a manager or an administrator anybody's."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.models import Provider, Site
from frontdesk.desk.pages.asked import asked_text
from frontdesk.desk.pages.calendar_links import as_rows, provider_links, shared_by
from frontdesk.desk.pages.choice import number
from frontdesk.desk.views.calendar_links import address_of
from frontdesk.desk.views.kit import person
from frontdesk.desk.views.settings_kit import load, reader
from frontdesk.kit.clock import now
from frontdesk.kit.errors import NotAllowed, Refused
from frontdesk.partners.actions import feeds
from frontdesk.partners.models import Feed

ROWS = 40  # providers on one page


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    reader(request)
    return _page(request)


@require_POST
def make(request: HttpRequest, pk: int) -> HttpResponse:
    """Make one. The answer is the page that shows the address: it is told once, so nothing is kept to redirect to."""
    provider = load(Provider.objects.filter(active=True), pk)
    try:
        shared = feeds.share_provider(provider=provider, by=reader(request), now=now())
    except NotAllowed:
        raise
    except Refused as refusal:
        return _page(request, refused=refusal.sentence, status=409)
    return _page(request, made=provider, address=address_of(request, shared.secret))


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    feed = load(Feed.objects.exclude(provider=None).select_related("provider"), pk)
    try:
        feeds.revoke(feed=feed, by=reader(request), now=now())
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, "The address is taken back: it leads nowhere any more.")
    return redirect("desk:settings-calendars")


def _page(
    request: HttpRequest,
    *,
    made: Provider | None = None,
    address: str = "",
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    user = person(request)
    everybody = user.may(Permission.CONNECT_SYSTEMS)
    site = asked_text(request.GET, "site") if everybody else ""
    found = provider_links(shared_by(user), site=site)
    page = Paginator(found, ROWS).get_page(number(request.GET.get("page", "")) or 1)
    context = {
        "page": page, "rows": as_rows(list(page.object_list)), "made": made, "address": address, "refused": refused,
        "site": site, "sites": Site.objects.of(user).order_by("name") if everybody else (), "everybody": everybody,
        "paging": f"{urlencode({'site': site})}&" if site else "",
    }  # fmt: skip
    return render(request, "desk/settings/calendars.html", context, status=status)
