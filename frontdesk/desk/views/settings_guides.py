"""The guides to the visit type: read, tried out, drafted."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.models import DraftKind, Guide, Specialty, VisitType
from frontdesk.clinic.queries.settings import as_it_is, open_drafts
from frontdesk.desk.pages.settings_guides import GuideForm, guide_page, guide_rows
from frontdesk.desk.views.settings_kit import draft_of, its_day, load, reader, sent, writer


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    context = {"rows": guide_rows(), "may_draft": user.may(Permission.DRAFT_SETTINGS)}
    return render(request, "desk/settings/guides.html", context)


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The guide of a specialty; the address answers its questions, to try it out."""
    user = reader(request)
    specialty = load(Specialty.objects.all(), pk)
    guide = Guide.objects.filter(specialty=specialty).select_related("specialty").first()
    context = {
        "specialty": specialty,
        "guide": guide,
        "page": guide_page(guide, request.GET) if guide else None,
        "drafts": open_drafts(kind=DraftKind.GUIDE, subject=guide.pk) if guide else (),
        "may_draft": user.may(Permission.DRAFT_SETTINGS),
    }
    return render(request, "desk/settings/guide.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    specialty = load(Specialty.objects.all(), pk)
    writer(request)
    guide = Guide.objects.filter(specialty=specialty).first()
    subject = guide.pk if guide else None
    form = GuideForm(sent(request), standing=as_it_is(DraftKind.GUIDE, subject), today=its_day())
    made = draft_of(
        request,
        form,
        DraftKind.GUIDE,
        subject,
        lambda: {"specialty": specialty.code, "content": form.cleaned_data["content"]},
    )
    if made is not None:
        return made
    types = VisitType.objects.filter(specialty=specialty, active=True)
    context = {"form": form, "specialty": specialty, "types": types, "guide": guide}
    return render(request, "desk/settings/guide_form.html", context, status=form.status)
