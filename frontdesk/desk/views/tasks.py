"""One task: given to somebody, given back, put together with another, moved to where it belongs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from frontdesk.desk.pages.queue_asked import Wanted
from frontdesk.desk.pages.queues import OUTCOMES
from frontdesk.desk.pages.settings_forms import SettingsForm, attempt
from frontdesk.desk.pages.task import BackForm, GiveForm, MoveForm, SameForm, others_of, task_page
from frontdesk.desk.views.kit import looked, person
from frontdesk.desk.views.queues import load_task
from frontdesk.kit.clock import now
from frontdesk.triage.actions import calls
from frontdesk.triage.models import Request
from frontdesk.work.actions import handing, merging
from frontdesk.work.models import Task


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, load_task(request, pk))


@require_POST
def give(request: HttpRequest, pk: int) -> HttpResponse:
    task = load_task(request, pk)
    form = GiveForm(request.POST, task=task)

    def act() -> str:
        read = form.cleaned_data
        given = handing.assign(
            task=task, to=form.people[read["to"]], note=read["note"], by=person(request), now=now()
        )
        return f"Given to {given.owner.name if given.owner else 'nobody'}: {given.title}."

    return _do(request, task, form, act)


@require_POST
def back(request: HttpRequest, pk: int) -> HttpResponse:
    task = load_task(request, pk)
    form = BackForm(request.POST)

    def act() -> str:
        handing.release(task=task, note=form.cleaned_data["note"], by=person(request), now=now())
        return f"Given back to {task.get_queue_display()}: {task.title}."

    return _do(request, task, form, act)


@require_POST
def same(request: HttpRequest, pk: int) -> HttpResponse:
    task = load_task(request, pk)
    form = SameForm(request.POST, others=others_of(task, person(request)))

    def act() -> str:
        _merge(request, task, form.others[form.cleaned_data["into"]])
        return f"Put together: {task.title}."

    return _do(request, task, form, act)


@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    task = load_task(request, pk)
    form = MoveForm(request.POST, task=task)

    def act() -> str:
        read = form.cleaned_data
        moved = handing.reroute(
            task=task, queue=read["queue"], because=read["because"], by=person(request), now=now()
        )
        return f"Moved to {moved.get_queue_display()}: {moved.title}."

    return _do(request, task, form, act)


def _merge(request: HttpRequest, task: Task, into: Task) -> None:
    """Tasks of two requests are put together by putting the requests together."""
    by = person(request)
    if task.about_kind == into.about_kind == "request" and task.about_ref != into.about_ref:
        found = {
            one.pk: one
            for one in Request.objects.visible_to(by).filter(pk__in=(task.about_ref, into.about_ref))
        }
        calls.merge(request=found[task.about_ref], into=found[into.about_ref], by=by, now=now())
    else:
        merging.merge(task=task, into=into, by=by, now=now())


def _do(request: HttpRequest, task: Task, form: SettingsForm, act: Callable[[], str]) -> HttpResponse:
    """Back to the board; the task with the form as it was sent where that cannot be done."""
    if form.is_valid() and (said := attempt(form, act)) is not None:
        messages.success(request, said)
        return redirect(f"{reverse('desk:queues')}?{Wanted.read(request.GET).query}")
    return _show(request, load_task(request, task.pk), form)


def _show(request: HttpRequest, task: Task, sent: SettingsForm | None = None) -> HttpResponse:
    timezone.activate(task.site.zone)
    looked(request, task.patient, where="task page")
    page = task_page(task=task, user=person(request), now=now())
    forms: dict[str, Any] = {
        "giving": GiveForm(task=task),
        "returning": BackForm(),
        "joining": SameForm(others=page.others),
        "moving": MoveForm(task=task),
    }
    kinds = {GiveForm: "giving", BackForm: "returning", SameForm: "joining", MoveForm: "moving"}
    if sent is not None:
        forms[kinds[type(sent)]] = sent
    context = {"page": page, "wanted": Wanted.read(request.GET), "outcomes": OUTCOMES, "wrong": sent, **forms}
    return render(request, "desk/task.html", context, status=sent.status if sent else 200)
