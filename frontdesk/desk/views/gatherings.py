"""Group visits and case conferences: what is to come, planning one, places, cancelling."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.book.actions import appointments, cancels, gatherings, places
from frontdesk.book.actions.gatherings import GroupWanted
from frontdesk.book.models import Appointment, Gathering
from frontdesk.book.ports import Ask
from frontdesk.book.queries.gatherings import visible_gathering
from frontdesk.book.rules import BookingGate
from frontdesk.desk.pages.asked import asked_id, asked_text
from frontdesk.desk.pages.gatherings import GatheringPage, GroupsPage, NewGathering, wanted_from_token
from frontdesk.desk.views.kit import load_request, load_visit, looked, person
from frontdesk.kit.clock import now
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from frontdesk.people.models import Patient
from frontdesk.triage.models import Request

WORDS = ("title", "places", "mrn")


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Groups and conferences to come; for a request, with a button to take a place."""
    user = person(request)
    user.check_may(Permission.SEE_CALENDAR)
    wanted = asked_id(request.GET, "request")
    own = Request.objects.visible_to(user).open().filter(pk=wanted, patient__isnull=False) if wanted else None
    found = own.select_related("patient").first() if own is not None else None
    page = GroupsPage(user, now(), found)
    looked(request, found.patient if found else None, where="group visits")
    return render(request, "desk/plans/groups.html", {"page": page, "key": secrets.token_urlsafe(16)})


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    page = _page(request, pk)
    looked(request, page.gathering.patient, where="case conference")
    return _gathering(request, page)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Plan a group visit or a conference at one of the times at which everybody is free."""
    user = person(request)
    user.check_may(Permission.BOOK)
    page = NewGathering(user=user, now=now(), query=request.GET)
    if page.where is not None:
        timezone.activate(page.where.zone)
    if request.method != "POST":
        return _new(request, page)
    typed = {name: asked_text(request.POST, name, limit=120) for name in WORDS}
    try:
        made = _plan(request, typed)
    except NotAllowed:
        raise
    except Refused as refusal:
        again = NewGathering(user=user, now=page.now, query=request.GET, error=refusal.sentence, typed=typed)
        return _new(request, again, status=422 if isinstance(refusal, BadValue) else 409)
    messages.success(request, f"{made.title} is planned.")
    return redirect("desk:gathering", made.pk)


@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """A place in a group for the patient of an open request."""
    gathering, user = _load(request, pk), person(request)
    user.check_may(Permission.BOOK)
    found = load_request(request, asked_id(request.POST, "request") or 0)
    if found.patient is None:
        raise BadValue("Find the patient before a place is taken.")
    try:
        visit = places.take_place(
            gathering=gathering,
            patient=found.patient,
            request_id=found.pk,
            key=_key(request),
            by=user,
            now=now(),
        )
    except BookingGate as gate:
        ask = Ask(found.pk, found.patient, gathering.visit_type, user, now(), site=gathering.site)
        appointments.write_down_refusal(gate=gate, ask=ask, by=user, now=now())
        raise
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect(f"{reverse('desk:groups')}?request={found.pk}")
    messages.success(request, f"Place {visit.place} in {gathering.title} is taken.")
    return redirect("desk:request", found.pk)


@require_POST
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a place back, or move it to another group. `pk` is the visit's."""
    visit, user = load_visit(request, pk), person(request)
    user.check_may(Permission.BOOK)
    if visit.gathering_id is None:
        raise Http404("This visit is no place in a group.")
    here = visit.gathering_id
    try:
        messages.success(request, _change(request, visit))
    except NotAllowed:
        raise
    except Refused as refusal:
        sent = {name: asked_text(request.POST, name) for name in ("why", "to")}
        error = f"{visit.patient.name}: {refusal.sentence}"
        page = GatheringPage(_load(request, here), user=user, now=now(), error=error, typed=sent)
        return _gathering(request, page, status=422 if isinstance(refusal, BadValue) else 409)
    return redirect("desk:gathering", here)


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    page = _page(request, pk)
    sent = {name: asked_text(request.POST, name, limit=200) for name in ("why", "note")}
    try:
        gatherings.cancel_gathering(
            gathering=page.gathering, **sent, key=_key(request), by=page.user, now=page.now
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        again = GatheringPage(
            page.gathering,
            user=page.user,
            now=page.now,
            error=refusal.sentence,
            typed={"cancel": "1", **sent},
        )
        return _gathering(request, again, status=422 if isinstance(refusal, BadValue) else 409)
    messages.success(request, "It is cancelled. Who had a place is told.")
    return redirect("desk:gathering", pk)


def _plan(request: HttpRequest, typed: dict[str, str]) -> Gathering:
    user, moment = person(request), now()
    count = asked_id(request.POST, "places") if typed["places"] else 0
    if count is None:
        raise BadValue("Say how many places there are, in digits.", field="places")
    patient = _about(typed["mrn"], request)
    try:
        wanted = wanted_from_token(
            request.POST.get("time", ""), title=typed["title"], places=count, patient=patient
        )
    except LookupError:
        raise BadValue("Choose from the times as they are offered now.", field="time") from None
    user.check_may(Permission.BOOK)
    if isinstance(wanted, GroupWanted):
        return gatherings.plan_group(wanted=wanted, key=_key(request), by=user, now=moment)
    return gatherings.plan_conference(wanted=wanted, key=_key(request), by=user, now=moment)


def _about(mrn: str, request: HttpRequest) -> Patient | None:
    if not mrn:
        return None
    found = Patient.objects.visible_to(person(request)).filter(mrn=mrn).first()
    if found is None:
        raise BadValue("No record has this number.", field="mrn")
    return found


def _change(request: HttpRequest, visit: Appointment) -> str:
    """Do what the form of a place asks for; what was done, in words."""
    why, to = asked_text(request.POST, "why"), asked_text(request.POST, "to")
    version = asked_id(request.POST, "version")
    if version is None or version > 2**31 - 1:
        raise BadValue("Open the page again: this form is not complete.")
    if not to:
        cancels.cancel(
            visit=visit, why=why, note="", version=version, key=_key(request), by=person(request), now=now()
        )
        return f"The place of {visit.patient.name} is given back."
    other = visible_gathering(asked_id(request.POST, "to") or 0, person(request))
    if other is None:
        raise BadValue("Choose another group.", field="to")
    places.move_place(
        visit=visit,
        to=other,
        why=why,
        note="",
        version=version,
        key=_key(request),
        by=person(request),
        now=now(),
    )
    when = f"{other.start.astimezone(other.site.zone):%a %-d %b, %H:%M}"
    return f"{visit.patient.name} now has a place in {other.title} on {when}."


def _key(request: HttpRequest) -> str:
    return asked_text(request.POST, "key", limit=40)


def _load(request: HttpRequest, pk: int) -> Gathering:
    found = visible_gathering(pk, person(request))
    if found is None:
        raise Http404("There is no such group or conference.")
    timezone.activate(found.site.zone)
    return found


def _page(request: HttpRequest, pk: int) -> GatheringPage:
    return GatheringPage(_load(request, pk), user=person(request), now=now())


def _gathering(request: HttpRequest, page: GatheringPage, *, status: int = 200) -> HttpResponse:
    context = {"page": page, "key": secrets.token_urlsafe(16)}
    return render(request, "desk/plans/gathering.html", context, status=status)


def _new(request: HttpRequest, page: NewGathering, *, status: int = 200) -> HttpResponse:
    context = {"page": page, "key": secrets.token_urlsafe(16)}
    return render(request, "desk/plans/gathering_new.html", context, status=status)
