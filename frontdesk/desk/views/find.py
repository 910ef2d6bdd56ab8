"""Find a time for a request: offered with reasons, held with one key, checked, and booked with another."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.book.actions import appointments, choices, holds
from frontdesk.book.actions.wanted import ask_of_hold
from frontdesk.book.models import Hold
from frontdesk.book.ports import Link
from frontdesk.book.rules import BookingGate, check_can_book
from frontdesk.desk.pages.find_page import SIGNED, FindPage, option_from
from frontdesk.desk.views.kit import load_request, looked, person
from frontdesk.kit.clock import now
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from frontdesk.kit.text import one_line
from frontdesk.triage.actions import conditional_holds
from frontdesk.triage.models import Request

WAIVERS = {f"waive-{link.name}": link.value for link in Link}
LONGEST_ASK = 1500


@require_safe
def find_a_time(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_request(request, pk)
    page = FindPage(found, user=person(request), now=now(), asked=request.GET)
    if (refusal := _gate(request, page)) is not None:
        return refusal
    looked(request, found.patient, where="find a time")
    return _show(request, page)


@require_POST
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    page = _asked_page(request, load_request(request, pk))
    if (refusal := _gate(request, page)) is not None:
        return refusal
    try:
        signed = signing.loads(request.POST.get("option", ""), salt=SIGNED, max_age=3600)
        option = option_from(signed, page.request)
    except (signing.BadSignature, LookupError):
        messages.error(request, "This offer is too old. Choose from the times as they are now.")
        return redirect(page.url)
    offered = [{"words": words} for words in signed.get("others", ()) if isinstance(words, str)]

    def place() -> Hold:
        return holds.place(
            wanted=option, patient=page.patient, request_id=pk, key=_key(request, pk), offered=offered,
            by=person(request), now=now(),
        )  # fmt: skip

    return _hold(request, page, place, lambda: page.nearest_in_words(option))


@require_POST
def hold_first(request: HttpRequest, pk: int) -> HttpResponse:
    """Hold the first time that fits, whoever else is after it."""
    page = _asked_page(request, load_request(request, pk))
    if (refusal := _gate(request, page)) is not None:
        return refusal
    wish = page.wish
    if wish is None:
        messages.error(request, "Choose a visit type first.")
        return redirect(page.url)

    def place() -> Hold:
        return holds.place_first(
            wish=wish,
            patient=page.patient,
            request_id=pk,
            key=_key(request, pk),
            by=person(request),
            now=now(),
        )

    return _hold(request, page, place, lambda: "")


@require_POST
def book(request: HttpRequest, pk: int) -> HttpResponse:
    standing = _load_hold(request, pk)
    typed = {name: one_line(request.POST.get(name, ""), limit=200) for name in WAIVERS}
    waivers = {WAIVERS[name]: words for name, words in typed.items() if words}
    try:
        visit = appointments.book(hold=standing, by=person(request), now=now(), waivers=waivers)
    except BookingGate as gate:
        return _refuse(request, gate, standing, typed)
    except BadValue as wrong:
        messages.error(request, wrong.sentence)
        page = _asked_page(request, load_request(request, standing.asked_for or 0))
        page.waived = typed
        return _show(request, page, status=422)
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
    return redirect(_asked_page(request, load_request(request, standing.asked_for or 0)).url)


@require_POST
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody who may approves that the time stays held for hours, while something is missing."""
    standing = _load_hold(request, pk)
    page = _asked_page(request, load_request(request, standing.asked_for or 0))
    hours, because = request.POST.get("hours", ""), request.POST.get("because", "")
    try:
        kept = conditional_holds.keep(
            hold=standing,
            hours=int(hours) if hours.isascii() and hours.isdigit() and len(hours) < 4 else 0,
            because=because,
            by=person(request),
            now=now(),
        )
    except BadValue as wrong:
        messages.error(request, wrong.sentence)
        page.kept = {"hours": one_line(hours, limit=3), "because": one_line(because, limit=300)}
        return _show(request, page, status=422)
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect(page.url)
    until = kept.expires_at.astimezone(kept.site.zone)
    messages.success(request, f"The time is held until {until:%A %d %B, %H:%M}. Then it is free again.")
    return redirect(page.url)


def _show(request: HttpRequest, page: FindPage, *, status: int = 200) -> HttpResponse:
    context = {"page": page, "key": secrets.token_urlsafe(16)}
    return render(request, "desk/find.html", context, status=status)


def _asked_page(request: HttpRequest, found: Request) -> FindPage:
    """The page as it was asked for before a form on it was sent."""
    asked = QueryDict(request.POST.get("asked", "").encode("utf-8", "ignore")[:LONGEST_ASK])
    return FindPage(found, user=person(request), now=now(), asked=asked)


def _key(request: HttpRequest, pk: int) -> str:
    return one_line(f"{pk}-{request.POST.get('key', '')}", limit=64)


def _hold(
    request: HttpRequest, page: FindPage, place: Callable[[], Hold], more: Callable[[], str]
) -> HttpResponse:
    guide = page.guide
    if guide.lacks_reason:
        messages.error(request, "Say why it is another visit type than the guide suggests, and hold again.")
        return redirect(page.url)
    try:
        place()
    except (NotAllowed, BookingGate):
        raise
    except Refused as refusal:
        messages.error(request, f"{refusal.sentence} {more()}".strip())
        return redirect(page.url)
    if guide.differs and guide.suggested and page.visit_type:
        choices.choose_type(
            request_id=page.request.pk, suggested=guide.suggested, chosen=page.visit_type, because=guide.because,
            by=person(request), now=now(),
        )  # fmt: skip
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


def _refuse(request: HttpRequest, gate: BookingGate, standing: Hold, typed: dict[str, str]) -> HttpResponse:
    """What was refused is written down. Where a link of the chain fails, the hold stands and the page says which."""
    page = _asked_page(request, load_request(request, standing.asked_for or 0))
    ask = ask_of_hold(standing, person(request), now())
    appointments.write_down_refusal(gate=gate, ask=ask, by=person(request), now=now())
    if gate.failed.link == Link.REQUEST:
        return _refused(request, gate, page.request.pk)
    messages.error(request, f"Not booked. {gate.failed.link}: {gate.sentence} The time is still held.")
    page.waived = typed
    response = _show(request, page, status=409)
    response.headers["X-Refused"] = gate.code
    return response


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
