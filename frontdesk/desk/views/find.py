"""Find a time for a request: offered with reasons, held with one key, booked with another."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.book.actions import appointments, holds
from frontdesk.book.models import Hold
from frontdesk.book.rules import BookingGate, check_can_book
from frontdesk.desk.pages.find_page import SIGNED, FindPage, option_from
from frontdesk.desk.views.kit import load_request, looked, person
from frontdesk.kit.clock import now
from frontdesk.kit.errors import NotAllowed, Refused
from frontdesk.kit.text import one_line
from frontdesk.triage.models import Request


@require_safe
def find_a_time(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_request(request, pk)
    page = FindPage(found, user=person(request), now=now(), asked=request.GET)
    if (refusal := _gate(request, page)) is not None:
        return refusal
    looked(request, found.patient, where="find a time")
    return render(request, "desk/find.html", {"page": page, "key": secrets.token_urlsafe(16)})


@require_POST
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_request(request, pk)
    page = FindPage(found, user=person(request), now=now(), asked=request.POST)
    if (refusal := _gate(request, page)) is not None:
        return refusal
    try:
        signed = signing.loads(request.POST.get("option", ""), salt=SIGNED, max_age=3600)
        option = option_from(signed, found)
    except (signing.BadSignature, LookupError):
        messages.error(request, "This offer is too old. Choose from the times as they are now.")
        return redirect(page.url)
    return _hold(request, found, page, option, signed)


@require_POST
def book(request: HttpRequest, pk: int) -> HttpResponse:
    standing = _load_hold(request, pk)
    try:
        visit = appointments.book(hold=standing, by=person(request), now=now())
    except BookingGate as gate:
        return _refuse(request, gate, standing)
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("desk:find", standing.asked_for)
    messages.success(request, f"Booked for {visit.start.astimezone(visit.site.zone):%A %d %B, %H:%M}.")
    return redirect("desk:request", standing.asked_for)


@require_POST
def let_go(request: HttpRequest, pk: int) -> HttpResponse:
    standing = _load_hold(request, pk)
    holds.let_go(hold=standing, by=person(request), now=now())
    return redirect("desk:find", standing.asked_for)


def _hold(
    request: HttpRequest, found: Request, page: FindPage, option: holds.Wanted, signed: dict[str, object]
) -> HttpResponse:
    offered = [{"words": words} for words in signed.get("others", ()) if isinstance(words, str)]  # type: ignore[attr-defined]
    try:
        holds.place(
            wanted=option,
            patient=page.patient,
            request_id=found.pk,
            key=one_line(f"{found.pk}-{request.POST.get('key', '')}", limit=64),
            offered=offered,
            by=person(request),
            now=now(),
        )
    except (NotAllowed, BookingGate):
        raise
    except Refused as refusal:
        messages.error(request, f"{refusal.sentence} {page.nearest_in_words(option)}")
    return redirect(page.url)


def _gate(request: HttpRequest, page: FindPage) -> HttpResponse | None:
    """The refusal page where no time may be looked for, with its reason code."""
    person(request).check_may(Permission.BOOK)
    try:
        check_can_book(page.ask)
    except BookingGate as gate:
        appointments.write_down_refusal(gate=gate, ask=page.ask, by=person(request), now=now())
        return _refused(request, gate, page.request.pk)
    return None


def _refuse(request: HttpRequest, gate: BookingGate, standing: Hold) -> HttpResponse:
    found = load_request(request, standing.asked_for or 0)
    page = FindPage(found, user=person(request), now=now(), asked={})
    appointments.write_down_refusal(gate=gate, ask=page.ask, by=person(request), now=now())
    return _refused(request, gate, found.pk)


def _refused(request: HttpRequest, gate: BookingGate, pk: int) -> HttpResponse:
    context = {"sentence": gate.sentence, "code": gate.code, "request_pk": pk}
    response = render(request, "desk/refused.html", context, status=409)
    response.headers["X-Refused"] = gate.code
    return response


def _load_hold(request: HttpRequest, pk: int) -> Hold:
    """A hold of a request that this person may see."""
    visible = Request.objects.visible_to(person(request))
    found = Hold.objects.filter(pk=pk, asked_for__in=visible.values("pk")).select_related("site").first()
    if found is None:
        raise Http404("There is no such hold.")
    return found
