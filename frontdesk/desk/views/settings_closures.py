"""Closures of a site with the public holidays to choose from, and what does not agree in the time ahead."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.queries.template_audit import Finding, audit, by_kind
from frontdesk.clinic.actions import closures
from frontdesk.clinic.models import Closure, Site
from frontdesk.desk.pages.absences import sites_of
from frontdesk.desk.pages.asked import asked_text
from frontdesk.desk.pages.closures import ClosureForm, closed_days, holidays_to_tick
from frontdesk.desk.pages.settings_forms import attempt
from frontdesk.desk.pages.time_tabs import tabs
from frontdesk.desk.views.settings_kit import reader
from frontdesk.kit.clock import local_day, now
from frontdesk.kit.errors import NotAllowed, Refused


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The closed days of a site and year, with the holidays that might be."""
    return _answer(request, reader(request), None)


@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """Close the day that was typed, or every holiday that is ticked."""
    user = reader(request)
    user.check_may(Permission.APPROVE_SETTINGS)
    site = _site(request, user)
    if site is None:
        raise Http404("There is no such site.")
    year = _year(request, local_day(now(), site.time_zone))
    form = ClosureForm(request.POST)
    if request.POST.get("do") == "holidays":
        _close_ticked(request, site, year, user)
    elif not _close(request, form, site, user):
        return _answer(request, user, form)
    return redirect(_address(site, year))


def _answer(request: HttpRequest, user: User, form: ClosureForm | None) -> HttpResponse:
    site = _site(request, user)
    context: dict[str, object] = {"tabs": tabs(user, "desk:closures")}
    if site is not None:
        today = local_day(now(), site.time_zone)
        year = _year(request, today)
        holidays = holidays_to_tick(site, year, today=today)
        context |= {
            "site": site,
            "sites": sites_of(user),
            "year": year,
            "closing": f"{reverse('desk:closure-close')}?{_query(site, year)}",
            "form": form or ClosureForm(initial={"day": today}),
            "closed": closed_days(site, year, today=today),
            "holidays": holidays,
            "may_tick": any(not one.closed for one in holidays),
            "may": user.may(Permission.APPROVE_SETTINGS),
        }
    return render(request, "desk/settings/time/closures.html", context, status=form.status if form else 200)


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader(request)
    mine = Closure.objects.filter(site__in=Site.objects.of(user)).select_related("site")
    found = mine.filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such closure.")
    try:
        closures.reopen(closure=found, because=request.POST.get("because", ""), by=user, now=now())
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.warning(request, refusal.sentence)
    else:
        messages.success(
            request, f"{found.site.name} is open on {found.day:%A} {found.day.day} {found.day:%B}."
        )
    return redirect(_address(found.site, found.day.year))


@require_safe
def discrepancies(request: HttpRequest) -> HttpResponse:
    """What does not agree in the four weeks to come."""
    user = reader(request)
    sites = sites_of(user)
    code = asked_text(request.GET, "site")
    chosen = [one for one in sites if one.code == code] or sites
    found = audit(sites=chosen, now=now())
    groups = [(heading, [(one, _link(one, user)) for one in some]) for heading, some in by_kind(found)]
    context = {
        "groups": groups,
        "total": len(found),
        "sites": sites,
        "code": code if len(chosen) == 1 else "",
        "tabs": tabs(user, "desk:discrepancies"),
    }
    return render(request, "desk/settings/time/discrepancies.html", context)


def _link(one: Finding, user: User) -> str:
    """Where the finding is mended; nothing where the person may not go there."""
    kind, number = one.about
    if kind == "resource":
        return f"{reverse('desk:time-week', args=[number])}?{urlencode({'site': one.site.code})}"
    if kind == "block" and user.may(Permission.RECORD_ABSENCES):
        return reverse("desk:absence", args=[number])
    if kind == "template":
        return reverse("desk:time-version", args=[number])
    if kind == "closure":
        return _address(one.site, one.first.year)
    return f"{reverse('desk:time')}?{urlencode({'site': one.site.code})}" if kind == "site" else ""


def _site(request: HttpRequest, user: User) -> Site | None:
    sites = sites_of(user)
    code = asked_text(request.GET, "site")
    return next((one for one in sites if one.code == code), sites[0] if sites else None)


def _year(request: HttpRequest, today: date) -> int:
    text = asked_text(request.GET, "year", limit=8)
    year = int(text) if text.isascii() and text.isdigit() else today.year
    return year if abs(year - today.year) <= 10 else today.year


def _address(site: Site, year: int) -> str:
    return f"{reverse('desk:closures')}?{_query(site, year)}"


def _query(site: Site, year: int) -> str:
    return urlencode({"site": site.code, "year": year})


def _close(request: HttpRequest, form: ClosureForm, site: Site, user: User) -> bool:
    """Close the day that was typed; False where the form must be shown again."""
    if not form.is_valid():
        return False
    said = form.cleaned_data
    made = attempt(
        form,
        lambda: closures.close(
            site=site, day=said["day"], name=said["name"], holiday=False, by=user, now=now()
        ),
    )
    if made is not None:
        _tell(request, [made])
    return made is not None


def _close_ticked(request: HttpRequest, site: Site, year: int, user: User) -> None:
    """Close every holiday that is ticked and still open; what is no holiday is left out."""
    ticked = set(request.POST.getlist("holiday"))
    made = []
    for one in holidays_to_tick(site, year, today=local_day(now(), site.time_zone)):
        if one.day.isoformat() in ticked and not one.closed:
            try:
                made.append(
                    closures.close(site=site, day=one.day, name=one.name, holiday=True, by=user, now=now())
                )
            except NotAllowed:
                raise
            except Refused as refusal:
                messages.warning(request, refusal.sentence)
    _tell(request, made)


def _tell(request: HttpRequest, made: list[Closure]) -> None:
    if not made:
        messages.warning(request, "Tick at least one holiday. Nothing was changed.")
        return
    days = ", ".join(f"{one.day.day} {one.day:%b}" for one in made)
    messages.success(request, f"Closed: {days}. Visits on these days wait in the queue “Tell the patient”.")
