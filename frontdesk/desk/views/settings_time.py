"""Templates: the list of weeks, one week with its history, the editor, and a version with what it would do."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frontdesk.accounts.models import User
from frontdesk.accounts.permissions import Permission
from frontdesk.book.actions import templates
from frontdesk.book.models import Template
from frontdesk.book.queries.templates import rows_on, usable_words, words
from frontdesk.book.queries.what_if import dry_run, what_if
from frontdesk.clinic.models import Resource, Site
from frontdesk.desk.pages.asked import asked_text
from frontdesk.desk.pages.settings_forms import attempt
from frontdesk.desk.pages.settings_time import (
    Choice,
    WeekPage,
    bars,
    day_bars,
    resources_of,
    rows_of_version,
    seen,
    week_list,
    week_url,
)
from frontdesk.desk.pages.template_lines import Editor
from frontdesk.desk.pages.time_tabs import tabs
from frontdesk.desk.pages.week_picture import picture
from frontdesk.desk.views.settings_kit import reader, sent, writer
from frontdesk.kit.clock import local_day, now
from frontdesk.kit.errors import NotAllowed, Refused

SHOWN = 25  # visits at first; their number is always told, and all of them on demand


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    choice = Choice.read(request.GET, user)
    page, lines = week_list(choice, user=user, number=request.GET.get("page"), now=now())
    return render(
        request,
        "desk/settings/time/index.html",
        {"choice": choice, "page": page, "lines": lines, "tabs": tabs(user, "desk:time")},
    )


@require_safe
def week(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader(request)
    resource, site, sites = _place(request, user, pk)
    page = WeekPage(resource, site, sites, user=user, now=now())
    return render(request, "desk/settings/time/week.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """The editor for a new version, beginning with what holds now."""
    user = reader(request)
    resource, site, _ = _place(request, user, pk)
    writer(request)
    today = local_day(now(), site.time_zone)
    editor = Editor(
        rows=rows_on(resource, site, today),
        words=usable_words(),
        today=today,
        data=sent(request),
        holds_from=today + timedelta(days=14),
    )
    return _edited(request, editor, resource, site, None)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader(request)
    version = _version(user, pk)
    writer(request)
    editor = Editor(
        rows=rows_of_version(version),
        words=usable_words(),
        today=local_day(now(), version.site.time_zone),
        data=sent(request),
        because=version.because,
        holds_from=version.holds_from,
    )
    return _edited(request, editor, version.resource, version.site, version)


@require_safe
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: its week, and while it waits what it would do."""
    user = reader(request)
    found = _version(user, pk)
    timezone.activate(found.site.zone)
    context = {
        "version": found,
        "picture": picture(rows_of_version(found), words(), name="draft", label="The week as drafted"),
        "back": week_url(found.resource, found.site),
    }
    if found.approved_at is None and found.withdrawn_at is None:
        context |= _effect(request, found, user)
    return render(request, "desk/settings/time/version.html", context)


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader(request)
    found = _version(user, pk)
    try:
        templates.approve(template=found, by=user, now=now())
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        day = found.holds_from
        messages.success(request, f"Approved. The week holds from {day:%A} {day.day} {day:%B %Y}.")
    return redirect("desk:time-version", pk)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader(request)
    found = _version(user, pk)
    try:
        templates.withdraw(template=found, by=user, now=now())
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, f"Version {found.number} was withdrawn. Nothing has changed.")
    return redirect("desk:time-version", pk)


def _place(request: HttpRequest, user: User, pk: int) -> tuple[Resource, Site, list[Site]]:
    """The resource, the site that the address names (else its home), and all its sites; 404 for any other."""
    resource = resources_of(user).select_related("site").filter(pk=pk).first()
    if resource is None:
        raise Http404("There is no such resource.")
    sites = list(Site.objects.of(user).distinct())
    here = [one for one in sites if one == resource.site or resource.sessions.filter(site=one).exists()]
    code = asked_text(request.GET, "site")
    chosen = next((one for one in sites if one.code == code), None) or (here or sites)[0]
    shown = here if chosen in here else [*here, chosen]
    return resource, chosen, shown


def _version(user: User, pk: int) -> Template:
    people = ("resource", "site", "drafted_by", "approved_by", "withdrawn_by")
    found = Template.objects.filter(site__in=Site.objects.of(user), pk=pk).select_related(*people).first()
    if found is None:
        raise Http404("There is no such version.")
    return found


def _edited(
    request: HttpRequest, editor: Editor, resource: Resource, site: Site, standing: Template | None
) -> HttpResponse:
    """What the form asks for: a draft, one more line, or another look."""
    if editor.wish == "save" and (made := _saved(request, editor, resource, site, standing)):
        messages.success(request, "Drafted. It changes nothing until somebody else has approved it.")
        return redirect("desk:time-version", made.pk)
    rows = editor.rows() if editor.wish else editor.began_with
    if editor.wish == "add" or not editor.lines:
        editor.add()
    context = {
        "editor": editor,
        "resource": resource,
        "site": site,
        "standing": standing,
        "here": request.get_full_path(),
        "back": week_url(resource, site),
        "picture": rows and picture(rows, words(), name="edit", label="The week as it is typed"),
    }
    if request.headers.get("HX-Request"):
        return render(request, "desk/settings/time/_typed.html", context)
    status = 422 if editor.wish == "save" else 200
    return render(request, "desk/settings/time/editor.html", context, status=status)


def _saved(
    request: HttpRequest, editor: Editor, resource: Resource, site: Site, standing: Template | None
) -> Template | None:
    rows = editor.rows()
    if not editor.end.is_valid() or rows is None:
        return None
    said = {**editor.end.cleaned_data, "rows": rows, "by": reader(request), "now": now()}
    if standing is None:
        return attempt(editor.end, lambda: templates.draft(resource=resource, site=site, **said))
    return attempt(editor.end, lambda: templates.change_draft(template=standing, **said))


def _effect(request: HttpRequest, found: Template, user: User) -> dict[str, object]:
    """What a draft would do: from its day on, and in a week that has passed."""
    effect, known = what_if(found, now=now()), words()
    past = dry_run(found, monday=_monday(request, found))
    shown = None if asked_text(request.GET, "all") == "1" else SHOWN
    return {
        "effect": effect,
        "bars": bars(effect.change, known),
        "day_bars": day_bars(effect.change),
        "outside": seen(effect.outside, user)[:shown],
        "past": past,
        "past_outside": seen(past.outside, user)[:shown],
        "last_week": _this_monday(found) - timedelta(days=7),
        "may_approve": user.may(Permission.APPROVE_SETTINGS) and found.drafted_by != user,
        "may_draft": user.may(Permission.DRAFT_SETTINGS),
        "is_mine": found.drafted_by == user,
    }


def _this_monday(found: Template) -> date:
    today = local_day(now(), found.site.time_zone)
    return today - timedelta(days=today.weekday())


def _monday(request: HttpRequest, found: Template) -> date:
    """The week that the address asks for, if it has passed; else last week."""
    last = _this_monday(found) - timedelta(days=7)
    try:
        asked = date.fromisoformat(asked_text(request.GET, "week"))
    except ValueError:
        return last
    return asked if timedelta() <= last - asked <= timedelta(days=3660) else last
