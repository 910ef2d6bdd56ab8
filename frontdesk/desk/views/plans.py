"""Several visits planned for a request, and the plan that they make."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.book.actions import appointments, plans
from frontdesk.book.models import Plan
from frontdesk.book.queries.plans import visible_plan
from frontdesk.book.rules import BookingGate, check_can_book
from frontdesk.desk.pages.asked import asked_id, asked_text
from frontdesk.desk.pages.plan_asked import FAMILY, LINKED, SERIES
from frontdesk.desk.pages.plan_several import PlanSeveral
from frontdesk.desk.pages.plan_show import PlanPage
from frontdesk.desk.pages.plan_tokens import OldOffer, read
from frontdesk.desk.views.kit import load_request, looked, person
from frontdesk.kit.clock import now
from frontdesk.kit.errors import BadValue, NotAllowed, Refused

TOO_OLD = "Choose from the times as they are offered now."
MOST_TIMES = 40


@require_http_methods(["GET", "HEAD", "POST"])
def several(request: HttpRequest, pk: int) -> HttpResponse:
    """Offers for a series, for linked visits or for a family; the form sends the chosen ones back here."""
    found, user = load_request(request, pk), person(request)
    user.check_may(Permission.BOOK)
    page = PlanSeveral(found, user=user, now=now(), query=request.GET)
    try:
        check_can_book(page.ask)
    except BookingGate as gate:
        appointments.write_down_refusal(gate=gate, ask=page.ask, by=user, now=now())
        raise
    if request.method == "POST":
        return _book(request, page)
    looked(request, found.patient, where="plan several visits")
    return _several(request, page)


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    page = _page(request, pk)
    for patient in page.patients:
        looked(request, patient, where="plan")
    return _plan(request, page)


@require_POST
def cancel_rest(request: HttpRequest, pk: int) -> HttpResponse:
    page = _page(request, pk)
    sent = {name: asked_text(request.POST, name, limit=200) for name in ("why", "note", "key")}
    try:
        plan = plans.cancel_rest(
            plan=page.plan,
            from_place=_place(request),
            why=sent["why"],
            note=sent["note"],
            key=sent["key"][:40],
            by=person(request),
            now=now(),
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        status = 422 if isinstance(refusal, BadValue) else 409
        again = PlanPage(page.plan, user=page.user, now=page.now, error=refusal.sentence, typed=sent)
        return _plan(request, again, status=status)
    messages.success(request, "What was still ahead is cancelled, and its time is free again.")
    return redirect("desk:plan", plan.pk)


def _place(request: HttpRequest) -> int:
    place = asked_id(request.POST, "from_place")
    if place is None or place > 1000:
        raise BadValue("Choose the visit from which on to cancel.", field="from_place")
    return place


def _page(request: HttpRequest, pk: int) -> PlanPage:
    user = person(request)
    plan = visible_plan(pk, user)
    if plan is None:
        raise Http404("There is no such plan.")
    timezone.activate(plan.site.zone)
    return PlanPage(plan, user=user, now=now())


def _plan(request: HttpRequest, page: PlanPage, *, status: int = 200) -> HttpResponse:
    context = {"page": page, "key": secrets.token_urlsafe(16)}
    return render(request, "desk/plans/plan.html", context, status=status)


def _several(request: HttpRequest, page: PlanSeveral, *, error: str = "", status: int = 200) -> HttpResponse:
    context = {"page": page, "error": error, "key": secrets.token_urlsafe(16)}
    return render(request, "desk/plans/several.html", context, status=status)


def _book(request: HttpRequest, page: PlanSeveral) -> HttpResponse:
    typed = {"order_ref": asked_text(request.POST, "order_ref", limit=120)}
    again = PlanSeveral(page.request, user=page.user, now=page.now, query=request.GET, typed=typed)
    try:
        plan = _BOOKS[page.asked.tab](request, page, typed["order_ref"])
    except OldOffer:
        return _several(request, again, error=TOO_OLD, status=422)
    except NotAllowed:
        raise
    except Refused as refusal:
        status = 422 if isinstance(refusal, BadValue) else 409
        return _several(request, again, error=refusal.sentence, status=status)
    count = plan.visits.count()
    messages.success(request, f"{count} visit{'' if count == 1 else 's'} booked together.")
    return redirect("desk:plan", plan.pk)


def _series(request: HttpRequest, page: PlanSeveral, order_ref: str) -> Plan:
    chosen = [text for text in request.POST.getlist("time") if text][:MOST_TIMES]
    if not chosen:
        raise BadValue("Choose at least one time. Nothing was booked.")
    visits = [visit for text in chosen for visit in read(text, SERIES, page.request, page.user).visits]
    if page.series is not None:
        return plans.extend(plan=page.series, visits=visits, key=_key(request), by=page.user, now=page.now)
    return plans.book_series(
        visits=visits,
        order_ref=order_ref,
        every_days=page.asked.every_days,
        ends_on=page.asked.until,
        rhythm=page.asked.how_in_words,
        key=_key(request),
        by=page.user,
        now=page.now,
    )


def _linked(request: HttpRequest, page: PlanSeveral, order_ref: str) -> Plan:
    offered = read(request.POST.get("row", ""), LINKED, page.request, page.user)
    return plans.book_linked(
        visits=offered.visits,
        gaps=offered.gaps,
        order_ref=order_ref,
        key=_key(request),
        by=page.user,
        now=page.now,
    )


def _family(request: HttpRequest, page: PlanSeveral, order_ref: str) -> Plan:
    offered = read(request.POST.get("row", ""), FAMILY, page.request, page.user)
    return plans.book_family(visits=offered.visits, key=_key(request), by=page.user, now=page.now)


def _key(request: HttpRequest) -> str:
    return asked_text(request.POST, "key", limit=40)


_BOOKS: dict[str, Callable[[HttpRequest, PlanSeveral, str], Plan]] = {
    SERIES: _series, LINKED: _linked, FAMILY: _family,
}  # fmt: skip
