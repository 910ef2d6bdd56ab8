"""Conflicts: the list, a report, and one conflict with what is proposed, accepted with one key."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frontdesk.accounts.permissions import Permission
from frontdesk.book.actions import conflicts, once
from frontdesk.book.models import Appointment, Conflict
from frontdesk.book.queries import find
from frontdesk.book.queries.conflicts import conflicts_seen_by
from frontdesk.book.queries.resolve import candidates, wish_of
from frontdesk.clinic.models import Site
from frontdesk.desk.pages.asked import asked_id, asked_text
from frontdesk.desk.pages.conflicts import ReportForm, conflict_list, conflict_page
from frontdesk.desk.pages.settings_forms import attempt
from frontdesk.desk.views.kit import looked, person
from frontdesk.desk.views.settings_kit import sent
from frontdesk.kit.clock import local_day, now
from frontdesk.kit.errors import BadValue, NotAllowed, Refused
from frontdesk.kit.text import one_line

MOST_CHANGES = 2**31 - 1


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    user = person(request)
    user.check_may(Permission.SEE_CALENDAR)
    rows, resolved = conflict_list(user=user, query=request.GET)
    context = {"rows": rows, "resolved": resolved, "may_report": user.may(Permission.RECORD_ABSENCES)}
    return render(request, "desk/watch/conflicts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Report that something outside the book takes a resource of one site (`?site=`)."""
    user = person(request)
    user.check_may(Permission.RECORD_ABSENCES)
    sites = list(Site.objects.of(user).order_by("pk"))
    if not sites:
        raise Refused("You have no site yet. A manager adds the sites at which you work.", code="NO_SITE")
    code = asked_text(request.GET, "site")
    site = next((one for one in sites if one.code == code), sites[0])
    form = ReportForm(sent(request), site=site, today=local_day(now(), site.time_zone))
    if form.is_bound and form.is_valid():
        made = attempt(form, lambda: _report(request, form))
        if made is not None:
            messages.success(
                request, "Recorded. What is booked then is listed here, with what could be done."
            )
            return redirect("desk:conflict", made.pk)
    context = {"form": form, "site": site, "sites": sites}
    return render(request, "desk/watch/conflict_form.html", context, status=form.status)


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    conflict = _load(request, pk)
    page = conflict_page(conflict, user=person(request), now=now())
    for visit in conflict.visits.select_related("patient"):
        looked(request, visit.patient, where="conflict")
    return render(request, "desk/watch/conflict.html", {"page": page})


@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Do what is proposed for one visit: `instead` names a resource, else `start` another time."""
    conflict = _load(request, pk)
    person(request).check_may(Permission.BOOK)
    try:
        moved = _accept(request, conflict)
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, f"{refusal.sentence} Nothing was changed.")
    else:
        local = moved.start.astimezone(moved.site.zone)
        place = f", {moved.room.name}" if moved.room else ""
        messages.success(request, f"Settled: {local:%a} {local.day} {local:%b}, {local:%H:%M}{place}.")
    return redirect("desk:conflict", pk)


@require_POST
def resolve(request: HttpRequest, pk: int) -> HttpResponse:
    conflict = _load(request, pk)
    words = one_line(request.POST.get("words", ""), limit=300)
    try:
        conflicts.resolve(conflict=conflict, words=words, by=person(request), now=now())
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("desk:conflict", pk)
    messages.success(request, "Resolved.")
    return redirect("desk:conflicts")


def _load(request: HttpRequest, pk: int) -> Conflict:
    """A conflict at one of the person's sites; 404 for any other."""
    person(request).check_may(Permission.SEE_CALENDAR)
    found = conflicts_seen_by(person(request)).filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such conflict.")
    return found


def _report(request: HttpRequest, form: ReportForm) -> Conflict:
    start, end = form.span
    return conflicts.report(
        resource=form.chosen,
        start=start,
        end=end,
        cause=form.cleaned_data["cause"],
        close=form.cleaned_data["close"],
        by=person(request),
        now=now(),
    )


def _accept(request: HttpRequest, conflict: Conflict) -> Appointment:
    """Raises BadValue where the form names nothing that is there, and what the actions raise."""
    visit = _visit(conflict, asked_id(request.POST, "visit"))
    version = asked_id(request.POST, "version")
    if not version or version > MOST_CHANGES:
        raise BadValue("Open the page again and choose from it.")
    user, moment = person(request), now()
    # One acceptance for each state of a visit: a double click is the same one.
    key = f"conflict-{conflict.pk}-{visit.pk}-{version}"
    if once.done_before(key=key, what="move", by=user) is not None:
        return visit
    if pk := asked_id(request.POST, "instead"):
        other = next((one for one in candidates(conflict.resource, visit) if one.pk == pk), None)
        if other is None:
            raise BadValue("This is not one for this visit.")
        return conflicts.reassign(
            conflict=conflict, visit=visit, instead=other, version=version, key=key, by=user, now=moment
        )
    option = find.at(wish_of(visit, now=moment), visit.provider_id, _instant(request), now=moment)
    if option is None:
        raise Refused("This time was just taken.", code="TIME_TAKEN")
    return conflicts.move_to(
        conflict=conflict, visit=visit, option=option, version=version, key=key, by=user, now=moment
    )


def _visit(conflict: Conflict, pk: int | None) -> Appointment:
    rows = conflict.visits.select_related("patient", "visit_type", "site", "provider", "room", "interpreter")
    found = rows.filter(pk=pk).first() if pk else None
    if found is None:
        raise BadValue("Choose a visit of this conflict.")
    return found


def _instant(request: HttpRequest) -> datetime:
    try:
        found = datetime.fromisoformat(request.POST.get("start", ""))
        return found.astimezone(UTC) if found.tzinfo and 2000 < found.year < 2100 else _no_time()
    except (ValueError, OverflowError):
        return _no_time()


def _no_time() -> datetime:
    raise BadValue("Choose a time from the page.")
