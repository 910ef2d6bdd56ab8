"""Lanes, script steps and handoffs."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from frontdesk.clinic.models import VisitType
from frontdesk.desk.views.kit import load_request, person
from frontdesk.kit.clock import now
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from frontdesk.triage.actions import handoffs, lanes, scripts
from frontdesk.triage.engine.lanes import RANK, Lane
from frontdesk.triage.models import Handoff


@require_POST
def set_lane(request: HttpRequest, pk: int) -> HttpResponse:
    found, to = load_request(request, pk), request.POST.get("lane", "")
    lowers = to in set(Lane) and RANK[Lane(to)] < found.rank
    act = lanes.lower_lane if lowers else lanes.raise_lane
    try:
        act(request=found, to=to, reason=request.POST.get("reason", ""), by=person(request), now=now())
    except BadValue as problem:
        messages.error(request, problem.sentence)
    return redirect("desk:request", pk)


@require_POST
def stamp_step(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_request(request, pk)
    step, answer = request.POST.get("step", ""), request.POST.get("answer", "")
    try:
        scripts.stamp(request=found, step_key=step, answer=answer, by=person(request), now=now())
    except BadValue as problem:
        messages.error(request, problem.sentence)
    return redirect(reverse("desk:request", args=[pk]) + "?focus=step")


@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    handoff = _load(request, pk)
    other = request.POST.get("other", "")
    try:
        handoffs.accept(handoff=handoff, by=person(request), other=other, now=now())
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("desk:request", handoff.request_id)


@require_POST
def direct(request: HttpRequest, pk: int) -> HttpResponse:
    handoff, post = _load(request, pk), request.POST
    try:
        handoffs.direct(
            handoff=handoff,
            direction=post.get("direction", ""),
            visit_type=_visit_type(post.get("visit_type", "")),
            visit_by=_day(post.get("visit_by", "")),
            note=post.get("note", ""),
            by=person(request),
            now=now(),
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("desk:request", handoff.request_id)


def _load(request: HttpRequest, pk: int) -> Handoff:
    visible = Handoff.objects.visible_to(person(request)).select_related("request__site")
    found = visible.filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such handoff.")
    return found


def _visit_type(code: str) -> VisitType | None:
    return VisitType.objects.filter(code=code, active=True).first() if code.isprintable() else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
