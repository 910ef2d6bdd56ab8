"""Visit types: the list, one of them, and a form that makes a draft."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.models import DraftKind, Specialty, VisitType
from frontdesk.clinic.queries.grid import row_of
from frontdesk.clinic.queries.settings import as_it_is, open_drafts
from frontdesk.desk.pages.asked import asked_text
from frontdesk.desk.pages.settings_visit_type_form import VisitTypeForm
from frontdesk.desk.pages.settings_visit_types import facts, timeline, visit_types
from frontdesk.desk.views.kit import person
from frontdesk.desk.views.settings_kit import draft_of, its_day, load, reader, sent, writer


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    specialty, everything = asked_text(request.GET, "specialty"), asked_text(request.GET, "show") == "all"
    context = {
        "types": visit_types(specialty=specialty, everything=everything),
        "specialties": Specialty.objects.all(),
        "specialty": specialty,
        "everything": everything,
        "may_draft": user.may(Permission.DRAFT_SETTINGS),
    }
    return render(request, "desk/settings/visit_types.html", context)


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader(request)
    one = load(VisitType.objects.select_related("specialty"), pk)
    context = {
        "type": one,
        "timeline": timeline(one),
        "facts": facts(one),
        "lengths": one.lengths.select_related("provider").order_by("provider__family", "provider__name"),
        "row": row_of(one),
        "cards": one.cards.filter(active=True),
        "drafts": open_drafts(kind=DraftKind.VISIT_TYPE, subject=pk),
        "may_draft": user.may(Permission.DRAFT_SETTINGS),
    }
    return render(request, "desk/settings/visit_type.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    writer(request)
    form = VisitTypeForm(sent(request), standing={}, today=its_day())
    return _answer(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    one = load(VisitType.objects.all(), pk)
    writer(request)
    form = VisitTypeForm(sent(request), standing=as_it_is(DraftKind.VISIT_TYPE, pk), today=its_day())
    return _answer(request, form, one)


def _answer(request: HttpRequest, form: VisitTypeForm, one: VisitType | None) -> HttpResponse:
    made = draft_of(request, form, DraftKind.VISIT_TYPE, one.pk if one else None, form.proposal)
    if made is not None:
        return made
    context = {"form": form, "type": one, "may_draft": person(request).may(Permission.DRAFT_SETTINGS)}
    return render(request, "desk/settings/visit_type_form.html", context, status=form.status)
