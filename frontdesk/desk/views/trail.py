"""The trail of a request: the whole decision, readable and exportable as one document."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.desk.views.kit import load_request, looked, person
from frontdesk.kit.clock import now
from frontdesk.triage.queries.trail import as_document, trail


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_request(request, pk)
    person(request).check_may(Permission.SEE_TRAIL)
    looked(request, found.patient, where="trail")
    return render(request, "desk/trail.html", {"found": found, "lines": trail(found), "printed": now()})


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
