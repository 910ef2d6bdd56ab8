"""How the queues are kept: who answers, who works in them, by when work is due."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.desk.pages.settings_forms import attempt
from frontdesk.desk.pages.settings_queues import QueueForm, queue_lines
from frontdesk.desk.views.kit import person
from frontdesk.desk.views.settings_kit import reader, sent, writer
from frontdesk.kit.clock import now
from frontdesk.work.actions import queue_rules
from frontdesk.work.models import Queue
from frontdesk.work.queries.answering import rules_by_queue


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    reader(request)
    may = person(request).may(Permission.DRAFT_SETTINGS)
    return render(request, "desk/settings/queues.html", {"lines": queue_lines(), "may_draft": may})


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, queue: str) -> HttpResponse:
    """One queue. What is saved holds at once, and is written down with what held before."""
    if queue not in Queue.values:
        raise Http404("There is no such queue.")
    by, one = writer(request), Queue(queue)
    form = QueueForm(sent(request), queue=one, rule=rules_by_queue().get(queue))
    if form.is_bound and form.is_valid():
        made = attempt(
            form, lambda: queue_rules.set_rule(queue=queue, wanted=form.wanted(), by=by, now=now())
        )
        if made is not None:
            messages.success(request, f"Saved: {one.label}.")
            return redirect("desk:settings-queues")
    return render(request, "desk/settings/queue_form.html", {"form": form, "queue": one}, status=form.status)
