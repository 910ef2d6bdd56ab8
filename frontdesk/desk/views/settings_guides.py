"""The guides to the visit type: read, tried out, drafted."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.actions import guide_drafts
from frontdesk.clinic.models import DraftKind, Guide, Specialty
from frontdesk.clinic.queries.settings import drafts_in_writing, open_drafts
from frontdesk.desk.pages.guide_outline import Urls, outline
from frontdesk.desk.pages.settings_guides import guide_page, guide_rows, read_guide, types_of
from frontdesk.desk.views.kit import person
from frontdesk.desk.views.settings_guide_drafts import as_file
from frontdesk.desk.views.settings_kit import load, reader, writer
from frontdesk.kit.clock import now


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
    guide = Guide.objects.filter(specialty=specialty).first()
    content = read_guide(guide) if guide else None
    page = guide_page(content, types_of(specialty), request.GET) if content else None
    written = drafts_in_writing(specialty=specialty.code)
    context = {
        "specialty": specialty,
        "guide": guide,
        "page": page,
        "walk_url": reverse("desk:settings-guide", args=[pk]),
        "outline": outline(page.content, page.rules, Urls()) if page else None,
        "drafts": open_drafts(kind=DraftKind.GUIDE, subject=guide.pk) if guide else (),
        "mine": next((one for one in written if one.drafted_by_id == user.pk), None),
        "of_others": [one for one in written if one.drafted_by_id != user.pk],
        "may_draft": user.may(Permission.DRAFT_SETTINGS),
    }
    answered_at_once = page and request.headers.get("HX-Request")
    template = "desk/settings/guide/_walk.html" if answered_at_once else "desk/settings/guide.html"
    return render(request, template, context)


@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The guide that is in force, as a file."""
    specialty = load(Specialty.objects.all(), pk)
    reader(request)
    guide = Guide.objects.filter(specialty=specialty).first()
    if guide is None:
        raise Http404("There is no guide yet.")
    return as_file(guide.content, f"guide-{specialty.code}-version-{guide.version}.json")


@require_POST
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a draft of the guide, or go on with one's own."""
    specialty = load(Specialty.objects.all(), pk)
    writer(request)
    draft = guide_drafts.begin(specialty=specialty, by=person(request), now=now())
    return redirect("desk:settings-guide-draft", draft.pk)
