"""Slot classes: what time may be kept for."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.models import DraftKind, SlotClass
from frontdesk.clinic.queries.settings import as_it_is, open_drafts
from frontdesk.desk.pages.settings_slot_classes import SlotClassForm, slot_classes
from frontdesk.desk.views.settings_kit import draft_of, its_day, load, reader, sent, writer


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    context = {
        "classes": slot_classes(),
        "drafts": open_drafts(kind=DraftKind.SLOT_CLASS),
        "may_draft": user.may(Permission.DRAFT_SETTINGS),
    }
    return render(request, "desk/settings/slot_classes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    writer(request)
    return _answer(request, SlotClassForm(sent(request), standing={}, today=its_day()), None)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    one = load(SlotClass.objects.all(), pk)
    writer(request)
    form = SlotClassForm(sent(request), standing=as_it_is(DraftKind.SLOT_CLASS, pk), today=its_day())
    return _answer(request, form, one)


def _answer(request: HttpRequest, form: SlotClassForm, one: SlotClass | None) -> HttpResponse:
    made = draft_of(request, form, DraftKind.SLOT_CLASS, one.pk if one else None, form.proposal)
    if made is not None:
        return made
    context = {"form": form, "class": one}
    return render(request, "desk/settings/slot_class_form.html", context, status=form.status)
