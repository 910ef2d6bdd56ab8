"""The queues: what waits for a person; claimed and finished here."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.desk.pages.queue_asked import Wanted
from frontdesk.desk.pages.queues import OUTCOMES, QueuePage, queue_page, read_outcome
from frontdesk.desk.views.kit import person
from frontdesk.kit.clock import now
from frontdesk.kit.errors import Refused
from frontdesk.work.actions import tasks
from frontdesk.work.models import Task


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The whole page; or with part=rows the list alone, 204 where it is as the asker has `seen` it."""
    person(request).check_may(Permission.SEE_QUEUES)
    page = _page(request)
    if request.GET.get("part") != "rows":
        return render(request, "desk/queues.html", _context(request, page))
    if request.GET.get("seen") == page.version:
        return HttpResponse(status=204)
    return render(request, "desk/_queue.html", _context(request, page))


@require_POST
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    task = load_task(request, pk)
    try:
        tasks.claim(task=task, by=person(request), take_over="take_over" in request.POST, now=now())
    except Refused as refusal:
        messages.warning(request, refusal.sentence)
    return _back(request)


@require_POST
def done(request: HttpRequest, pk: int) -> HttpResponse:
    task = load_task(request, pk)
    try:
        outcome = read_outcome(task, request.POST)
        tasks.finish(task=task, outcome=outcome, by=person(request), now=now())
    except Refused as refusal:
        messages.warning(request, refusal.sentence)
    else:
        messages.success(request, f"Done: {task.title}. {task.outcome}.")
    return _back(request)


def _page(request: HttpRequest) -> QueuePage:
    return queue_page(user=person(request), wanted=Wanted.read(request.GET), now=now())


def _context(request: HttpRequest, page: QueuePage) -> dict[str, object]:
    may_settings = person(request).may(Permission.DRAFT_SETTINGS)
    return {"page": page, "outcomes": OUTCOMES, "may_settings": may_settings}


def load_task(request: HttpRequest, pk: int) -> Task:
    """A task of this person's queues, also one that is done; 404 for any other."""
    person(request).check_may(Permission.SEE_QUEUES)
    rows = Task.objects.visible_to(person(request)).select_related("owner", "site", "patient", "assigned_by")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such task.")
    return found


def _back(request: HttpRequest) -> HttpResponse:
    """To the same list; for htmx the list itself and what is to be said."""
    if request.headers.get("HX-Request"):
        return render(request, "desk/_queue.html", {**_context(request, _page(request)), "oob": True})
    return redirect(f"{reverse('desk:queues')}?{Wanted.read(request.GET).query}")
