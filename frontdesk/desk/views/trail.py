"""The trail of a request: the whole decision, told as a story, entry by entry, and exported as one document."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.desk.pages.story import request_story, visit_story
from frontdesk.desk.pages.story_pdf import as_pdf
from frontdesk.desk.views.kit import load_request, load_visit, looked, person
from frontdesk.kit.clock import now
from frontdesk.triage.queries.document import as_document
from frontdesk.triage.queries.trail import trail


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_request(request, pk)
    person(request).check_may(Permission.SEE_TRAIL)
    looked(request, found.patient, where="trail")
    return render(request, "desk/trail.html", {"found": found, "lines": trail(found), "printed": now()})


@require_safe
def story(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_request(request, pk)
    person(request).check_may(Permission.SEE_TRAIL)
    looked(request, found.patient, where="story")
    page = request_story(found, user=person(request), now=now())
    return render(request, "desk/story.html", {"page": page})


@require_safe
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_visit(request, pk)
    person(request).check_may(Permission.SEE_TRAIL)
    person(request).check_may(Permission.SEE_REASON)
    looked(request, found.patient, where="story of a visit")
    page = visit_story(found, user=person(request), now=now())
    return render(request, "desk/story.html", {"page": page})


@require_safe
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """The same trail as one JSON document, with every entry's facts and its digest."""
    found = load_request(request, pk)
    person(request).check_may(Permission.EXPORT_TRAIL)
    looked(request, found.patient, where="trail export")
    document = as_document(found, exported_by=person(request), now=now())
    answer = JsonResponse(document, json_dumps_params={"indent": 2, "ensure_ascii": False})
    answer.headers["Content-Disposition"] = f'attachment; filename="request-{found.pk}-trail.json"'
    return answer


@require_safe
def export_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The story as a PDF."""
    found = load_request(request, pk)
    person(request).check_may(Permission.EXPORT_TRAIL)
    looked(request, found.patient, where="story export")
    page = request_story(found, user=person(request), now=now())
    answer = HttpResponse(as_pdf(page, exported_by=person(request).name), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="request-{found.pk}-story.pdf"'
    return answer
