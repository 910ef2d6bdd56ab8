"""The calendar link of a visit, for its patient: made, shown once, taken back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from frontdesk.accounts.permissions import Permission
from frontdesk.book.models import Appointment
from frontdesk.desk.pages.acts import Refusal
from frontdesk.desk.pages.choice import back_to, kept
from frontdesk.desk.pages.visit import Wanted
from frontdesk.desk.views.calendar import show
from frontdesk.desk.views.kit import load_visit, person
from frontdesk.kit.clock import now
from frontdesk.kit.errors import NotAllowed, Refused
from frontdesk.partners.actions import feeds
from frontdesk.partners.models import Feed


@require_POST
def make(request: HttpRequest, pk: int) -> HttpResponse:
    """Make one. The answer is the page that shows the address: it is told once, so nothing is kept to redirect to."""
    visit = load_visit(request, pk)
    person(request).check_may(Permission.BOOK)
    try:
        shared = feeds.share_visit(visit=visit, by=person(request), now=now())
    except NotAllowed:
        raise
    except Refused as refusal:
        return _show(request, visit, Wanted(refusal=Refusal(refusal.sentence, "", {})), 409)
    return _show(request, visit, Wanted(address=address_of(request, shared.secret)), 200)


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    found = Feed.objects.filter(pk=pk).exclude(appointment=None).first()
    if found is None or found.appointment_id is None:
        raise Http404("There is no such visit.")
    visit = load_visit(request, found.appointment_id)
    person(request).check_may(Permission.BOOK)
    try:
        feeds.revoke(feed=found, by=person(request), now=now())
    except NotAllowed:
        raise
    except Refused as refusal:
        return _show(request, visit, Wanted(refusal=Refusal(refusal.sentence, "", {})), 409)
    messages.success(request, "The calendar link is taken back: it leads nowhere any more.")
    return redirect(back_to(request.POST.get("back", ""), visit=visit.pk))


def address_of(request: HttpRequest, secret: str) -> str:
    """The whole address at which a calendar program reads."""
    return request.build_absolute_uri(reverse("gateway:feed", args=[secret]))


def _show(request: HttpRequest, visit: Appointment, wanted: Wanted, status: int) -> HttpResponse:
    asked = kept(request.POST.get("back", ""))
    return show(request, asked, visit=visit, wanted=wanted, status=status)
