"""Lanes, script steps and handoffs."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.choices import Modality
from frontdesk.clinic.models import SlotClass, VisitType
from frontdesk.desk.pages.handoff_sheet import as_document, handoff_sheet
from frontdesk.desk.views.kit import load_request, looked, person
from frontdesk.kit.clock import now
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from frontdesk.triage.actions import handoffs, lanes, scripts
from frontdesk.triage.engine.lanes import RANK, Lane
from frontdesk.triage.models import Handoff, Request


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
    step, answer, script = (request.POST.get(name, "") for name in ("step", "answer", "script"))
    try:
        scripts.stamp(
            request=found, step_key=step, answer=answer, script_key=script, by=person(request), now=now()
        )
    except BadValue as problem:
        messages.error(request, problem.sentence)
    return redirect(reverse("desk:request", args=[pk]) + ("?focus=last" if script else "?focus=step"))


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
            slot_class=_slot_class(post.get("slot_class", "")),
            modality=_modality(post.get("modality", "")),
            note=post.get("note", ""),
            by=person(request),
            now=now(),
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("desk:request", handoff.request_id)


@require_POST
def note_outcome(request: HttpRequest, pk: int) -> HttpResponse:
    handoff = _load(request, pk)
    try:
        handoffs.note_outcome(
            handoff=handoff, outcome=request.POST.get("outcome", ""), by=person(request), now=now()
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, "What came of it is written down.")
    return redirect("desk:request" if handoff.request.is_open else "desk:trail", handoff.request_id)


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The handoff on one page, to be printed."""
    handoff = _load(request, pk)
    looked(request, handoff.request.patient, where="handoff page")
    return render(request, "desk/handoff.html", {"sheet": handoff_sheet(handoff, now=now())})


@require_safe
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """The handoff as JSON, for the medical record."""
    handoff = _load(request, pk)
    person(request).check_may(Permission.EXPORT_TRAIL)
    looked(request, handoff.request.patient, where="handoff, exported")
    document = as_document(handoff_sheet(handoff, now=now()), exported_by=person(request).name, now=now())
    answer = JsonResponse(document, json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer.headers["Content-Disposition"] = f'attachment; filename="handoff-{handoff.pk}.json"'
    return answer


def _load(request: HttpRequest, pk: int) -> Handoff:
    """A handoff whose request this person may see: of a crisis clinicians, and whoever took the call."""
    visible = Handoff.objects.filter(request__in=Request.objects.visible_to(person(request)))
    rows = (
        "request__site",
        "request__patient",
        "accepted_by",
        "directed_by",
        "direct_visit_type",
        "outcome_by",
    )
    found = visible.select_related(*rows).filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such handoff.")
    timezone.activate(found.request.site.zone)
    return found


def _visit_type(code: str) -> VisitType | None:
    return VisitType.objects.filter(code=code, active=True).first() if code.isprintable() else None


def _slot_class(code: str) -> SlotClass | None:
    return SlotClass.objects.filter(code=code, active=True).first() if code.isprintable() else None


def _modality(text: str) -> str:
    return text if text in Modality.values else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
