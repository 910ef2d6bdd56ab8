"""The organization: its sites, departments and resources as one tree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.actions import organization as actions
from frontdesk.clinic.models import Site
from frontdesk.desk.pages.asked import asked_text
from frontdesk.desk.pages.settings_forms import SettingsForm, attempt
from frontdesk.desk.pages.settings_hours import hours_page
from frontdesk.desk.pages.settings_organization import (
    AssignForm,
    DepartmentForm,
    OrganizationForm,
    organization_page,
)
from frontdesk.desk.views.kit import person
from frontdesk.desk.views.settings_kit import load, reader, writer
from frontdesk.kit.clock import now


@require_safe
def tree(request: HttpRequest) -> HttpResponse:
    reader(request)
    return _render(request, asked_text(request.GET, "site"))


@require_POST
def name(request: HttpRequest) -> HttpResponse:
    writer(request)
    form = OrganizationForm(request.POST)

    def act() -> Any:
        return actions.name_organization(
            name=form.cleaned_data["organization"], by=person(request), now=now()
        )

    return _do(request, None, form, act, "Named.")


@require_POST
def add_department(request: HttpRequest, pk: int) -> HttpResponse:
    site = load(Site.objects.all(), pk)
    writer(request)
    form = DepartmentForm(request.POST)

    def act() -> Any:
        return actions.add_department(
            site=site, name=form.cleaned_data["name"], by=person(request), now=now()
        )

    return _do(request, site, form, act, "Added.")


@require_POST
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    site = load(Site.objects.all(), pk)
    writer(request)
    form = AssignForm(request.POST, site=site)

    def act() -> Any:
        return actions.assign_resource(
            resource=form.resources[form.cleaned_data["resource"]],
            department=form.departments.get(form.cleaned_data["department"]),
            by=person(request),
            now=now(),
        )

    return _do(request, site, form, act, "Assigned.")


def _do(
    request: HttpRequest, site: Site | None, form: SettingsForm, act: Callable[[], Any], said: str
) -> HttpResponse:
    """Back to the tree; the tree with the form as it was sent where that cannot be done."""
    code = site.code if site else ""
    if form.is_valid() and attempt(form, act) is not None:
        messages.success(request, said)
        return redirect(f"{reverse('desk:settings-organization')}?site={code}")
    return _render(request, code, form)


def _render(request: HttpRequest, site: str, sent: SettingsForm | None = None) -> HttpResponse:
    page = organization_page(site)
    if page.site is None and site:
        raise Http404("There is no such site.")
    standing = {"organization": page.organization.name if page.organization else ""}
    forms: dict[str, Any] = {
        "naming": OrganizationForm(initial=standing),
        "adding": DepartmentForm(),
        "assigning": AssignForm(site=page.site) if page.site else None,
    }
    kinds = {OrganizationForm: "naming", DepartmentForm: "adding", AssignForm: "assigning"}
    if sent is not None:
        forms[kinds[type(sent)]] = sent
    may = person(request).may(Permission.DRAFT_SETTINGS)
    hours = hours_page(page.site) if page.site else None
    context = {"page": page, "may_draft": may, "wrong": sent, "hours": hours, **forms}
    return render(request, "desk/settings/organization.html", context, status=sent.status if sent else 200)
