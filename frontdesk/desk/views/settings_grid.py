"""The protection grid: to read, to print, and to change in one draft."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.models import DraftKind, Organization, Specialty
from frontdesk.clinic.queries.grid import grid
from frontdesk.clinic.queries.settings import open_drafts
from frontdesk.desk.pages.asked import asked_text
from frontdesk.desk.pages.settings_grid import GridForm
from frontdesk.desk.views.settings_kit import draft_of, its_day, reader, sent, writer


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    specialty = asked_text(request.GET, "specialty")
    context = {
        "rows": grid(specialty=specialty or None),
        "specialties": Specialty.objects.all(),
        "specialty": specialty,
        "organization": Organization.objects.first(),
        "today": its_day(),
        "drafts": open_drafts(kind=DraftKind.GRID),
        "may_draft": user.may(Permission.DRAFT_SETTINGS),
    }
    return render(request, "desk/settings/grid.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """The form of one specialty's rows, or of all of them."""
    writer(request)
    specialty = asked_text(request.GET, "specialty")
    form = GridForm(sent(request), rows=grid(specialty=specialty or None), today=its_day())
    made = draft_of(request, form, DraftKind.GRID, None, form.proposal)
    if made is not None:
        return made
    context = {"form": form, "specialty": specialty}
    return render(request, "desk/settings/grid_form.html", context, status=form.status)
