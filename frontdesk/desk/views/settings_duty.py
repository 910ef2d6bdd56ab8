"""The duty roster: who answers, by week and site."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.clinic.actions import duties
from frontdesk.clinic.models import Duty, Site
from frontdesk.desk.pages.asked import asked_text
from frontdesk.desk.pages.settings_duty import DutyForm, DutyPage, duty_page
from frontdesk.desk.pages.settings_forms import attempt
from frontdesk.desk.views.kit import person
from frontdesk.desk.views.settings_kit import load, reader, writer
from frontdesk.kit.clock import now
from frontdesk.kit.errors import NotAllowed, Refused


@require_safe
def roster(request: HttpRequest) -> HttpResponse:
    """The week of one site."""
    reader(request)
    return _render(request, _page(request, request.GET))


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Put somebody on duty at the site that the form names; the week with the form where that cannot be done."""
    writer(request)
    page = _page(request, request.POST)
    if page is None:
        return _render(request, None)
    form = DutyForm(request.POST, site=page.site, today=page.today)
    if form.is_valid() and _add(request, form, page.site):
        return redirect(_address(page))
    return _render(request, page, form)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    duty = load(Duty.objects.filter(site__in=Site.objects.of(person(request))).select_related("user"), pk)
    writer(request)
    try:
        duties.end_duty(duty=duty, by=person(request), now=now())
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, f"{duty.user.name} is off this duty.")
    page = _page(request, request.POST)
    if page is None:
        raise Http404("There is no such site.")
    return redirect(_address(page))


def _page(request: HttpRequest, asked: QueryDict) -> DutyPage | None:
    site, day = asked_text(asked, "site"), asked_text(asked, "week")
    return duty_page(user=person(request), site=site, day=day, now=now())


def _render(request: HttpRequest, page: DutyPage | None, form: DutyForm | None = None) -> HttpResponse:
    if page is not None and form is None:
        form = DutyForm(site=page.site, today=page.today)
    may = person(request).may(Permission.DRAFT_SETTINGS)
    context = {"page": page, "form": form, "may_draft": may}
    return render(request, "desk/settings/duty.html", context, status=form.status if form else 200)


def _add(request: HttpRequest, form: DutyForm, site: Site) -> bool:
    wanted = form.wanted()
    duty = attempt(form, lambda: duties.add_duty(site=site, by=person(request), now=now(), **wanted))
    if duty is not None:
        messages.success(request, f"{duty.user.name} is on duty.")
    return duty is not None


def _address(page: DutyPage) -> str:
    return f"{reverse('desk:settings-duty')}?site={page.site.code}&week={page.monday}"
